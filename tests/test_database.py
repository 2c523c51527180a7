"""The door to the SQLite file: how it is opened, and that a write is all or nothing."""

import contextlib
import shutil
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import PATIENCE
from wirewatch.errors import StoreError
from wirewatch.store import database as module
from wirewatch.store.database import (
    Store,
    StoreUnavailableError,
    UnstorableError,
    open_reader,
)
from wirewatch.store.files import log_bytes
from wirewatch.store.schema import migrations


def pragma(store: Store, name: str) -> object:
    return store.db.execute(f"PRAGMA {name}").fetchone()[0]


def note(store: Store, text: str) -> None:
    with store.write() as db:
        db.execute("INSERT INTO notes VALUES (?)", [text])


@pytest.fixture
def notes(store: Store) -> Store:
    """Give the store with one more table, to write to."""
    store.db.execute("CREATE TABLE notes (text TEXT)")
    return store


def texts(store: Store) -> list[str]:
    return [row[0] for row in store.db.execute("SELECT text FROM notes")]


@pytest.mark.parametrize("opened", [lambda store: store, Store.sibling])
def test_every_connection_is_durable_and_strict(
    store: Store, opened: Callable[[Store], Store]
) -> None:
    """Every connection writes ahead, syncs each commit, and holds rows to their references."""
    connection = opened(store)
    assert pragma(connection, "journal_mode") == "wal"
    assert pragma(connection, "synchronous") == 2
    assert pragma(connection, "foreign_keys") == 1
    with pytest.raises(UnstorableError, match="FOREIGN KEY"), connection.write() as db:
        db.execute(
            "INSERT INTO matches (article_id, rule, rule_hash, spans) VALUES (99, 'r', 'h', '[]')"
        )
    if connection is not store:
        connection.close()


def test_one_connection_checkpoints(store: Store) -> None:
    """Only the connection that opened the store moves pages out of the write-ahead log."""
    sibling = store.sibling()
    assert pragma(store, "wal_autocheckpoint") == 8_000
    assert pragma(sibling, "wal_autocheckpoint") == 0
    sibling.close()


def written_back(store: Store) -> bool:
    """Tell whether the database file by itself, without its log, holds the last number."""
    copied = store.path.with_name("copy.db")
    shutil.copy(store.path, copied)
    with contextlib.closing(sqlite3.connect(copied)) as db:
        found = db.execute("SELECT max(n) FROM counter").fetchone()
    return bool(found == store.db.execute("SELECT max(n) FROM counter").fetchone())


def test_the_log_is_moved_in_a_quiet_moment(store: Store) -> None:
    """Commits leave the log to a quiet moment, and there it is moved once enough has gathered."""
    store.db.execute("CREATE TABLE counter (n INTEGER)")
    store.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    sibling = store.sibling()
    for number in range(40):
        with (store, sibling)[number % 2].write() as db:
            db.execute("INSERT INTO counter VALUES (?)", [number])
    assert not written_back(store)
    store.checkpoint()
    assert written_back(store)
    with store.write() as db:
        db.execute("INSERT INTO counter VALUES (99)")
    store.checkpoint()
    assert not written_back(store), "one commit is not worth the trouble"
    sibling.close()


def test_a_large_log_gives_its_room_back(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log that has grown is cut in a quiet moment, but for a reader's sake; nobody is waited for."""
    monkeypatch.setattr(module, "_LARGE_LOG", 100_000)
    store.db.execute("CREATE TABLE texts (text TEXT)")
    reader = open_reader(store.path)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM texts").fetchone()
    with store.write() as db:
        db.execute("INSERT INTO texts VALUES (?)", ["x" * 200_000])
    store.checkpoint()
    assert log_bytes(store.path) > 200_000, "somebody reads from it"
    reader.execute("ROLLBACK")
    store.checkpoint()
    assert log_bytes(store.path) == 0
    assert store.db.execute("SELECT length(text) FROM texts").fetchone() == (200_000,)
    assert pragma(store, "busy_timeout") == 5_000
    reader.close()


def test_a_log_that_cannot_be_moved_does_no_harm(store: Store) -> None:
    """When the file cannot be written the log stays, nothing is lost, and nothing ends for it."""
    store.db.execute("CREATE TABLE counter (n INTEGER)")
    for number in range(40):
        with store.write() as db:
            db.execute("INSERT INTO counter VALUES (?)", [number])
    with store.write():
        store.checkpoint()  # SQLite refuses: this connection is in the middle of a transaction
    assert store.db.execute("SELECT count(*) FROM counter").fetchone() == (40,)


def count_up(store: Store, times: int, start: threading.Barrier) -> None:
    start.wait(PATIENCE)
    for _ in range(times):
        with store.write() as db:
            number: int = db.execute("SELECT n FROM counter").fetchone()[0]
            db.execute("UPDATE counter SET n = ?", [number + 1])


@pytest.mark.parametrize("shared", [True, False], ids=["one-process", "strangers"])
def test_no_write_is_lost_between_threads(store: Store, *, shared: bool) -> None:
    """Four writers that each read, then write, lose nothing; whether or not they know another."""
    store.db.execute("CREATE TABLE counter (n INTEGER)")
    store.db.execute("INSERT INTO counter VALUES (0)")
    stores = [store.sibling() if shared else Store.open(store.path) for _ in range(4)]
    start = threading.Barrier(4)
    threads = [threading.Thread(target=count_up, args=(one, 25, start)) for one in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert store.db.execute("SELECT n FROM counter").fetchone()[0] == 100
    for one in stores:
        one.close()


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, StoreError])
def test_a_failed_write_leaves_nothing(notes: Store, error: type[BaseException]) -> None:
    """Whatever ends a transaction early, nothing of it stays and the next one works."""

    def fail_half_way() -> None:
        with notes.write() as db:
            db.execute("INSERT INTO notes VALUES ('half')")
            db.table("notes").insert_all([{"text": "joins the transaction"}])
            raise error

    with pytest.raises(error):
        fail_half_way()
    note(notes, "whole")
    assert texts(notes) == ["whole"]


