"""One daemon for one store: a lock that says who holds it and ends with its process."""

import fcntl
import os
import socket
import time
from pathlib import Path
from typing import IO

from wirewatch.clock import Clock, iso
from wirewatch.errors import StoreError
from wirewatch.store.files import unwritable

_TRIES = 10
_PAUSE = 0.01  # seconds


class StoreLock:
    """The right to deliver from a store. The kernel frees it when the process ends, however."""

    def __init__(self, store: Path, purpose: str, clock: Clock) -> None:
        self._path = store.with_name(store.name + ".lock")
        self._purpose = purpose
        self._clock = clock
        self._file: IO[str] | None = None

    def acquire(self) -> None:
        """Take the lock.

        Raises StoreError, naming the holder, when another process has it, or where nothing can be
        written beside the store.
        """
        file = self._opened()
        if not _locked(file):
            file.seek(0)
            holder = file.read().strip() or "another process"
            file.close()
            store = self._path.with_suffix("")
            raise StoreError(
                f"the store {store} is in use by {holder}; stop it first, or name another store"
            )
        file.seek(0)
        file.truncate()
        host = socket.gethostname()
        now = iso(self._clock())
        file.write(f"`wirewatch {self._purpose}`, pid {os.getpid()} on {host}, since {now}")
        file.flush()
        self._file = file

    def _opened(self) -> IO[str]:
        """Open its file, in a folder that is made. Raises StoreError."""
        folder = self._path.parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
            return open(self._path, "a+", encoding="utf-8", opener=_ours)
        except OSError as error:
            raise unwritable(self._path.with_suffix(""), error) from error

    def release(self) -> None:
        """Give the lock back."""
        if self._file:
            self._file.close()
            self._file = None

    @staticmethod
    def holder(store: Path) -> str | None:
        """Say who holds the lock of a store, or None when nobody does."""
        path = store.with_name(store.name + ".lock")
        try:
            file = path.open(encoding="utf-8")
        except FileNotFoundError:
            return None
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                return file.read().strip() or "another process"
        return None


def _ours(path: str, flags: int) -> int:
    """Open a file that others may not even lock."""
    return os.open(path, flags, 0o640)


def _locked(file: IO[str]) -> bool:
    """Take the lock; one that `holder` has for a moment, to look, is waited for."""
    for _ in range(_TRIES):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            time.sleep(_PAUSE)
        else:
            return True
    return False
