"""Backups: copied while the store is written to, of one moment, verified, and only then in place."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlite_utils import Database

from conftest import START, ManualClock, Site, Wirewatch
from kept import came, counts, is_whole
from wirewatch.errors import StoreDamagedError, StoreError
from wirewatch.pipeline.storecare import StoreCare
from wirewatch.seal import seal_of
from wirewatch.store import backup as module
from wirewatch.store import verification
from wirewatch.store.backup import back_up, backup_name, backups, keep_newest, moment_named
from wirewatch.store.database import Store
from wirewatch.store.notices import Notice, notices
from wirewatch.store.retention import Keeping
from wirewatch.store.verification import faults_of_file
from wirewatch.tables import BackupTable

HOUR = timedelta(hours=1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "backups").mkdir()
    return tmp_path / "backups"


@pytest.fixture
def filled(store: Store) -> Store:
    """Give a store with some articles, a part of them in the log still."""
    for number in range(30):
        came(store, f"Story{number}", alert=number % 2 == 0)
    return store


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_backup_is_the_store_in_one_file(filled: Store, folder: Path) -> None:
    """A backup holds what was committed, the log's part too, needs nothing beside it, and is whole."""
    made = back_up(filled.path, folder, START)
    assert made.path == folder / "wirewatch-20260302T120000Z.db"
    assert made.rows["articles"] == made.rows["articles_fts_docsize"] == 30
    assert names(folder) == [made.path.name]
    assert made.path.stat().st_mode & 0o777 == 0o640
    assert made.size == made.path.stat().st_size
    assert faults_of_file(made.path) == []
    opened = Store.open(made.path)
    assert counts(opened) == counts(filled)
    assert is_whole(opened)
    opened.close()


