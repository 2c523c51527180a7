"""A backup in the place of a store: the old one kept, nothing lost of what lies there, none twice."""

import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path

import pytest

from conftest import START, STORY, ManualClock, Receiver, Site, Wirewatch, told
from kept import all_sent, came, counts, is_whole
from wirewatch.clock import iso, utc_now
from wirewatch.errors import StoreError
from wirewatch.seal import seal_of
from wirewatch.store.accept import accept
from wirewatch.store.backup import back_up
from wirewatch.store.claims import claim
from wirewatch.store.database import Store, open_reader
from wirewatch.store.lock import StoreLock
from wirewatch.store.restore import finish, is_unfinished, restore

LATER = START + timedelta(hours=6)

SEAL = b"s" * 32


def unseen(_done: int, _all: int) -> None:
    """Show nothing."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "wirewatch.db"


@pytest.fixture
def backup(path: Path) -> Path:
    """Give a backup of a store with one article told and one waiting; the store went on since."""
    (path.parent / "backups").mkdir()
    store = Store.open(path)
    came(store, "Told", alert=True)
    all_sent(store)
    came(store, "Waiting", alert=True)
    made = back_up(path, path.parent / "backups", START)
    came(store, "Since", alert=True)
    all_sent(store)
    store.close()
    return made.path


def test_the_old_store_is_kept_with_its_log(path: Path, backup: Path) -> None:
    """What was there before can still be opened, with all that it held, under another name."""
    left = Store.open(path)
    came(left, "Logged")
    log = path.with_name("wirewatch.db-wal").read_bytes()
    left.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    left.close()
    path.with_name("wirewatch.db-wal").write_bytes(log)  # as a process that was killed leaves it
    aside = restore(path, backup, LATER, unseen)
    assert aside == path.with_name("wirewatch.db.damaged-20260302T180000Z")
    assert not path.with_name("wirewatch.db-wal").exists()
    for store, articles in ((Store.open(path), 2), (Store.open(aside), 4)):
        assert counts(store)["articles"] == articles
        assert is_whole(store)
        store.close()
    assert path.stat().st_mode & 0o777 == 0o640


def test_what_waited_says_that_it_may_be_a_repeat(path: Path, backup: Path) -> None:
    """What was due when the backup was made may have gone since: it goes, and says so."""
    restore(path, backup, LATER, unseen)
    store = Store.open(path)
    with store.write() as db:
        [message] = claim(db, LATER, {"desk": 9})
    assert message.headline == "Waiting begins here."
    assert message.repeat_possible
    store.close()


def test_what_lay_there_before_says_so_and_what_comes_does_not(path: Path, backup: Path) -> None:
    """A file older than the restore is told as a possible repeat; one that comes after it is not."""
    restore(path, backup, LATER, unseen)
    store = Store.open(path)
    for name, at in (("Since", START), ("New", LATER + timedelta(seconds=1))):
        outcome = told(f"{name}.txt", f"{name} begins here.")
        stamp = outcome.arrival.stamp._replace(ctime_ns=int(at.timestamp() * 1e9))
        accept(store, [outcome._replace(arrival=outcome.arrival._replace(stamp=stamp))], LATER)
    with store.write() as db:
        said = {one.headline: one.repeat_possible for one in claim(db, LATER, {"desk": 9})}
    assert said == {
        "Waiting begins here.": True,
        "Since begins here.": True,
        "New begins here.": False,
    }
    store.close()


def damage(path: Path) -> None:
    """Overwrite a page in the middle of a file."""
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 16_384 * 8_192)
        file.write(b"\xff" * 8_192)


def test_a_backup_that_is_not_whole_changes_nothing(path: Path, backup: Path) -> None:
    """A damaged backup, or a file that is none, is refused, and the store stays as it is."""
    damage(backup)
    before = path.read_bytes()
    for wrong in (backup, path.with_name("letter.txt"), path.with_name("none.db")):
        if wrong.name == "letter.txt":
            wrong.write_text("Dear Sir or Madam, " * 100)
        with pytest.raises(StoreError, match=r"not whole|no backup"):
            restore(path, wrong, LATER, unseen)
    assert path.read_bytes() == before
    assert not list(path.parent.glob("*restor*"))
    assert not list(path.parent.glob("*damaged*"))


def test_a_store_that_somebody_has_open_is_not_replaced(path: Path, backup: Path) -> None:
    """Any program that has the store open, if only to read it, keeps a backup from its place."""
    writer = Store.open(path)
    came(writer, "Busy")
    writer.close()
    with closing(sqlite3.connect(path)) as reader:
        reader.execute("SELECT count(*) FROM articles").fetchone()
        with pytest.raises(StoreError, match=r"a program has .* open"):
            _in_another_process(path, backup)
    restore(path, backup, LATER, unseen)


def _in_another_process(path: Path, backup: Path) -> None:
    """Try to restore from a process of its own, as locks of files know only processes."""
    code = (
        "import sys; from pathlib import Path; from wirewatch.clock import utc_now;"
        "from wirewatch.store.restore import restore;"
        "restore(Path(sys.argv[1]), Path(sys.argv[2]), utc_now(), lambda _done, _all: None)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, path, backup], capture_output=True, text=True, check=False
    )
    if ran.returncode:
        raise StoreError(ran.stderr)


@pytest.mark.parametrize("renames", range(5))
def test_interrupted_anywhere_it_can_be_finished(
    path: Path, backup: Path, renames: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped between any two steps, the store is the old one, or refused until it is the new."""
    left = Store.open(path)
    came(left, "Logged")
    done = 0
    rename = Path.rename

    def stops(self: Path, target: Path) -> Path:
        nonlocal done
        done += 1
        if done > renames:
            raise KeyboardInterrupt
        return rename(self, target)

    left.close()
    path.with_name("wirewatch.db-wal").touch()
    path.with_name("wirewatch.db-shm").touch()
    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", stops)
        with suppress(KeyboardInterrupt):
            restore(path, backup, LATER, unseen)
    if is_unfinished(path):
        with pytest.raises(StoreError, match="`wirewatch db restore` finishes it"):
            Store.open(path)
        finish(path, LATER)
    store = Store.open(path)
    assert counts(store)["articles"] == (4 if renames == 0 else 2)
    assert is_whole(store)
    store.close()


