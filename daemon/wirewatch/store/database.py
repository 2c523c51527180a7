"""The only door to the SQLite file: how it is opened, and how it is written to."""

import contextlib
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from wirewatch.durations import Durations
from wirewatch.errors import StoreDamagedError, StoreError
from wirewatch.store.files import alone, beside, keep_private, log_bytes, refuse_unfinished
from wirewatch.store.schema import migrations

SQLITE = sqlite3.sqlite_version
"""The version of SQLite that this process works with."""

_BUSY_MS = 5_000
_CACHE_KB = 4_096
_SIBLING_CACHE_KB = 512
_BULK_CACHE_KB = 65_536  # for the pages that many files at once touch
_COMMITS = 32  # after which a quiet moment is used to move the log into the file
_LOG_PAGES = 8_000  # after which a commit does that itself, as no moment was quiet
_PAGE_BYTES = 8_192  # a fifth less time and room for full text than in pages of 4 KB
_LARGE_LOG = 2 * _LOG_PAGES * _PAGE_BYTES  # bytes from which the log's room is given back
_ROWS_AT_ONCE = 64  # and then halves: few statements, for each of which memory is kept
_TRANSIENT = (
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_NOMEM,
)
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_REFUSALS = (sqlite3.Error, UnicodeEncodeError, OverflowError)
_PRIMARY_CODE = 0xFF  # the low byte of SQLite's extended result codes

DatabaseError = sqlite3.DatabaseError
"""What reading raises where SQLite cannot."""

Transaction = Database
"""What `Store.write` gives: the database, inside a transaction that is committed at its end."""


Reader = Database
"""What `open_reader` gives, or any connection of which only reading is asked."""


class StoreUnavailableError(StoreError):
    """The store cannot be written just now (locked, disk full); trying again may help."""


class UnstorableError(StoreError):
    """SQLite refuses a value; trying again will not help."""


@dataclass
class Writing:
    """What the connections of one process share: one writes at a time, and commits are counted."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    commits: int = 0
    took: Durations = field(default_factory=Durations)
    """How long transactions took, from their beginning until they were durable."""
    syncing: Durations = field(default_factory=Durations)
    """How long it took of that to make them durable."""
    last: float | None = None
    """When the last one was, in seconds of `time.monotonic`."""


class Store:
    """One connection to the store, for one thread; `sibling` gives another thread its own.

    Only one connection of a process moves pages from the write-ahead log into the file, which
    keeps clear of SQLite's WAL-reset race (3.7.0 to 3.51.2, https://sqlite.org/wal.html).
    """

    def __init__(self, path: Path, writing: Writing, *, checkpoints: bool) -> None:
        self.path = path
        self.writing = writing
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
        connection.execute(f"PRAGMA page_size = {_PAGE_BYTES}")  # heeded where the file is new
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")  # the same
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA wal_autocheckpoint = {_LOG_PAGES if checkpoints else 0}")
        self.db = Database(connection, execute_plugins=False)

    @classmethod
    def open(cls, path: Path, *, checkpoints: bool = True, bulk: bool = False) -> "Store":
        """Open the store, made or brought up to date as needed.

        `checkpoints` is for the process that holds the store's lock; `bulk` spends memory and
        room on the disk to take in very many files quickly.
        Raises StoreError when the file cannot be opened, is no database, is of a newer version, or
        was about to be replaced by a backup; StoreDamagedError when it is damaged.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with alone(path):
                refuse_unfinished(path)
                _refuse_newer(path)
                keep_private(path)
                store = cls(path, Writing(), checkpoints=checkpoints)
                if migrations.pending(store.db):
                    migrations.apply(store.db)
        except (OSError, sqlite3.Error) as error:
            if is_damage(error):
                raise StoreDamagedError(_damaged(path, error)) from error
            raise StoreError(
                f"cannot open the store {path}: {error}; check the file and its folder"
            ) from error
        store.db.execute(f"PRAGMA cache_size = -{_BULK_CACHE_KB if bulk else _CACHE_KB}")
        return store

    def sibling(self) -> "Store":
        """Open another connection to the same file, for another thread of this process."""
        sibling = Store(self.path, self.writing, checkpoints=False)
        sibling.db.execute(f"PRAGMA cache_size = -{_SIBLING_CACHE_KB}")
        return sibling

    @contextmanager
    def write(self) -> Iterator[Database]:
        """Begin a transaction at once, commit it at the end, undo it when anything goes wrong.

        Raises StoreUnavailableError when the file is locked or cannot be written for now,
        StoreDamagedError when it is damaged, UnstorableError when SQLite refuses what is written.
        """
        with self.writing.lock:
            try:
                self.db.execute("BEGIN IMMEDIATE")
                begun = time.perf_counter()
                yield self.db
                done = time.perf_counter()
                self.db.execute("COMMIT")
                self._note(begun, done)
            except _REFUSALS as error:
                self._undo()
                code = getattr(error, "sqlite_errorcode", 0) & _PRIMARY_CODE
                if code in _TRANSIENT:
                    raise StoreUnavailableError(f"{self.path}: {error}") from error
                if code in _DAMAGED:
                    raise StoreDamagedError(_damaged(self.path, error)) from error
                raise UnstorableError(f"{type(error).__name__}: {error}") from error
            except BaseException:
                self._undo()
                raise

    def _note(self, begun: float, done: float) -> None:
        """Note that a transaction was committed, which began and had all its rows at a time."""
        now = time.perf_counter()
        self.writing.commits += 1
        self.writing.last = time.monotonic()
        self.writing.took.note(now - begun)
        self.writing.syncing.note(now - done)

    def _undo(self) -> None:
        """Roll back, if SQLite has not done so itself."""
        if self.db.conn.in_transaction:
            self.db.conn.rollback()

    def checkpoint(self) -> None:
        """Move the log into the file if it has grown; call it when nothing waits to be committed.

        That takes some milliseconds, for which SQLite by itself would hold up a commit. Where the
        disk is full the log stays as it is, and the next commit says what is wrong. A log that has
        grown large gives its room back, unless somebody reads from it.
        """
        large = log_bytes(self.path) > _LARGE_LOG
        if self.writing.commits < _COMMITS and not large:
            return
        self.writing.commits = 0
        with contextlib.suppress(sqlite3.OperationalError):
            _, pages, moved = self.db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            if large and pages == moved:
                self._cut_log()

    def _cut_log(self) -> None:
        """Give back the room of the log, all of which has been moved; wait for nobody."""
        with self.writing.lock:
            self.db.execute("PRAGMA busy_timeout = 0")
            self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            self.db.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")

    def close(self) -> None:
        """Close the connection."""
        self.db.close()