def test_a_locked_store_is_unavailable_for_now(notes: Store) -> None:
    """While a foreign program holds the file, writing raises an error that says to try again."""
    notes.db.execute("PRAGMA busy_timeout = 10")
    foreign = sqlite3.connect(notes.path, isolation_level=None)
    foreign.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailableError, match="locked"):
        note(notes, "too early")
    foreign.execute("ROLLBACK")
    foreign.close()
    note(notes, "now")
    assert texts(notes) == ["now"]


def test_a_full_disk_makes_the_store_unavailable_for_now(notes: Store) -> None:
    """A write that finds no room raises the same error, and leaves nothing behind."""
    pages = pragma(notes, "page_count")
    notes.db.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreUnavailableError, match="full"):
        note(notes, "x" * 100_000)
    notes.db.execute("PRAGMA max_page_count = 1000000")
    note(notes, "room")
    assert texts(notes) == ["room"]


@pytest.mark.parametrize("value", ["lone \ud800 surrogate", 2**64], ids=["surrogate", "huge"])
def test_what_sqlite_refuses_is_named(notes: Store, value: object) -> None:
    """A value that no waiting makes storable is told from a store that waiting may open."""
    with pytest.raises(UnstorableError), notes.write() as db:
        db.execute("INSERT INTO notes VALUES (?)", [value])
    note(notes, "after")
    assert texts(notes) == ["after"]


def test_a_newer_store_is_refused_untouched(tmp_path: Path) -> None:
    """A file that a newer Wirewatch wrote is refused by name, and not a byte of it changes."""
    path = tmp_path / "newer.db"
    store = Store.open(path)
    store.db.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
        " VALUES ('wirewatch', 'm999_future', '2030-01-01')"
    )
    store.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match=r"newer Wirewatch \(m999_future\)"):
        Store.open(path)
    assert path.read_bytes() == before


def test_what_is_no_database_is_refused_untouched(tmp_path: Path) -> None:
    """A file that is no database is refused with its name and stays as it is."""
    path = tmp_path / "letter.txt"
    path.write_text("Dear Sir or Madam, " * 100)
    before = path.read_bytes()
    with pytest.raises(StoreError, match=r"letter\.txt.*not a database"):
        Store.open(path)
    assert path.read_bytes() == before


def test_a_folder_is_no_store(tmp_path: Path) -> None:
    """A path at which SQLite cannot open a file is an error for people, which names it."""
    (tmp_path / "folder").mkdir()
    with pytest.raises(StoreError, match=r"cannot open the store .*folder"):
        Store.open(tmp_path / "folder")


def test_migrations_are_applied_once(notes: Store) -> None:
    """Opening a store again applies no migration twice and keeps what is in it."""
    note(notes, "kept")
    again = Store.open(notes.path)
    names = [row["name"] for row in again.db["_sqlite_migrations"].rows]
    assert names == [migration.name for migration in migrations.applied(notes.db)]
    assert len(names) == len(set(names)) > 0
    assert texts(again) == ["kept"]
    again.close()


def test_a_new_store_may_be_opened_by_two_at_once(tmp_path: Path) -> None:
    """Programs that make the same new store at the same moment all come to have it."""
    start = threading.Barrier(4)
    opened: list[Store] = []
    errors: list[BaseException] = []

    def open_it() -> None:
        start.wait(PATIENCE)
        try:
            opened.append(Store.open(tmp_path / "new" / "wirewatch.db"))
        except StoreError as error:
            errors.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    for store in opened:
        store.close()
    assert not errors
    assert len(opened) == 4


def test_a_store_is_for_its_owner_and_group(store: Store) -> None:
    """Strangers on the machine cannot read the store."""
    assert store.path.stat().st_mode & 0o777 == 0o640


def test_a_reader_sees_commits_and_changes_nothing(notes: Store) -> None:
    """A command that only reads sees what is committed while the daemon writes, and cannot write."""
    reader = open_reader(notes.path)
    note(notes, "committed")
    assert [row["text"] for row in reader["notes"].rows] == ["committed"]
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader.execute("INSERT INTO notes VALUES ('mine')")
    reader.close()


def test_a_reader_of_no_store_is_told_what_makes_one(tmp_path: Path) -> None:
    """Reading where no store is makes none, and says what would."""
    with pytest.raises(StoreError, match="wirewatch run"):
        open_reader(tmp_path / "none.db")
    assert not (tmp_path / "none.db").exists()
