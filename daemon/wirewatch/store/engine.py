"""Which SQLite is at work, and what it can."""

import sqlite3
from typing import NamedTuple

_RACE_FROM, _RACE_TO = (3, 7, 0), (3, 51, 2)  # https://sqlite.org/wal.html, "The WAL-Reset Bug"


class Engine(NamedTuple):
    """SQLite as it is installed."""

    version: tuple[int, ...]
    full_text: bool
    json: bool

    @property
    def may_race(self) -> bool:
        """Tell whether two connections that checkpoint may damage a file of this version."""
        return _RACE_FROM <= self.version <= _RACE_TO


def engine() -> Engine:
    """Try SQLite on an empty database in memory."""
    connection = sqlite3.connect(":memory:")
    try:
        return Engine(
            sqlite3.sqlite_version_info,
            _can(connection, "CREATE VIRTUAL TABLE words USING fts5(text)"),
            _can(connection, "SELECT json_extract('[1]', '$[0]')"),
        )
    finally:
        connection.close()


def _can(connection: sqlite3.Connection, statement: str) -> bool:
    """Tell whether a statement is understood."""
    try:
        connection.execute(statement).fetchall()
    except sqlite3.OperationalError:
        return False
    return True
