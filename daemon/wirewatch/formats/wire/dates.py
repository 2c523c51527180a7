"""When a wire story says it was published: its leader, its time line, its dateline's day."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

from wirewatch.formats.wire.months import DAY, Day, day_of
from wirewatch.states import Precision

_LEADER = re.compile(r"\s*date[ \t]+(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?=\s|$)[ \t]*")
_STAMP = re.compile(
    rf"{DAY},?\s+(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)(?::[0-5]\d)?(?!\d)"
    r"(?:\s*\(?(?:UTC|GMT)(?P<zone>[+-]\d{1,2}(?::?\d{2})?)?\)?)?"
)
_UTC_WORD = re.compile(r"UTC|GMT")


@dataclass(frozen=True, slots=True)
class Leader:
    """The date in front of a story, as exact as it is written; `end` is where the rest begins."""

    year: int | None
    month: int | None
    day: int | None
    end: int


@dataclass(frozen=True, slots=True)
class Stamp:
    """A day and time of day in a story's heading; `zone` is None when none is said."""

    moment: datetime
    start: int
    end: int


def read_leader(text: str) -> Leader | None:
    """Read ` date 2024-12-07 ` at the beginning of a text."""
    found = _LEADER.match(text)
    if not found:
        return None
    year, month, day = (int(part or 0) or None for part in found.groups())
    try:
        date(year or 1, month or 1, day or 1)
    except ValueError:
        return None
    return Leader(year, month, day, found.end())


def find_stamp(text: str) -> Stamp | None:
    """Find the first time line in a text, such as `4 July 2022, 12:16 (UTC+04:00)`."""
    for found in _STAMP.finditer(text):
        day = day_of(found)
        if day is None or day.year is None:
            continue
        try:
            moment = datetime(  # noqa: DTZ001 - naive where the story names no zone
                day.year, day.month, day.day, int(found["hour"]), int(found["minute"])
            )
            if found["zone"] or _UTC_WORD.search(found[0]):
                moment = moment.replace(tzinfo=_zone(found["zone"] or "+0"))
                moment.astimezone(UTC)
        except (ValueError, OverflowError):
            continue
        return Stamp(moment, found.start(), found.end())
    return None


def _zone(text: str) -> timezone:
    """Read `+04:00`, `+0400` or `+4`."""
    digits = text[1:].replace(":", "")
    hours, minutes = (digits[:-2], digits[-2:]) if len(digits) > 2 else (digits, "0")  # noqa: PLR2004
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes))
    return timezone(-offset if text[0] == "-" else offset)


def published(
    leader: Leader | None, stamp: Stamp | None, day: Day | None
) -> tuple[str | None, Precision | None]:
    """Combine what a story says of its date; nothing that is not said is guessed.

    A time line is the most exact. A leader without a day takes it from a dateline of that month.
    Gives ISO 8601: in UTC (`…Z`) where a zone was said, else local as written.
    """
    if stamp:
        return _minute(stamp.moment), Precision.MINUTE
    if leader and leader.year is None:
        leader = None
    if leader and leader.month and leader.day:
        return f"{leader.year:04}-{leader.month:02}-{leader.day:02}", Precision.DAY
    if day:
        year = day.year or (leader.year if leader else None)
        fits = leader is None or (leader.year == year and leader.month in {None, day.month})
        if year and fits and _is_date(year, day):
            return f"{year:04}-{day.month:02}-{day.day:02}", Precision.DAY
    if leader and leader.month:
        return f"{leader.year:04}-{leader.month:02}", Precision.MONTH
    if leader:
        return f"{leader.year:04}", Precision.YEAR
    return None, None


def _minute(moment: datetime) -> str:
    """Write a moment to the minute, in UTC when its zone is known."""
    if moment.tzinfo is None:
        return moment.isoformat(timespec="minutes")
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def _is_date(year: int, day: Day) -> bool:
    """Tell whether the calendar has this day."""
    try:
        date(year, day.month, day.day)
    except ValueError:
        return False
    return True
