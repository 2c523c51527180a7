"""What reading one file comes to, and how long it takes."""

import time
from typing import NamedTuple

from wirewatch.errors import Unreadable
from wirewatch.formats import Reading, parse

_LINE_LIMIT = 1_000_000


class Outcome(NamedTuple):
    """A reading, or None where the file is refused; anything else is raised."""

    reading: Reading | None
    seconds: float


def outcome(data: bytes) -> Outcome:
    """Read a file as the daemon does."""
    begun = time.perf_counter()
    try:
        reading = parse(data, _LINE_LIMIT)
    except Unreadable:
        reading = None
    return Outcome(reading, time.perf_counter() - begun)