def test_the_seal_comes_back_where_it_is_lost(path: Path, backup: Path) -> None:
    """Links in messages lead on after a restore on a new machine; a seal that is there stays."""
    kept = backup.with_name(f"{backup.name}.seal")
    kept.write_bytes(SEAL)
    restore(path, backup, LATER, unseen)
    assert seal_of(path) == SEAL
    kept.write_bytes(b"older")
    restore(path, backup, LATER + timedelta(hours=1), unseen)
    assert seal_of(path) == SEAL
    assert path.with_name("wirewatch.db.seal").stat().st_mode & 0o777 == 0o600


def stories(site: Site) -> list[str]:
    with closing(open_reader(site.database)) as db:
        return [row[0] for row in db.execute("SELECT headline FROM articles ORDER BY id")]


def test_what_came_since_is_taken_in_again_and_nothing_twice(
    site: Site, wirewatch: Wirewatch, receiver: Receiver
) -> None:
    """Archived or left: after backup, damage and restore each file is stored once, each alert told."""
    extra = '[[inbox]]\nname = "kept"\npath = "kept"\nafter = "archive"\nsettle = "10ms"\n'
    site.write(f"json://{receiver.host}/hook", f'{extra}[backup]\nfolder = "backups"\n')
    (site.folder / "kept").mkdir()

    def deliver(name: str, what: str) -> None:
        text = STORY.replace("joint sitting", what)
        site.deliver(f"{name}-left.txt", f"{text} It was left.")
        (site.folder / "kept" / f"{name}.txt").write_text(f"{what.title()}. {text} It was filed.")

    def ingest() -> None:
        ran = wirewatch("ingest", site.inbox, site.folder / "kept")
        assert ran.code == 0, ran.err

    deliver("first", "law on water")
    ingest()
    assert wirewatch("db", "backup").code == 0
    deliver("second", "budget of the year")
    ingest()
    before, sent = stories(site), len(receiver.got)
    damage(site.database)
    assert wirewatch("db", "check").code == 1
    named = wirewatch("db", "restore")
    assert named.code == 2
    [made] = (site.folder / "backups").glob("*.db")
    assert f"wirewatch db restore {made}" in " ".join(named.err.split("\n")).replace("│", "")
    done = wirewatch("db", "restore", made)
    assert done.code == 0, done.err
    assert "1 archived files that it does not know" in done.out
    ingest()
    assert sorted(stories(site)) == sorted(before)
    assert wirewatch("db", "check").code == 0, "and the books balance"
    again = [got.body for got in receiver.got[sent:]]
    assert len(again) == 1, "the copy joins the story"
    assert "budget of the year" in again[0]
    assert "may be a repeat" in again[0]


def test_the_daemon_must_not_run(site: Site, wirewatch: Wirewatch) -> None:
    """While the daemon holds the store, restoring is refused, and says who holds it."""
    lock = StoreLock(site.database, "run", utc_now)
    lock.acquire()
    ran = wirewatch("db", "restore", "somewhere.db")
    assert ran.code == 1
    assert "in use by `wirewatch run`" in ran.err
    lock.release()


def test_a_restored_store_says_since_when_it_is_one(
    path: Path, backup: Path, clock: ManualClock
) -> None:
    """What lay there by then may have been told."""
    restore(path, backup, clock(), unseen)
    with closing(open_reader(path)) as db:
        [(value,)] = db.execute("SELECT value FROM notices WHERE name = 'restored'").fetchall()
    assert value == iso(clock())
