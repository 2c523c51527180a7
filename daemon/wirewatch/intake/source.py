"""Reading a file as it stands in an inbox: safely, once, and only if it is what it claims to be."""

import errno
import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from wirewatch.errors import Unreadable
from wirewatch.intake.names import printable
from wirewatch.model import Stamp
from wirewatch.states import FileReason

_GONE = {errno.ENOENT, errno.ENOTDIR}
_DENIED = {errno.EACCES, errno.EPERM}


class GoneError(Exception):
    """The file is not there any more."""


class ChangedError(Exception):
    """The file changed while it was read: it is not whole yet."""


class RetryError(Exception):
    """The file cannot be read just now, for `reason`; another try may succeed."""

    def __init__(self, reason: FileReason, detail: str) -> None:
        self.reason = reason
        self.detail = detail
        super().__init__(detail)


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of a file, read once, and their digest."""

    data: bytes
    sha256: str
    stamp: Stamp


def stamp_of(status: os.stat_result) -> Stamp:
    """Take from a file's status what tells one state of it from another."""
    return Stamp(status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def status_of(path: str) -> os.stat_result:
    """Take the status of what a path leads to, or of the link itself when it leads nowhere.

    Raises OSError when there is nothing.
    """
    try:
        return os.stat(path)  # noqa: PTH116 - in the hot path
    except OSError:
        return os.lstat(path)


def look(path: str, root: Path) -> Stamp:
    """Look at a file without opening it.

    Raises GoneError, RetryError, or Unreadable when it is no regular file inside `root`.
    """
    try:
        status = os.lstat(path)
        if stat.S_ISLNK(status.st_mode):
            target = os.path.realpath(path)  # a link in a circle leads to itself
            if not Path(target).is_relative_to(os.path.realpath(root)):
                raise Unreadable(FileReason.LINK_OUTSIDE, f"leads to {printable(target)}")
            status = status_of(path)
    except OSError as error:
        raise _explained(error) from error
    if not stat.S_ISREG(status.st_mode):
        raise Unreadable(FileReason.NOT_REGULAR, _kind(status.st_mode))
    return stamp_of(status)


def read(path: str, limit: int, root: Path | None = None) -> Content:
    """Read a file whole, at most `limit` bytes; with `root`, only if it lies inside that folder.

    Raises GoneError, ChangedError, RetryError, or Unreadable when it is larger than the limit or
    turned out to be no regular file (it is opened without waiting, so a FIFO cannot hold us).
    What was opened is asked where it lies: since it was looked at, the path may have been made to
    lead out of the inbox, and then nothing of ours lies there any more (GoneError).
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
        try:
            if root is not None:
                _check_inside(handle, root)
            before = os.fstat(handle)
            if not stat.S_ISREG(before.st_mode):
                raise Unreadable(FileReason.NOT_REGULAR, _kind(before.st_mode))
            if before.st_size > limit:
                detail = f"{before.st_size:,} bytes, the limit is {limit:,}"
                raise Unreadable(FileReason.TOO_LARGE, detail)
            data = _read_up_to(handle, before.st_size)  # had it grown, `after` would say so
            after = os.fstat(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise _explained(error) from error
    stamp = stamp_of(after)
    if len(data) != after.st_size or stamp.mtime_ns != before.st_mtime_ns:
        raise ChangedError
    return Content(data, hashlib.sha256(data).hexdigest(), stamp)


def _check_inside(handle: int, root: Path) -> None:
    """Refuse an open file that lies elsewhere. Raises GoneError."""
    place = Path(os.readlink(f"/proc/self/fd/{handle}"))  # noqa: PTH115 - in the hot path
    if not place.is_relative_to(os.path.realpath(root)):
        raise GoneError


def _read_up_to(handle: int, size: int) -> bytes:
    """Read until `size` bytes or the end."""
    data = os.read(handle, size)
    while len(data) < size:
        more = os.read(handle, size - len(data))
        if not more:
            break
        data += more
    return data


def _explained(error: OSError) -> Exception:
    """Tell what is gone from what may be readable later."""
    if error.errno in _GONE:
        return GoneError()
    reason = FileReason.NO_PERMISSION if error.errno in _DENIED else FileReason.READ_ERROR
    return RetryError(reason, error.strerror or type(error).__name__)


def _kind(mode: int) -> str:
    """Name what kind of file this is."""
    kinds = (
        (stat.S_ISDIR, "a folder"),
        (stat.S_ISLNK, "a link that leads nowhere"),
        (stat.S_ISFIFO, "a FIFO"),
        (stat.S_ISSOCK, "a socket"),
        (stat.S_ISCHR, "a character device"),
        (stat.S_ISBLK, "a block device"),
    )
    return next((name for test, name in kinds if test(mode)), "of an unknown kind")
