"""Runs `python -m wirewatch` with a fault built in that no disk and no kernel gives by itself.

    python -P launcher.py busy:FOLDER ARGUMENT…    opening what lies there is refused with EBUSY
    python -P launcher.py clock:FILE ARGUMENT…     the clock is ahead by the seconds in that file

The fault lasts while FOLDER/.busy, or FILE, exists.
"""

import datetime as dt
import errno
import os
import runpy
import sys
import time
from pathlib import Path
from typing import Any

import wirewatch.service  # noqa: F401 - loads every module that reads the clock

_PLAIN = dt.datetime


def _refuse(folder: str) -> None:
    """Let nothing in a folder be opened while it is said to be busy."""
    plain, sign = os.open, Path(folder, ".busy")

    def opened(path: Any, flags: int, *rest: Any, **named: Any) -> int:
        if str(path).startswith(folder) and not flags & os.O_DIRECTORY and sign.exists():
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), str(path))
        return plain(path, flags, *rest, **named)

    os.open = opened


def _shift(file: str) -> None:
    """Let the clock, but not the monotonic one, be ahead by what a file says."""
    plain = time.time

    def ahead() -> float:
        try:
            return float(Path(file).read_text(encoding="ascii"))
        except FileNotFoundError:
            return 0.0

    class Kind(type):
        def __instancecheck__(cls, one: object) -> bool:
            return isinstance(one, _PLAIN)

    class Shifted(_PLAIN, metaclass=Kind):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> Any:
            return _PLAIN.now(tz) + dt.timedelta(seconds=ahead())

    for name, module in list(sys.modules.items()):
        ours = name.startswith(("wirewatch.", "apscheduler."))
        if ours and vars(module).get("datetime") is _PLAIN:
            vars(module)["datetime"] = Shifted
    time.time = lambda: plain() + ahead()


_FAULTS = {"busy": _refuse, "clock": _shift}


def main() -> None:
    """Build the fault in, then be `python -m wirewatch`."""
    fault, _, place = sys.argv[1].partition(":")
    _FAULTS[fault](place)
    sys.argv[1:] = sys.argv[2:]
    runpy.run_module("wirewatch", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
