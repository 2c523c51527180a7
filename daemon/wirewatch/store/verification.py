"""Is a store whole? What SQLite, the references and the full text's index say of it."""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from wirewatch.store.database import is_damage, opened_as_it_is, versions_unknown
from wirewatch.store.schema import migrations

_STEPS = 100_000  # of SQLite's machine, some milliseconds, after which it may be stopped
_MOST = 10  # findings of one kind that are told: of a damaged file there may be thousands
_RESTORE = "`wirewatch db restore` puts the newest backup in its place"
_REBUILD = (
    'stop the daemon, then `sqlite3 STORE "INSERT INTO articles_fts (articles_fts)'
    " VALUES ('rebuild')\"` makes it anew"
)
_INDEXED = (
    "SELECT 'article ' || id || ' is not in it' FROM articles"
    " WHERE id NOT IN (SELECT id FROM articles_fts_docsize)"
    " UNION ALL SELECT 'article ' || id || ' is in it, and not in the store'"
    " FROM articles_fts_docsize WHERE id NOT IN (SELECT id FROM articles) LIMIT ?"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong with a store: on what, how, and what to do."""

    subject: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        """Give it as one line."""
        return f"{self.subject}: {self.problem}; {self.remedy}"


def faults_of(db: Database) -> Iterator[Finding]:
    """Find what is wrong with a file, reading only: its pages, references, and full text's rows.

    It holds one moment of the store for as long as it takes; the daemon may write meanwhile.
    Raises sqlite3.Error where it cannot be read for another reason.
    """
    try:
        yield from _of_pages(db)
        foreign = list(_of_version(db))
        yield from foreign
        if foreign:
            return
        yield from _of_references(db)
        for (said,) in db.execute(_INDEXED, [_MOST]):
            yield Finding("full text", said, _REBUILD)
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        yield Finding("file", str(error), _RESTORE)


def faults_of_index(db: Database) -> Iterator[Finding]:
    """Find where the full text's index contradicts the articles, word by word.

    SQLite asks that as a write, so that nobody else writes meanwhile; nothing is written.
    """
    if not db.table("articles_fts").exists():
        return
    try:
        db.conn.execute("INSERT INTO articles_fts (articles_fts, rank) VALUES (?, 1)", [_CHECK])
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        yield Finding("full text", f"its index contradicts the articles: {error}", _REBUILD)


_CHECK = "integrity-check"


def faults_of_copy(path: Path, stopping: Callable[[], bool] = lambda: False) -> list[Finding]:
    """Find what is wrong with a file that nobody else uses, its index word by word.

    Raises sqlite3.OperationalError soon after `stopping` says so.
    """
    db = Database(sqlite3.connect(path, isolation_level=None), execute_plugins=False)
    db.conn.set_progress_handler(stopping, _STEPS)
    try:
        found = list(faults_of(db))
        return found or list(faults_of_index(db))
    finally:
        db.close()


def faults_of_file(path: Path) -> list[Finding]:
    """Find what is wrong with a file that nobody writes to, without changing it."""
    db = opened_as_it_is(path)
    try:
        return list(faults_of(db))
    finally:
        db.close()


def row_counts(db: Database) -> dict[str, int]:
    """Count the rows of every table, those of the full text's index too."""
    names = [name for name in db.table_names() if not name.startswith("sqlite_stat")]
    plain = [name for name in names if name != "articles_fts"]  # which asks `articles` itself
    return {name: db.table(name).count for name in sorted(plain)}


def _of_pages(db: Database) -> Iterator[Finding]:
    """Ask SQLite whether pages and indexes are as they must be."""
    for (said,) in db.execute(f"PRAGMA integrity_check({_MOST})"):
        if said != "ok":
            yield Finding("file", " ".join(said.split()), _RESTORE)


def _of_references(db: Database) -> Iterator[Finding]:
    """Ask SQLite for rows that refer to what is not there."""
    for table, row, parent, _ in db.execute("PRAGMA foreign_key_check").fetchmany(_MOST):
        problem = f"row {row} refers to a row of {parent} that is not there"
        yield Finding(f"table {table}", problem, _RESTORE)


def _of_version(db: Database) -> Iterator[Finding]:
    """Hold the tables' version against the program's."""
    unknown = versions_unknown(db)
    if unknown:
        problem = f"it is of a newer Wirewatch ({', '.join(unknown)})"
        yield Finding("version", problem, "install that version or a later one")
    elif not migrations.applied(db):
        problem = "it is no store of Wirewatch"
        yield Finding("version", problem, "name another file")