@contextmanager
def within(db: Transaction) -> Iterator[None]:
    """Be a part of a transaction, which is undone by itself where SQLite refuses a value of it.

    Raises UnstorableError then; what ends the whole transaction passes.
    """
    db.conn.execute("SAVEPOINT part")
    try:
        yield
    except _REFUSALS as error:
        code = getattr(error, "sqlite_errorcode", 0) & _PRIMARY_CODE
        if code in _TRANSIENT or code in _DAMAGED:
            raise
        db.conn.execute("ROLLBACK TO part")
        raise UnstorableError(f"{type(error).__name__}: {error}") from error
    finally:
        if db.conn.in_transaction:
            db.conn.execute("RELEASE part")


def is_damage(error: BaseException | None) -> bool:
    """Tell whether an error says that the file itself is damaged."""
    code = getattr(error, "sqlite_errorcode", 0) & _PRIMARY_CODE
    return isinstance(error, StoreDamagedError) or code in _DAMAGED


def _damaged(path: Path, error: BaseException) -> str:
    """Say that a store is damaged, and what to do."""
    return (
        f"the store {path} is damaged: {error}; `wirewatch db check` says more, "
        "`wirewatch db restore` puts a backup in its place"
    )


def insert_all(db: Database, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that have the same columns in the same order, by as few statements as can be.

    sqlite-utils' own looks at the schema and at every value, which took a third of a commit.
    """
    if not rows:
        return
    marks = f"({','.join('?' * len(rows[0]))})"
    names = ", ".join(f'"{column}"' for column in rows[0])
    start, size = 0, _ROWS_AT_ONCE
    while start < len(rows):
        while size > len(rows) - start:
            size //= 2
        part = rows[start : start + size]
        db.conn.execute(
            f"INSERT INTO {table} ({names}) VALUES {','.join([marks] * size)}",  # noqa: S608
            [value for row in part for value in row.values()],
        )
        start += size


def open_reader(path: Path) -> Database:
    """Open the store to be read by a command, with no chance of changing it.

    Raises StoreError when there is none yet.
    """
    if not path.is_file():
        raise StoreError(f"there is no store at {path} yet; `wirewatch run` or `ingest` makes it")
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
    return Database(connection, execute_plugins=False)


def opened_as_it_is(path: Path) -> Database:
    """Open a file that nobody writes to, without changing a byte of it or making one beside it."""
    mode = "mode=ro" if beside(path, "-wal").exists() else "mode=ro&immutable=1"
    return Database(
        sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True), execute_plugins=False
    )


def versions_unknown(db: Database) -> list[str]:
    """Name the migrations of a file that this program does not know: it is of a newer one."""
    known = {migration.name for migration in migrations.pending(db)}
    known |= {migration.name for migration in migrations._migrations}  # noqa: SLF001 - no public list
    return sorted({applied.name for applied in migrations.applied(db)} - known)


def _refuse_newer(path: Path) -> None:
    """Raise StoreError for a file that a newer program has made, before anything of it changes."""
    if not path.is_file() or not path.stat().st_size:
        return
    db = opened_as_it_is(path)
    unknown = versions_unknown(db)
    db.close()
    if unknown:
        raise StoreError(
            f"{path} was written by a newer Wirewatch ({', '.join(unknown)}); "
            "install that version or a later one"
        )
