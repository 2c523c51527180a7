"""The files of a store: who may read them, and what lies beside the database itself."""

import errno
import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wirewatch.errors import StoreError

_PRIVATE = 0o640
RESTORING = ".restoring"
"""What a store's name ends in that is whole and verified, and about to take the store's place."""


def unwritable(store: Path, error: OSError) -> StoreError:
    """Say that nothing can be written beside a store, and what to do."""
    why = f"its folder takes no file: {error.strerror}"
    remedy = "make it, let this user write to it, or name another place by store.path"
    if error.errno == errno.EIO:
        remedy = "look after its disk"
    return StoreError(f"the store {store} cannot be used: {why}; {remedy}")


def keep_private(path: Path) -> None:
    """Let nobody but the owner and the group read the store, whatever the umask.

    SQLite makes the log and its index with the permissions of the file, so it has them before it
    is opened; what an operator has made stricter stays so.
    """
    try:
        made = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _PRIVATE)
    except FileExistsError:
        for file in (path, beside(path, "-wal"), beside(path, "-shm")):
            mode = stat.S_IMODE(file.stat().st_mode) if file.exists() else 0
            if mode & ~_PRIVATE:
                file.chmod(mode & _PRIVATE)
    else:
        os.fchmod(made, _PRIVATE)
        os.close(made)


def log_bytes(path: Path) -> int:
    """Give the size of a store's write-ahead log."""
    try:
        return beside(path, "-wal").stat().st_size
    except FileNotFoundError:
        return 0


def beside(path: Path, ending: str) -> Path:
    """Name a file that belongs to a store and lies beside it."""
    return path.with_name(path.name + ending)


def refuse_unfinished(path: Path) -> None:
    """Raise StoreError where a backup was about to take a store's place, and something ended it."""
    if beside(path, RESTORING).exists():
        raise StoreError(
            f"a backup was about to take the place of {path}, and that was interrupted; "
            "`wirewatch db restore` finishes it"
        )


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Let programs that open a store at the same moment make it one after the other."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)
