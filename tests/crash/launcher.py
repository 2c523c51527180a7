"""Runs `python -m wirewatch` with one fault built in: at a named point the process kills itself.

    python -P launcher.py POINT:N ARGUMENT…

The process is gone at the n-th time that POINT is reached, by SIGKILL, so that nothing can be
tidied up. One folder, the archive `other-disk`, is made to look like another file system.
"""

import errno
import os
import runpy
import shutil
import signal
import sqlite3
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import wirewatch.service  # noqa: F401 - loads every module that a point may lie in
from wirewatch.intake import disposal
from wirewatch.notify.send import Sender
from wirewatch.pipeline import lane
from wirewatch.store import outbox

_WRITES = {"INSERT", "UPDATE", "DELETE", "REPLACE", "CREATE", "DROP", "ALTER"}
_FAR = "/archive/other-disk/"

AnyCall = Callable[..., Any]


class _Fuse:
    """Burns down by one each time that the point is reached."""

    def __init__(self, count: int) -> None:
        self._left = count
        self._lock = threading.Lock()

    def burn(self) -> None:
        """End the process at the last burn."""
        with self._lock:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


Point = Callable[[_Fuse], None]


def _patch(owner: Any, name: str, make: Callable[[AnyCall], AnyCall]) -> None:
    """Replace a function in its home and wherever it has been imported to."""
    plain = getattr(owner, name)
    patched = make(plain)
    setattr(owner, name, patched)
    for module in list(sys.modules.values()):
        if module.__name__.startswith("wirewatch") and vars(module).get(name) is plain:
            setattr(module, name, patched)


def _before(owner: Any, name: str) -> Point:
    """Make the point that lies just before a call."""

    def make(plain: AnyCall, fuse: _Fuse) -> AnyCall:
        def fused(*args: Any, **options: Any) -> Any:
            fuse.burn()
            return plain(*args, **options)

        return fused

    return lambda fuse: _patch(owner, name, lambda plain: make(plain, fuse))


def _after(owner: Any, name: str) -> Point:
    """Make the point that lies just after a call."""

    def make(plain: AnyCall, fuse: _Fuse) -> AnyCall:
        def fused(*args: Any, **options: Any) -> Any:
            result = plain(*args, **options)
            fuse.burn()
            return result

        return fused

    return lambda fuse: _patch(owner, name, lambda plain: make(plain, fuse))


def _commits(*, after: bool) -> Point:
    """Make the point that lies just before or just after a commit, whoever makes it."""

    def install(fuse: _Fuse) -> None:
        class Connection(sqlite3.Connection):
            def execute(self, sql: str, *args: Any) -> sqlite3.Cursor:
                word = sql.split(None, 1)[0].upper().rstrip(";")
                alone = word in _WRITES and not self.in_transaction
                is_commit = alone or word in {"COMMIT", "END"}
                if is_commit and not after:
                    fuse.burn()
                cursor = super().execute(sql, *args)
                if is_commit and after:
                    fuse.burn()
                return cursor

        plain = sqlite3.connect

        def connect(*args: Any, **options: Any) -> sqlite3.Connection:
            return plain(*args, factory=Connection, **options)

        sqlite3.connect = connect  # type: ignore[assignment]

    return install


def _half_a_copy(fuse: _Fuse) -> None:
    """Make the point at which a copy to another disk is half written."""
    plain = shutil.copyfileobj

    def halting(reader: Any, writer: Any) -> None:
        writer.write(reader.read(100))
        writer.flush()
        fuse.burn()
        plain(reader, writer)

    shutil.copyfileobj = halting  # type: ignore[assignment]


POINTS: dict[str, Point] = {
    "none": lambda _: None,
    "before-commit": _commits(after=False),
    "after-commit": _commits(after=True),
    "before-disposal": _before(disposal, "dispose"),
    "held": _before(disposal, "_digest"),
    "archiving": _before(disposal, "_move"),
    "copying": _half_a_copy,
    "copied": _after(disposal, "_copy"),
    "archived": _after(disposal, "_move"),
    "disposed": _after(disposal, "dispose"),
    "giving-back": _after(os, "link"),
    "gave-back": _after(disposal, "give_back_all"),
    "recovered": _after(outbox, "recover"),
    "claimed": _before(lane.Lane, "put"),
    "sending": _before(Sender, "send"),
    "sent": _after(Sender, "send"),
}
"""Each point at which the process can end itself."""


def _make_disk_far() -> None:
    """Let no file be renamed into one archive, as if it lay on another disk."""
    plain = Path.rename

    def rename(self: Path, target: str | Path) -> Path:
        if _FAR in str(target) and _FAR not in str(self):
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), str(self), None, str(target))
        return plain(self, target)

    Path.rename = rename  # type: ignore[assignment,method-assign]


def main() -> None:
    """Build the fault in, then be `python -m wirewatch`."""
    point, _, count = sys.argv[1].partition(":")
    _make_disk_far()
    POINTS[point](_Fuse(int(count)))
    sys.argv[1:] = sys.argv[2:]
    runpy.run_module("wirewatch", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
