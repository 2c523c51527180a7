"""Where the daemon's socket lies: bound, reached and taken away, however long its path is.

An address of AF_UNIX takes 107 bytes, with which a deep folder is soon at an end. A longer one is
reached through the folder, held open: `/proc/self/fd/7/wirewatch.db.socket`.
"""

import contextlib
import errno
import fcntl
import os
import socket
import stat
import time
from collections.abc import Iterator
from pathlib import Path

_LONGEST = 107  # bytes; sun_path has 108, with the NUL at its end
_MODE = 0o660  # for the daemon's user and group
_WAITING = 16  # connections that may wait to be accepted
_TRIES = 100
_PAUSE = 0.02  # seconds


class SocketFile:
    """A listening socket in the file system, which is taken away at the end.

    What a killed daemon has left is replaced; where a living one listens, or lies what is no
    socket, nothing changes. Raises OSError, which says so.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._identity: tuple[int, ...] = ()
        self.socket = socket.socket(socket.AF_UNIX)
        try:
            with _alone(path.parent), reached(path) as address:
                _clear(path, address)
                self.socket.bind(address)
                path.chmod(_MODE)  # nobody can have connected: it does not listen yet
                self._identity = _identity(path)
                self.socket.listen(_WAITING)
        except OSError:
            self.remove()
            self.socket.close()
            raise

    def remove(self) -> None:
        """Take the file away, if it is still ours."""
        with contextlib.suppress(OSError):
            if _identity(self._path) == self._identity:
                self._path.unlink()
        self._identity = ()


@contextlib.contextmanager
def reached(path: Path) -> Iterator[str]:
    """Give the address of a socket, to be used inside the block. Raises OSError."""
    if len(os.fsencode(path)) <= _LONGEST:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        address = f"/proc/self/fd/{folder}/{path.name}"
        if len(os.fsencode(address)) > _LONGEST:
            raise OSError(errno.ENAMETOOLONG, f"the name {path.name!r} is too long for a socket")
        yield address
    finally:
        os.close(folder)


def _clear(path: Path, address: str) -> None:
    """Take away what a killed daemon has left. Raises OSError where it is anything else."""
    try:
        status = path.lstat()
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(status.st_mode):
        raise OSError(errno.ENOTSOCK, "something lies there that is no socket")
    with socket.socket(socket.AF_UNIX) as asking:
        asking.setblocking(False)
        try:
            asking.connect(address)
        except ConnectionRefusedError:
            path.unlink()
        except BlockingIOError as error:  # more wait to be accepted than may: somebody lives there
            raise OSError(errno.EADDRINUSE, "another daemon listens there") from error
        else:
            raise OSError(errno.EADDRINUSE, "another daemon listens there")


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let one daemon at a time look at what lies in a folder, and put its socket there."""
    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        _lock(held)
        yield
    finally:
        os.close(held)


def _lock(folder: int) -> None:
    """Lock a folder; another daemon holds it for a moment. Raises OSError after two seconds."""
    for _ in range(_TRIES):
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        time.sleep(_PAUSE)
    raise OSError(errno.EAGAIN, "another program holds its folder")


def _identity(path: Path) -> tuple[int, ...]:
    """Give what tells one file from another of the same name, which may take up its number."""
    status = path.lstat()
    return status.st_dev, status.st_ino, status.st_ctime_ns
