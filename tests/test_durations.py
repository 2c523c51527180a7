"""Durations, counted by size."""

import sys
import threading

from wirewatch.durations import Durations


def test_each_is_counted_at_every_bound_that_it_keeps() -> None:
    """A duration counts for its bound and all larger ones; one that is as long keeps it."""
    took = Durations((0.1, 1.0, 10.0))
    for seconds in (0.05, 0.1, 0.5, 5, 50):
        took.note(seconds)
    known = took.taken()
    assert (known.up_to, known.number) == ([2, 3, 4], 5)
    assert round(known.seconds, 6) == 55.65


def test_none_is_lost_between_threads() -> None:
    """Threads that note at the same time all count."""
    took = Durations()
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)

    def note() -> None:
        for _ in range(5_000):
            took.note(0.002)

    try:
        threads = [threading.Thread(target=note) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(before)
    assert took.taken().number == 20_000
