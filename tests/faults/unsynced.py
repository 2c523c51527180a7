"""Runs `python -m wirewatch` over a SQLite that loses what it has not synced, then is killed.

    python -P unsynced.py N ARGUMENT…

The n-th write, truncation or sync of the store is the moment at which the power goes: what was
written since each file's last sync is undone, all of it or only the latest part, and the process
kills itself. It takes nothing but ctypes: SQLite's own VFS is asked to open files, and what
these are written by is put between.
"""

import ctypes
import os
import random
import runpy
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

_OPEN_AT = 40  # bytes into sqlite3_vfs at which xOpen stands (https://sqlite.org/c3ref/vfs.html)
_METHODS = 19  # words of sqlite3_io_methods, its version the first
_CLOSE, _WRITE, _TRUNCATE, _SYNC = 1, 3, 4, 5
_STORE = ("wirewatch.db", "wirewatch.db-wal")

_file, _int, _i64, _text = ctypes.c_void_p, ctypes.c_int, ctypes.c_int64, ctypes.c_char_p
_Open = ctypes.CFUNCTYPE(_int, ctypes.c_void_p, ctypes.c_void_p, _file, _int, ctypes.c_void_p)
_Write = ctypes.CFUNCTYPE(_int, _file, ctypes.c_void_p, _int, _i64)
_Truncate = ctypes.CFUNCTYPE(_int, _file, _i64)
_Sync = ctypes.CFUNCTYPE(_int, _file, _int)


class Power:
    """Counts what is done to the store, keeps what was there before, and goes at its moment."""

    def __init__(self, moment: int) -> None:
        self._left = moment
        self._rng = random.Random(moment)  # noqa: S311 - no secret
        self._lock = threading.RLock()
        self._undo: dict[str, list[tuple[int, bytes, int]]] = {}
        """By file, since its last sync: where, what was there, and how long the file was."""

    def about_to_change(self, path: str, offset: int, length: int) -> None:
        """Keep what is about to be overwritten or cut off."""
        with self._lock:
            self._count()
            with Path(path).open("rb") as file:
                file.seek(offset)
                before = file.read(length)
            self._undo.setdefault(path, []).append((offset, before, Path(path).stat().st_size))

    def about_to_sync(self) -> None:
        """Count, before anything is synced."""
        with self._lock:
            self._count()

    def synced(self, path: str) -> None:
        """Forget what is on disk now."""
        with self._lock:
            self._undo.pop(path, None)

    def _count(self) -> None:
        """Go, if this is the moment."""
        self._left -= 1
        if self._left != 0:
            return
        daemon = os.getpid()
        if os.fork():  # a child does it, when no thread is left that could see it happen
            signal.pause()
        os.kill(daemon, signal.SIGKILL)
        while os.getppid() == daemon:
            time.sleep(0.001)
        for path, changes in self._undo.items():
            kept = self._rng.choice([0, 0, len(changes) // 2])  # what the disk had begun with
            _take_back(path, changes[kept:])
        os._exit(0)


def _take_back(path: str, changes: list[tuple[int, bytes, int]]) -> None:
    """Undo changes, the last one first."""
    handle = os.open(path, os.O_RDWR)
    for offset, before, size in reversed(changes):
        os.pwrite(handle, before, offset)
        os.ftruncate(handle, size)
    sys.stderr.write(f"the power went: {len(changes)} changes of {Path(path).name} gone\n")


class _Between:
    """Stands between SQLite and the files of the store."""

    def __init__(self, power: Power) -> None:
        self._power = power
        self._paths: dict[int, str] = {}
        self._kept: list[Any] = []  # what SQLite calls must not be let go
        self._methods: dict[int, int] = {}
        library = ctypes.CDLL("libsqlite3.so.0")
        library.sqlite3_vfs_find.restype = ctypes.c_void_p
        vfs = library.sqlite3_vfs_find(None)
        place = ctypes.cast(vfs + _OPEN_AT, ctypes.POINTER(ctypes.c_void_p))
        self._plain_open = _Open(place[0])
        self._kept.append(_Open(self._open))
        place[0] = ctypes.cast(self._kept[-1], ctypes.c_void_p).value

    def _open(self, vfs: int, name: int, file: int, flags: int, out: int) -> int:
        """Open a file; one of the store's is written by what stands between."""
        code = int(self._plain_open(vfs, name, file, flags, out))
        path = os.fsdecode(ctypes.string_at(name)) if name else ""
        if code == 0 and Path(path).name in _STORE:
            methods = ctypes.cast(file, ctypes.POINTER(ctypes.c_void_p))
            self._paths[file] = path
            methods[0] = self._methods.setdefault(methods[0] or 0, self._copy(methods[0] or 0))
        return code

    def _copy(self, methods: int) -> int:
        """Copy the table of what a file is written by, with ours in it."""
        words = (ctypes.c_void_p * _METHODS).from_buffer_copy(
            ctypes.string_at(methods, _METHODS * ctypes.sizeof(ctypes.c_void_p))
        )
        write, truncate = _Write(words[_WRITE] or 0), _Truncate(words[_TRUNCATE] or 0)
        sync = _Sync(words[_SYNC] or 0)

        def ours_write(file: int, data: int, length: int, offset: int) -> int:
            self._power.about_to_change(self._paths[file], offset, length)
            return int(write(file, data, length, offset))

        def ours_truncate(file: int, size: int) -> int:
            self._power.about_to_change(self._paths[file], size, -1)
            return int(truncate(file, size))

        def ours_sync(file: int, flags: int) -> int:
            self._power.about_to_sync()
            code = int(sync(file, flags))
            self._power.synced(self._paths[file])
            return code

        ours = {
            _WRITE: _Write(ours_write),
            _TRUNCATE: _Truncate(ours_truncate),
            _SYNC: _Sync(ours_sync),
        }
        for place, function in ours.items():
            words[place] = ctypes.cast(function, ctypes.c_void_p).value
        self._kept += [words, write, truncate, sync, *ours.values()]
        return ctypes.addressof(words)


def main() -> None:
    """Put it between, then be `python -m wirewatch`."""
    between = _Between(Power(int(sys.argv[1])))
    sys.argv[1:] = sys.argv[2:]
    runpy.run_module("wirewatch", run_name="__main__", alter_sys=True)
    del between


if __name__ == "__main__":
    main()
