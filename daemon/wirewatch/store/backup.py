"""Backups: the store copied while it is written to, verified, and put in place only then.

The copy is of one moment. A transaction that reads is held while pages are copied, in steps, so
that writers go on (into the log) and nothing begins anew; the rows of that very moment are counted
in it, and held against those of the copy.
"""

import fcntl
import os
import re
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from wirewatch.errors import StoreDamagedError, StoreError
from wirewatch.store.database import is_damage, open_reader
from wirewatch.store.files import beside
from wirewatch.store.verification import faults_of_copy, row_counts

_STEP = 256  # pages that are copied at once: two megabytes
_BREATH = 0.002  # seconds after each step, which leave the disk to the writers
_PART = ".part"
_SEAL = ".seal"
_NAME = re.compile(r"-\d{8}T\d{6}Z\.db")
_ROOM = 1.02  # times the store's size: what must be free where a backup is made

Progress = Callable[[int, int], None]
"""Hears of the pages that are copied and of all there are."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A verified backup: where it is, its bytes, the rows of each table, and how long it took."""

    path: Path
    size: int
    rows: dict[str, int]
    seconds: float


def back_up(
    store: Path,
    to: Path,
    now: datetime,
    progress: Progress = lambda _copied, _all: None,
    stopping: Callable[[], bool] = lambda: False,
) -> Backup:
    """Make a verified backup of a store; `to` is a folder, or the file that it is to be.

    What is in the way of a file is never overwritten. Raises StoreError when there is no room, the
    copy is not as the store was, another backup is being made there, or soon after `stopping` says
    so; StoreDamagedError when the store itself is damaged.
    """
    begun = time.monotonic()
    target = to / backup_name(store, now) if to.is_dir() else to
    if target.exists():
        raise StoreError(f"{target} is there already; name another file, or a folder")
    try:
        with _reserved(beside(target, _PART)):
            rows = _copied(store, beside(target, _PART), progress, stopping)
            _put_in_place(beside(target, _PART), target)
            _copy_seal(store, target)
    except (OSError, sqlite3.Error) as error:
        if is_damage(error):
            raise StoreDamagedError(f"the store {store} is damaged: {error}") from error
        raise StoreError(f"no backup was made at {target}: {error}") from error
    return Backup(target, target.stat().st_size, rows, time.monotonic() - begun)


def backup_name(store: Path, now: datetime) -> str:
    """Name a backup by its moment."""
    return f"{store.stem}-{now.strftime('%Y%m%dT%H%M%SZ')}.db"


def moment_named(backup: Path) -> datetime:
    """Read of which moment a backup is, by its name."""
    return datetime.strptime(f"{backup.stem[-16:]}+0000", "%Y%m%dT%H%M%SZ%z")


def backups(store: Path, folder: Path) -> list[Path]:
    """List a store's backups in a folder, newest first: what has such a name was verified."""
    if not folder.is_dir():
        return []
    names = (path for path in folder.iterdir() if path.name.startswith(f"{store.stem}-"))
    return sorted(
        (path for path in names if _NAME.fullmatch(path.name.removeprefix(store.stem))),
        reverse=True,
    )


def keep_newest(store: Path, folder: Path, keep: int) -> list[Path]:
    """Remove all but the newest backups of a store from a folder; give those that went."""
    old = backups(store, folder)[keep:]
    for path in old:
        path.unlink()
        beside(path, _SEAL).unlink(missing_ok=True)
    return old


def _copied(
    store: Path, part: Path, progress: Progress, stopping: Callable[[], bool]
) -> dict[str, int]:
    """Copy a store to a file, durably, and verify it; give the rows of each table.

    Raises StoreError when the copy is not what the store was.
    """
    source = open_reader(store)
    try:
        source.execute("BEGIN")
        rows = row_counts(source)  # begins to read, and holds this moment until it ends
        _require_room(source, part.parent)
        _copy(source, part, progress, stopping)
        source.execute("ROLLBACK")
    finally:
        source.close()
    found = faults_of_copy(part, stopping)
    if found:
        kind = StoreDamagedError if found[0].subject == "file" else StoreError
        raise kind(f"the store is not whole, no backup was made: {found[0]}")
    copied = counted(part)
    if copied != rows:
        wrong = sorted(name for name in rows if copied.get(name) != rows[name])
        raise StoreError(f"the backup has not the rows of the store in {', '.join(wrong)}")
    return rows


def _copy(source: Database, part: Path, progress: Progress, stopping: Callable[[], bool]) -> None:
    """Copy the pages, as one file that needs no log beside it."""
    os.truncate(part, 0)
    part.chmod(0o640)
    target = sqlite3.connect(part, isolation_level=None)

    def step(_status: int, remaining: int, total: int) -> None:
        progress(total - remaining, total)
        time.sleep(_BREATH)
        if stopping():
            raise InterruptedError("asked to stop")

    try:
        target.execute("PRAGMA synchronous = OFF")  # it is made durable whole, or not at all
        target.execute("PRAGMA journal_mode = OFF")
        source.conn.backup(target, pages=_STEP, progress=step)
        target.execute("PRAGMA journal_mode = DELETE")
    finally:
        target.close()


def counted(path: Path) -> dict[str, int]:
    """Count the rows of a file that nobody else uses."""
    db = Database(sqlite3.connect(path), execute_plugins=False)
    try:
        return row_counts(db)
    finally:
        db.close()


def _require_room(source: Database, folder: Path) -> None:
    """Raise StoreError where a copy would not fit."""
    (pages,), (size,) = (
        source.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "page_size")
    )
    needed, free = int(pages * size * _ROOM), shutil.disk_usage(folder).free
    if free < needed:
        raise StoreError(
            f"a backup takes {needed / 1e6:,.0f} MB, and {folder} has {free / 1e6:,.0f} MB left; "
            "make room, or name another folder"
        )


def _put_in_place(part: Path, target: Path) -> None:
    """Make a file durable, then give it its name."""
    sync(part)
    part.rename(target)
    sync(target.parent)


def sync(path: Path) -> None:
    """Make a file, or a folder's entries, durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _copy_seal(store: Path, target: Path) -> None:
    """Put the store's seal beside a backup: by it, links in messages are known as ours."""
    seal = beside(store, _SEAL)
    if seal.exists():
        copy_secret(seal, beside(target, _SEAL))


def copy_secret(source: Path, target: Path) -> None:
    """Copy a file that only its owner may read."""
    target.unlink(missing_ok=True)
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(source.read_bytes())
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _reserved(part: Path) -> Iterator[None]:
    """Hold the name under which a backup is made, and clear away what dead ones have left there."""
    part.parent.mkdir(parents=True, exist_ok=True)
    for left in part.parent.glob(f"*.db{_PART}"):
        with _locked(left) as dead:
            if dead and _NAME.search(left.name):
                left.unlink()
    with _locked(part) as ours:
        if not ours:
            raise StoreError(f"{part} is being made by another process; wait for it")
        try:
            yield
        finally:
            part.unlink(missing_ok=True)


@contextmanager
def _locked(part: Path) -> Iterator[bool]:
    """Lock a file that is being made, made here if need be; tell whether nobody else has it."""
    handle = os.open(part, os.O_CREAT | os.O_RDWR, 0o640)
    try:
        yield _is_free(handle)
    finally:
        os.close(handle)


def _is_free(handle: int) -> bool:
    """Lock an open file, if nobody else has."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
