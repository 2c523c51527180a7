"""Times of a week on somebody's wall, in their time zone: digests, quiet hours, what is usual when.

Where clocks are changed, a time that is skipped goes out when the clock goes on, and one that comes
twice goes out once (as Debian's cron has it).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

LEAST_WEEKS = 3
"""Weeks that something must be known for before anything is usual for it."""
MOST_WEEKS = 8
"""Weeks that say what is usual."""

Span = tuple[datetime, datetime]
"""A stretch of time: its beginning, and its end, which is outside."""

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WHEN = re.compile(r"(?P<days>daily|[a-z,-]+) (?P<hour>\d{1,2}):(?P<minute>\d\d)")
_SPAN = re.compile(r"(?:(?P<days>[a-z,-]+) )?(?P<begin>\d{1,2}:\d\d)-(?P<end>\d{1,2}:\d\d)")
_MIDNIGHT = "24:00"
_FIELDS = 5  # of a cron line; a sixth would be seconds
_LONGEST_SKIP = timedelta(hours=3)  # of a clock that goes on
_MOST_TICKS = 50  # of an hour that comes twice


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours of some days in which nobody is to be disturbed; `end` may lie on the next day."""

    begin: time
    end: time
    days: frozenset[int] = frozenset(range(7))

    def until(self, moment: datetime, zone: ZoneInfo) -> datetime | None:
        """Give when the quiet that holds at a moment ends, in UTC; None where it is not quiet."""
        today = moment.astimezone(zone).date()
        for day in (today - timedelta(days=1), today):
            if day.weekday() in self.days:
                last = day + timedelta(days=self.end <= self.begin)
                begin, end = _moment(day, self.begin, zone), _moment(last, self.end, zone)
                if begin <= moment < end:
                    return end
        return None


def _moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Give when a clock first shows a time of a day, in UTC; or goes on, where it is skipped."""
    local = datetime.combine(day, at, tzinfo=zone)
    moment = local.astimezone(UTC)
    if moment.astimezone(zone).time() == at:
        return moment
    return _after(f"{at.minute} {at.hour} {day.day} {day.month} *", zone, moment - _LONGEST_SKIP)


def next_time(rhythms: Iterable[str], zone: ZoneInfo, moment: datetime) -> datetime:
    """Give the first time of some rhythms after a moment, in UTC.

    Rhythms are as `rhythm_of` gives them. Raises ValueError when there is none.
    """
    return min(_after(rhythm, zone, moment) for rhythm in rhythms)


def last_time(rhythms: Iterable[str], zone: ZoneInfo, moment: datetime) -> datetime:
    """Give the last time of some rhythms up to a moment, in UTC.

    Raises ValueError when there is none.
    """
    return max(_before(rhythm, zone, moment) for rhythm in rhythms)


def _before(rhythm: str, zone: ZoneInfo, moment: datetime) -> datetime:
    """Give the last time of one rhythm up to a moment."""
    soon = moment.astimezone(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)
    ticks = CronSim(rhythm, soon.astimezone(zone), reverse=True)
    for tick in islice(ticks, _MOST_TICKS):
        at = tick.astimezone(UTC)
        if at <= moment:
            return at
    raise ValueError(f"{rhythm!r} has no time before {moment}")


def _after(rhythm: str, zone: ZoneInfo, moment: datetime) -> datetime:
    """Give the first time of one rhythm after a moment."""
    ticks = CronSim(rhythm, moment.astimezone(zone))
    for tick in islice(ticks, _MOST_TICKS):
        at = tick.astimezone(UTC)
        if at > moment:
            return at
    raise ValueError(f"{rhythm!r} has no time after {moment}")


def same_hours(span: Span, zone: ZoneInfo, first: datetime) -> list[Span]:
    """Give the same hours, on the wall, of the weeks before that lie after `first`."""
    begin, end = (moment.astimezone(zone) for moment in span)
    weeks = (timedelta(weeks=back) for back in range(1, MOST_WEEKS + 1))
    spans = (((begin - week).astimezone(UTC), (end - week).astimezone(UTC)) for week in weeks)
    return [span for span in spans if span[0] >= first]


def zone_of(said: str) -> ZoneInfo:
    """Give a time zone of the IANA's. Raises ValueError with what to do."""
    try:
        return ZoneInfo(said)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        problem = f"{said!r} is no time zone"
        raise ValueError(f"{problem} | write it as 'Europe/London' or 'Asia/Almaty'") from None


def rhythm_of(said: str) -> str:
    """Read 'daily 08:00', 'mon-fri 18:30' or the five fields of a cron line; give the latter.

    Raises ValueError with what is wrong and what to do.
    """
    found = _WHEN.fullmatch(said.strip().lower())
    try:
        if found:
            days = "*" if found["days"] == "daily" else ",".join(_names(found["days"]))
            cron = f"{int(found['minute'])} {int(found['hour'])} * * {days}"
        else:
            cron = " ".join(_fields(said))
        next(CronSim(cron, datetime(2026, 1, 1, tzinfo=UTC)))
    except (CronSimError, ValueError, StopIteration) as error:
        problem = f"{said!r} is no rhythm: {str(error) or 'it never comes'}"
        remedy = "write 'daily 08:00', 'mon-fri 18:30' or a cron line"
        raise ValueError(f"{problem} | {remedy}") from None
    return cron


def quiet_of(said: str) -> Quiet:
    """Read '22:00-07:00' or 'sat,sun 00:00-24:00'. Raises ValueError with what to do."""
    try:
        days, begin, end = _span(said)
    except ValueError as error:
        problem = f"{said!r} are no quiet hours: {error}"
        raise ValueError(f"{problem} | write '22:00-07:00' or 'sat,sun 00:00-24:00'") from None
    return Quiet(begin, end, days)


def _span(said: str) -> tuple[frozenset[int], time, time]:
    """Read days and two times of a day. Raises ValueError."""
    found = _SPAN.fullmatch(said.strip().lower())
    if not found:
        raise ValueError("they are not two times of a day")
    days = frozenset(_numbers(found["days"])) if found["days"] else frozenset(range(7))
    end = time(0) if found["end"] == _MIDNIGHT else _time(found["end"])
    return days, _time(found["begin"]), end


def _fields(said: str) -> list[str]:
    """Give the fields of a cron line. Raises ValueError where they are not five."""
    fields = said.split()
    if len(fields) != _FIELDS:
        raise ValueError("a cron line has five fields")
    return fields


def _time(said: str) -> time:
    """Read a time of day. Raises ValueError."""
    hour, minute = map(int, said.split(":"))
    return time(hour, minute)


def _numbers(days: str) -> Iterator[int]:
    """Give the days of `mon-fri,sun` by number, Monday first. Raises ValueError."""
    for part in days.split(","):
        first, _, last = part.partition("-")
        for name in (first, last or first):
            if name not in _DAYS:
                raise ValueError(f"{name!r} is no day; they are {', '.join(_DAYS)}")
        begin, end = _DAYS.index(first), _DAYS.index(last or first)
        for step in range((end - begin) % 7 + 1):
            yield (begin + step) % 7


def _names(days: str) -> Iterator[str]:
    """Give days as cron names them. Raises ValueError."""
    return (_DAYS[number] for number in _numbers(days))
