"""Looking back over the archive: where a time begins, and an end to what takes too long."""

import contextlib
import sqlite3
from collections.abc import Callable, Iterator

from sqlite_utils import Database

from wirewatch.errors import StoreError

_STEPS = 10_000  # of SQLite's machine, between two looks whether it is over: some 0.1 ms


class TakesTooLongError(StoreError):
    """What was read was broken off: its time was over."""


@contextlib.contextmanager
def broken_off(db: Database, is_over: Callable[[], bool]) -> Iterator[None]:
    """Break off what is read inside the block when its time is over.

    Raises TakesTooLongError then.
    """
    db.conn.set_progress_handler(is_over, _STEPS)
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
            raise
        raise TakesTooLongError("the time for it is over") from error
    finally:
        db.conn.set_progress_handler(None, 0)


def first_since(db: Database, since: str) -> int:
    """Give the number of the first article that arrived at a moment or after it.

    Numbers rise with the moment of arrival, so some twenty rows are looked at. Where the clock was
    set back meanwhile, articles of the time that came twice may be left out.
    """
    begin, end = db.execute("SELECT min(id), max(id) + 1 FROM articles").fetchone()
    if begin is None:
        return 0
    while begin < end:
        middle = (begin + end) // 2
        row = db.execute(
            "SELECT id, received >= ? FROM articles WHERE id >= ? ORDER BY id LIMIT 1",
            [since, middle],
        ).fetchone()
        if row is None or row[1]:
            end = middle
        else:
            begin = row[0] + 1
    return int(begin)
