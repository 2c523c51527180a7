"""A question that somebody asks the store in SQL of their own."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from wirewatch.errors import StoreError

Connection = sqlite3.Connection
_TABLE, _COLUMN = "no such table: ", "no such column: "


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found: the columns' names, and the rows as they are read."""

    columns: tuple[str, ...]
    rows: Iterator[tuple[Any, ...]]


def ask(db: Database, sql: str) -> Answer:
    """Ask a store that is open for reading only. Raises StoreError when SQLite cannot answer."""
    db.conn.set_authorizer(_allowed)
    try:
        cursor = db.execute(sql)
    except (sqlite3.Error, sqlite3.Warning) as error:
        said = f"the query cannot be answered: {error}{_remedy(db, str(error))}"
        raise StoreError(said) from error
    columns = tuple(column for column, *_ in cursor.description or ())
    return Answer(columns, _read(cursor))


def connection(path: Path) -> sqlite3.Connection:
    """Open a store for SQL of visitors, in any thread: to be read, and nothing beside it.

    Neither another file can be opened by it, nor is the store's own place told.
    """
    found = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro", uri=True, check_same_thread=False
    )
    found.set_authorizer(_allowed_to_visitors)
    return found


def _allowed_to_visitors(action: int, what: object, *_: object) -> int:
    """Refuse to open other files, and to say where this one lies."""
    tells = action == sqlite3.SQLITE_PRAGMA and what == "database_list"
    return sqlite3.SQLITE_DENY if tells else _allowed(action)


def _allowed(action: int, *_: object) -> int:
    """Refuse to open other files, which are nobody's store."""
    return sqlite3.SQLITE_DENY if action == sqlite3.SQLITE_ATTACH else sqlite3.SQLITE_OK


def _read(cursor: sqlite3.Cursor) -> Iterator[tuple[Any, ...]]:
    """Give the rows. Raises StoreError when SQLite stumbles over one."""
    try:
        yield from cursor
    except sqlite3.Error as error:
        raise StoreError(f"the query cannot be answered to its end: {error}") from error


def _remedy(db: Database, said: str) -> str:
    """Say what to do about what SQLite says, where that is known."""
    if "readonly" in said:
        return "; it may only read"
    tables = [*db.table_names(), *db.view_names()]
    if said.startswith(_TABLE):
        return _closest(said.removeprefix(_TABLE), tables)
    if said.startswith(_COLUMN):
        columns = {column.name for table in tables for column in db[table].columns}
        return _closest(said.removeprefix(_COLUMN).rpartition(".")[2], sorted(columns))
    return ""


def _closest(missing: str, known: list[str]) -> str:
    """Propose what may have been meant."""
    close = get_close_matches(missing, known, n=1)
    return f"; did you mean {close[0]}?" if close else "; docs/schema.md names what there is"
