"""Room and figures of the store's file: what is used, what is free, and giving it back in steps."""

import sqlite3

from sqlite_utils import Database

from wirewatch.store.database import Store, StoreUnavailableError, is_damage

_SAMPLE = 400  # rows of an index that are looked at to know how its values spread
_INCREMENTAL = 2


def used_bytes(db: Database) -> int:
    """Give the bytes of the pages that hold something."""
    pages, free, size = (_pragma(db, one) for one in ("page_count", "freelist_count", "page_size"))
    return (pages - free) * size


def free_bytes(db: Database) -> int:
    """Give the bytes of pages that hold nothing, and are used for what comes next."""
    return _pragma(db, "freelist_count") * _pragma(db, "page_size")


def gives_back(db: Database) -> bool:
    """Tell whether free pages can be given back in steps: a store made before 0.1.0 cannot."""
    return _pragma(db, "auto_vacuum") == _INCREMENTAL


def give_back(store: Store, pages: int) -> None:
    """Give so many free pages back to the disk. Raises StoreUnavailableError as `write` does."""
    with store.write() as db:
        db.execute(f"PRAGMA incremental_vacuum({pages})").fetchall()


def vacuum(store: Store) -> None:
    """Make the file anew, without free pages, and so that it can give them back from then on.

    Nothing else may be done meanwhile, and the disk must have room for a second one. Raises
    StoreUnavailableError when it has not.
    """
    try:
        store.db.execute("PRAGMA auto_vacuum = INCREMENTAL")
        store.db.execute("VACUUM")
        store.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    except sqlite3.Error as error:
        if is_damage(error):
            raise
        raise StoreUnavailableError(f"{store.path} was not made anew: {error}") from error


def optimize(store: Store) -> None:
    """Let SQLite know how the values of indexes spread, by a sample of each."""
    with store.write() as db:
        db.execute(f"PRAGMA analysis_limit = {_SAMPLE}").fetchall()
        db.conn.execute("ANALYZE")
        db.execute("PRAGMA optimize").fetchall()


def _pragma(db: Database, name: str) -> int:
    """Ask for a number."""
    return int(db.execute(f"PRAGMA {name}").fetchone()[0])
