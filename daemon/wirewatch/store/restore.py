"""A backup put in the place of a store, which is kept aside. Interrupted anywhere it can go on.

The backup is copied beside the store and verified there. From when it has the name STORE.restoring
nobody opens the store until it has taken its place, and `restore` finishes what it finds begun.
"""

import fcntl
import os
import sqlite3
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from wirewatch.clock import iso
from wirewatch.errors import StoreError
from wirewatch.store.backup import Progress, copy_secret, counted, sync
from wirewatch.store.database import opened_as_it_is
from wirewatch.store.desks import follows_log
from wirewatch.store.files import RESTORING, beside
from wirewatch.store.notices import Notice, set_notice
from wirewatch.store.repeats import note_all_due
from wirewatch.store.verification import faults_of_copy, faults_of_file, row_counts

_COPY = ".restore-part"
_SEAL = ".seal"
_WITH_LOG = ("", "-wal", "-shm")
_STEP = 1_024  # pages
_IN_USE = 128  # the byte of STORE-shm that every program locks that has the store open


def restore(store: Path, backup: Path, now: datetime, progress: Progress) -> Path | None:
    """Put a backup in the place of a store; give where the old one is kept, None where none was.

    Call it with the store's lock. Raises StoreError when a program has the store open, or when the
    backup is not whole; the store is untouched then.
    """
    refuse_in_use(store)
    copy = beside(store, _COPY)
    try:
        copy.unlink(missing_ok=True)
        _require_whole(backup)
        _copy(backup, copy, progress)
        _note_restored(copy, now)
        _copy_seal(backup, store)
        sync(copy)
        copy.rename(beside(store, RESTORING))
        sync(store.parent)
    except (OSError, sqlite3.Error) as error:
        copy.unlink(missing_ok=True)
        raise StoreError(f"{backup} was not restored: {error}; {store} is as it was") from error
    return finish(store, now)


def is_unfinished(store: Path) -> bool:
    """Tell whether a backup that is whole was about to take the place of a store."""
    return beside(store, RESTORING).exists()


def finish(store: Path, now: datetime) -> Path | None:
    """Let the backup that lies ready take the store's place; give where the old one is kept.

    The log goes with the store that it belongs to: it would be taken for the new one's.
    """
    refuse_in_use(store)
    aside = beside(store, f".damaged-{now.strftime('%Y%m%dT%H%M%SZ')}")
    there = store.exists()
    for ending in _WITH_LOG:
        if beside(store, ending).exists():
            beside(store, ending).rename(beside(aside, ending))
    sync(store.parent)
    beside(store, RESTORING).rename(store)
    sync(store.parent)
    return aside if there else None


def refuse_in_use(store: Path) -> None:
    """Raise StoreError when any program has the store open, the daemon or another."""
    try:
        handle = os.open(beside(store, "-shm"), os.O_RDWR)
    except FileNotFoundError:
        return
    try:
        fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _IN_USE)
    except OSError as error:
        raise StoreError(
            f"a program has {store} open; stop the daemon, and what else reads it (Datasette, a"
            " sqlite3 shell), then try again"
        ) from error
    finally:
        os.close(handle)


def _require_whole(backup: Path) -> None:
    """Raise StoreError where a backup is not there, or not whole."""
    if not backup.is_file():
        raise StoreError(f"there is no backup {backup}")
    found = faults_of_file(backup)
    if found:
        raise StoreError(
            f"{backup} is not whole ({found[0].subject}: {found[0].problem}); take another backup"
        )


def _copy(backup: Path, copy: Path, progress: Progress) -> None:
    """Copy a backup beside the store, and hold the copy against it."""
    source = opened_as_it_is(backup)
    try:
        os.close(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o640))
        copy.chmod(0o640)
        target = sqlite3.connect(copy, isolation_level=None)
        try:
            source.conn.backup(
                target, pages=_STEP, progress=lambda _, left, every: progress(every - left, every)
            )
            target.execute("PRAGMA journal_mode = DELETE")
        finally:
            target.close()
        rows = row_counts(source)
    finally:
        source.close()
    found = faults_of_copy(copy)
    if found:
        raise StoreError(f"{backup} is not whole: {found[0]}; take another backup")
    if counted(copy) != rows:
        raise StoreError(f"the copy of {backup} has not its rows; try again")


def _note_restored(copy: Path, now: datetime) -> None:
    """Note that the store was restored, and what may have been sent since the backup was made.

    What was due by now goes (again), marked as a possible repeat. A desk of several notes nothing:
    what was sent the log tells it, and its rows have to be those of the others.
    """
    db = Database(sqlite3.connect(copy, isolation_level=None), execute_plugins=False)
    try:
        if follows_log(db):
            return
        db.execute("BEGIN IMMEDIATE")
        set_notice(db, Notice.RESTORED, iso(now), now)
        note_all_due(db, iso(now))
        db.execute("COMMIT")
    finally:
        db.close()


def _copy_seal(backup: Path, store: Path) -> None:
    """Put the seal of a backup beside the store, where the store's own is lost."""
    kept = beside(backup, _SEAL)
    if kept.exists() and not beside(store, _SEAL).exists():
        copy_secret(kept, beside(store, _SEAL))
