"""How long things take, counted by size: cheap enough to be noted each time."""

import threading
from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

QUICK = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0)
"""Bounds in seconds for what happens on this machine."""
SLOW = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Bounds in seconds for what others answer."""


class Taken(NamedTuple):
    """What was noted: for each bound how many took no longer, then how many in all, in seconds."""

    bounds: Sequence[float]
    up_to: Sequence[int]
    number: int
    seconds: float


class Durations:
    """Counts durations. `note` costs less than a microsecond, and may be called by any thread."""

    def __init__(self, bounds: Sequence[float] = QUICK) -> None:
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self._seconds = 0.0
        self._noting = threading.Lock()

    def note(self, seconds: float) -> None:
        """Count one duration."""
        place = bisect_left(self._bounds, seconds)
        with self._noting:
            self._counts[place] += 1
            self._seconds += seconds

    def taken(self) -> Taken:
        """Give what was noted so far."""
        with self._noting:
            counts, seconds = list(self._counts), self._seconds
        up_to = [sum(counts[: place + 1]) for place in range(len(self._bounds))]
        return Taken(self._bounds, up_to, sum(counts), seconds)