def test_a_backup_is_of_one_moment_however_much_is_written_meanwhile(
    filled: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is committed while pages are copied is not in the backup, and is not held up by it."""
    monkeypatch.setattr(module, "_STEP", 1)
    writer, steps = filled.sibling(), []

    def write(copied: int, pages: int) -> None:
        steps.append((copied, pages))
        came(writer, f"Late{len(steps)}")

    made = back_up(filled.path, folder, START, write)
    assert len(steps) > 10
    assert {pages for _, pages in steps} == {steps[0][1]}, "it never began anew"
    assert filled.db["articles"].count == 30 + len(steps)
    assert made.rows["articles"] == 30
    assert is_whole(filled)
    writer.close()


def test_the_seal_goes_with_it(filled: Store, folder: Path) -> None:
    """The secret of links in messages is kept beside the backup, for its owner alone."""
    secret = seal_of(filled.path)
    made = back_up(filled.path, folder, START)
    kept = folder / f"{made.path.name}.seal"
    assert kept.read_bytes() == secret
    assert kept.stat().st_mode & 0o777 == 0o600


def test_a_damaged_store_makes_no_backup(filled: Store, folder: Path) -> None:
    """A page that is damaged is found before anything has the name of a backup, and old ones stay."""
    good = back_up(filled.path, folder, START)
    filled.close()
    size = filled.path.stat().st_size
    with filled.path.open("r+b") as file:
        file.seek(size - size % 8_192 - 8_192 * 3)
        file.write(b"\xff" * 8_192)
    with pytest.raises(StoreDamagedError):
        back_up(filled.path, folder, START + HOUR)
    assert names(folder) == [good.path.name]


def test_full_text_that_contradicts_the_articles_is_no_backup(filled: Store, folder: Path) -> None:
    """A copy whose index finds other words than the articles have is refused, and says how to mend."""
    filled.db.execute("DROP TRIGGER articles_changed")
    filled.db.execute("UPDATE articles SET body = 'other words' WHERE id = 3")
    with pytest.raises(StoreError, match=r"full text: its index contradicts.*rebuild") as caught:
        back_up(filled.path, folder, START)
    assert not isinstance(caught.value, StoreDamagedError)
    assert names(folder) == []


def test_a_copy_without_the_rows_of_its_moment_is_no_backup(
    filled: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy that is whole in itself and lacks a row is refused: counts are held against the source."""
    copy = module._copy

    def loses_one(
        source: Database, part: Path, progress: module.Progress, stopping: Callable[[], bool]
    ) -> None:
        copy(source, part, progress, stopping)
        db = sqlite3.connect(part, isolation_level=None)
        db.execute("DELETE FROM mentions WHERE id = 1")
        db.close()

    monkeypatch.setattr(module, "_copy", loses_one)
    with pytest.raises(StoreError, match="not the rows of the store in mentions"):
        back_up(filled.path, folder, START)
    assert names(folder) == []


def test_where_there_is_no_room_none_is_begun(
    filled: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk without room for the copy is told before it is filled, with both figures."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=10_000))
    with pytest.raises(StoreError, match=r"takes .* MB, and .* has 0 MB left"):
        back_up(filled.path, folder, START)
    assert names(folder) == []


def test_what_a_dead_backup_left_is_cleared_away(filled: Store, folder: Path) -> None:
    """The next backup removes the half-made file of one that was killed, and no other file."""
    (folder / f"{backup_name(filled.path, START - HOUR)}.part").write_bytes(b"half")
    (folder / "letter.db.part").write_bytes(b"of somebody else")
    made = back_up(filled.path, folder, START)
    assert names(folder) == ["letter.db.part", made.path.name]


@pytest.mark.parametrize("after", [0, 5, 40])
def test_asked_to_stop_it_is_given_up_at_once(
    filled: Store, folder: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    """While it copies or verifies, a daemon that stops waits for no backup, and leaves no half."""
    monkeypatch.setattr(module, "_STEP", 4)
    monkeypatch.setattr(verification, "_STEPS", 10)
    asked: list[int] = []

    def stopping() -> bool:
        asked.append(1)
        return len(asked) > after

    with pytest.raises(StoreError, match=r"asked to stop|interrupted") as caught:
        back_up(filled.path, folder, START, stopping=stopping)
    assert not isinstance(caught.value, StoreDamagedError)
    assert names(folder) == []
    table = BackupTable(folder=folder)
    StoreCare(filled, clock, Keeping(), table).back_up(lambda: True)
    assert names(folder) == []


def test_nothing_is_overwritten(filled: Store, folder: Path) -> None:
    """A file that is there already is never written over, nor two backups made at once of it."""
    (folder / "mine.db").write_text("something else")
    with pytest.raises(StoreError, match="is there already"):
        back_up(filled.path, folder / "mine.db", START)
    part = folder / "other.db.part"
    with module._locked(part), pytest.raises(StoreError, match="by another process"):
        back_up(filled.path, folder / "other.db", START)
    assert (folder / "mine.db").read_text() == "something else"


def test_the_newest_are_kept(filled: Store, folder: Path) -> None:
    """Only backups of this store go, the oldest first, each with its seal."""
    seal_of(filled.path)
    (folder / "wirewatch-notes.db").write_text("no backup")
    (folder / "archive-20200101T000000Z.db").write_text("of another store")
    for number in range(4):
        back_up(filled.path, folder, START + number * HOUR)
    gone = keep_newest(filled.path, folder, 2)
    kept = backups(filled.path, folder)
    assert [moment_named(path) for path in kept] == [START + 3 * HOUR, START + 2 * HOUR]
    assert [moment_named(path) for path in gone] == [START + HOUR, START]
    assert len(names(folder)) == 2 * 2 + 2


def test_the_job_makes_one_when_it_is_due(filled: Store, folder: Path, clock: ManualClock) -> None:
    """A backup is made when the newest is old enough, however often the job runs or restarts."""
    table = BackupTable(folder=folder, every="6h", keep=2)  # type: ignore[arg-type]
    for _ in range(30):
        StoreCare(filled.sibling(), clock, Keeping(), table).back_up()
        clock.advance(3600)
    moments = [moment_named(path) for path in backups(filled.path, folder)]
    assert moments == [START + 24 * HOUR, START + 18 * HOUR]
    assert notices(filled.db)[Notice.BACKUP][0] == str(backups(filled.path, folder)[0])


def test_without_a_folder_the_job_does_nothing(filled: Store, clock: ManualClock) -> None:
    """Backups are off until a folder is named."""
    before = names(filled.path.parent)
    StoreCare(filled, clock, Keeping(), BackupTable()).back_up()
    assert names(filled.path.parent) == before


def test_one_that_fails_removes_nothing(
    filled: Store, folder: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Old backups go only when a newer one is verified."""
    table = BackupTable(folder=folder, every="1h", keep=1)  # type: ignore[arg-type]
    care = StoreCare(filled, clock, Keeping(), table)
    care.back_up()
    clock.advance(7200)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=0))
    with pytest.raises(StoreError):
        care.back_up()
    assert [moment_named(path) for path in backups(filled.path, folder)] == [START]


def test_a_command_keeps_as_many_as_it_is_told(
    site: Site, wirewatch: Wirewatch, folder: Path
) -> None:
    """In a folder of its own, `db backup FOLDER --keep N` leaves the newest N, as the timer asks."""
    Store.open(site.database).close()
    back_up(site.database, folder, START)
    back_up(site.database, folder, START + HOUR)
    ran = wirewatch("db", "backup", folder, "--keep", "2", "--json")
    assert ran.code == 0, ran.err
    made = json.loads(ran.out)
    assert [Path(path).name for path in made["removed"]] == ["wirewatch-20260302T120000Z.db"]
    assert len(backups(site.database, folder)) == 2
