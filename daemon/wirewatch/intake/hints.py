"""Hints: that something may have arrived. They may be lost, doubled or wrong; the scan is right."""

import threading
import time
from enum import Enum
from itertools import islice
from typing import NamedTuple


class Kind(Enum):
    """What a hint says of its path."""

    WHOLE = "whole"
    """A file was closed after writing, or renamed into place."""
    APPEARED = "appeared"
    """A file is there; whether it is whole is not known."""
    FOLDER = "folder"
    """A folder, with all below it, is to be listed."""


class Hint(NamedTuple):
    """Something to look at: an absolute path in a named inbox."""

    inbox: str
    path: str
    kind: Kind


MOST_HINTS = 5_000
"""Hints that wait at most; beyond, they are dropped, and a scan finds what they spoke of."""


class Hints:
    """A queue of hints between the threads that see and the one that looks."""

    def __init__(self) -> None:
        self._lost = False
        self._waiting: dict[tuple[str, str], Kind] = {}
        self._ready = threading.Condition()
        self._woken = False

    def put(self, hint: Hint) -> None:
        """Add a hint, or note that one was lost when too many wait already.

        A path waits once: a file that appeared and was closed meanwhile is whole.
        """
        key = (hint.inbox, hint.path)
        with self._ready:
            if hint.kind is not Kind.APPEARED or key not in self._waiting:
                if len(self._waiting) < MOST_HINTS or key in self._waiting:
                    self._waiting[key] = hint.kind
                else:
                    self._lost = True
            self._ready.notify()

    def waiting(self) -> int:
        """Count the hints that nobody has taken yet."""
        return len(self._waiting)

    def were_lost(self) -> bool:
        """Tell whether hints were dropped since the last call, once all that waited are taken."""
        with self._ready:
            lost = self._lost and not self._waiting
            if lost:
                self._lost = False
            return lost

    def wake(self) -> None:
        """Let the one that waits look around without a hint."""
        with self._ready:
            self._woken = True
            self._ready.notify()

    def take(self, most: int, timeout: float) -> list[Hint]:
        """Take up to `most` hints, waiting for the first, a wake or `timeout` seconds."""
        with self._ready:
            deadline = time.monotonic() + timeout
            while not self._waiting and not self._woken:
                left = deadline - time.monotonic()
                if left <= 0 or not self._ready.wait(left):
                    break
            self._woken = False
            taken = list(islice(self._waiting.items(), most))
            for key, _ in taken:
                del self._waiting[key]
            return [Hint(*key, kind) for key, kind in taken]
