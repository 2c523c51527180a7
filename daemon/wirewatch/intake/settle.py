"""Whether a file is whole. Pure: what is seen, what was seen before and the time go in."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from wirewatch.clock import moment_of
from wirewatch.model import Stamp


@dataclass(frozen=True, slots=True)
class Seen:
    """An earlier look at a file: what it was like, and when it was due for another look."""

    stamp: str
    due: datetime


def wait_until(
    stamp: Stamp, now: datetime, quiet: timedelta, *, closed: bool, before: Seen | None = None
) -> datetime | None:
    """Give when to look at a file again, or None when it is whole now.

    A writer's close or a rename into place (`closed`) makes a file whole at once, unless it is
    empty: many a writer opens first and writes later. Otherwise it is whole when size and times
    have not changed for `quiet`. A time of change in the future says nothing, so such a file is
    watched for as long.
    """
    if closed and stamp.size > 0:
        return None
    if before is not None and before.stamp == str(stamp):
        return None if now >= before.due else before.due
    changed = moment_of(max(stamp.mtime_ns, stamp.ctime_ns))
    if changed <= now - quiet:
        return None
    return now + quiet
