"""What sources brought of late, held against what they usually bring in the same hours."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from statistics import median
from typing import NamedTuple
from zoneinfo import ZoneInfo

from wirewatch.rhythm import MOST_WEEKS, Span, same_hours
from wirewatch.store import hours
from wirewatch.store.database import Reader
from wirewatch.store.hours import Counted

_DAY = timedelta(days=1)
_KNOWN = timedelta(weeks=MOST_WEEKS + 1)


class Expected(NamedTuple):
    """A source: when it last brought something, how much in a day, and what is usual.

    `usual` is the middle of the same hours of past weeks; None where there are none to compare.
    `last` is None where it has brought nothing within these weeks.
    """

    name: str
    last: datetime | None
    brought: int
    usual: float | None


def expected(db: Reader, inboxes: Iterable[str], zone: ZoneInfo, now: datetime) -> list[Expected]:
    """Hold the last day of each inbox against the same hours of the weeks before."""
    heard = hours.names(db, Counted.SOURCE, now - _KNOWN, now)
    return [_expected(db, name, heard.get(name), zone, now) for name in sorted({*inboxes, *heard})]


def _expected(
    db: Reader, name: str, heard: tuple[datetime, datetime] | None, zone: ZoneInfo, now: datetime
) -> Expected:
    """Read how one inbox fares."""
    if heard is None:
        return Expected(name, None, 0, None)
    first, last = heard
    day: Span = now - _DAY, now
    until = now.replace(minute=0, second=0, microsecond=0) + hours.HOUR  # this hour counts whole
    (brought,) = hours.articles(db, Counted.SOURCE, name, [(now - _DAY, until)])
    weeks = hours.articles(db, Counted.SOURCE, name, same_hours(day, zone, first))
    return Expected(name, last, round(brought), median(weeks) if weeks else None)
