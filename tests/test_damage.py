"""A damaged store: found, told past the store, nothing more accepted, and a backup puts it right."""

import threading
from contextlib import closing
from pathlib import Path

import pytest

from conftest import PATIENCE, START, STORY, Receiver, Site, Wirewatch, told
from kept import came, counts
from wirewatch.clock import iso, utc_now
from wirewatch.deployment import load_deployment
from wirewatch.errors import EXIT_DAMAGED, StoreDamagedError, StoreError
from wirewatch.jobs import JOBS
from wirewatch.pipeline.balance import report
from wirewatch.pipeline.damage import is_damaged
from wirewatch.service import Service
from wirewatch.store.accept import accept
from wirewatch.store.backup import moment_named
from wirewatch.store.database import DatabaseError, Store, is_damage, open_reader

PAGE = 8_192


def fill(site: Site, articles: int = 60) -> None:
    """Give the site's store some articles, all in the file itself."""
    store = Store.open(site.database)
    for number in range(articles):
        came(store, f"Story{number}")
    store.close()


def damage(path: Path, table: str) -> None:
    """Overwrite the root page of a table or index."""
    with closing(open_reader(path)) as db:
        [(root,)] = db.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", [table])
    with path.open("r+b") as file:
        file.seek((root - 1) * PAGE)
        file.write(b"\xff" * PAGE)


@pytest.fixture
def watched(site: Site, receiver: Receiver) -> Site:
    """Give a site with a backup, and a channel that hears of the desk's alarms."""
    channel = f'[[channel]]\nname = "ops"\nurl = "json://{receiver.host}/ops"\n'
    site.write(
        f"json://{receiver.host}/hook",
        f'{channel}[alarms]\nchannels = ["ops"]\n[backup]\nfolder = "backups"\n',
    )
    return site


def test_a_damaged_page_is_told_from_what_waiting_may_mend(site: Site) -> None:
    """Writing to a damaged page raises an error of its own, with what to do; and so does opening."""
    fill(site)
    damage(site.database, "articles_story")
    store = Store.open(site.database)
    with pytest.raises(StoreDamagedError, match="`wirewatch db restore` puts a backup"):
        accept(store, [told("new.txt", "New begins.")], START)
    with pytest.raises(DatabaseError) as read:
        store.db.execute("SELECT max(story) FROM articles INDEXED BY articles_story").fetchall()
    assert is_damage(read.value)
    assert not is_damage(StoreError("full"))
    assert not is_damage(None)
    store.close()
    damage(site.database, "_sqlite_migrations")
    with pytest.raises(StoreDamagedError, match="db check"):
        Store.open(site.database)


def run(service: Service) -> int:
    """Run a daemon until it ends by itself, and give its exit code."""
    codes: list[int] = []
    thread = threading.Thread(target=lambda: codes.append(service.run()))
    thread.start()
    thread.join(PATIENCE * 3)
    if thread.is_alive():
        service.stop()
        thread.join(PATIENCE)
        pytest.fail("the daemon went on")
    return codes[0]


def test_the_daemon_ends_and_says_how_to_restore(
    watched: Site, wirewatch: Wirewatch, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    """Accepting nothing more, it tells who hears of alarms, and that command makes all well again."""
    fill(watched)
    assert wirewatch("db", "backup").code == 0
    [backup] = (watched.folder / "backups").glob("*.db")
    damage(watched.database, "articles_story")
    watched.deliver("story.txt", STORY)
    service = Service(watched.config, load_deployment(watched.config), utc_now)
    assert run(service) == EXIT_DAMAGED
    [got] = receiver.wait_for("/ops")
    assert "is damaged" in got.body
    assert f"The newest backup is of {iso(moment_named(backup))}." in got.body
    assert f'mend="wirewatch db restore {backup}"' in caplog.text
    assert receiver.at("/hook") == [], "nothing was accepted"
    assert wirewatch("db", "restore", backup).code == 0
    assert wirewatch("ingest", watched.inbox).code == 0
    assert wirewatch("db", "check").code == 0
    receiver.wait_for("/hook")
    store = Store.open(watched.database)
    assert counts(store)["articles"] == 61
    store.close()
    balance = report(watched.database, load_deployment(watched.config).inboxes.values()).balance
    assert balance.conserved


def test_a_disk_that_fails_is_no_damage(tmp_path: Path) -> None:
    """Where the store's file gives nothing at all, no backup is asked for, whatever SQLite says."""
    store = tmp_path / "wirewatch.db"
    error = StoreDamagedError("database disk image is malformed")
    assert not is_damaged(store, error)
    store.write_bytes(b"not a database")
    assert is_damaged(store, error)
    assert not is_damaged(store, None)


def test_a_store_that_cannot_be_opened_is_told_too(watched: Site, receiver: Receiver) -> None:
    """A start on a store damaged at its beginning tells the operator before it is given up."""
    fill(watched)
    damage(watched.database, "_sqlite_migrations")
    with pytest.raises(StoreDamagedError):
        Service(watched.config, load_deployment(watched.config), utc_now)
    [got] = receiver.wait_for("/ops")
    assert "No backup is known." in got.body


def test_a_job_that_finds_damage_ends_the_daemon(watched: Site, receiver: Receiver) -> None:
    """A backup that finds a damaged page stops the daemon before it adds more to it."""
    fill(watched)
    service = Service(watched.config, load_deployment(watched.config), utc_now)

    def finds(_works: object) -> None:
        raise StoreDamagedError("the store is damaged: page 7")

    job = next(job for job in JOBS if job.name == "backup")
    broken = type(job)(job.name, job.does, job.every, finds)
    with pytest.raises(StoreDamagedError):
        service._job(broken, None)  # type: ignore[arg-type]
    assert run(service) == EXIT_DAMAGED
    assert "page 7" in receiver.wait_for("/ops")[0].body


def test_the_unit_does_not_start_it_again() -> None:
    """Under systemd a daemon whose store is damaged stays down until a person has restored it."""
    unit = Path(__file__).parents[1] / "systemd" / "wirewatch.service"
    text = unit.read_text(encoding="utf-8")
    [line] = [line for line in text.splitlines() if line.startswith("RestartPreventExitStatus=")]
    assert {"2", "3"} <= set(line.partition("=")[2].split())
