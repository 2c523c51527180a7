"""The time, handed in wherever it is needed, and how it is written."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]
"""Gives the present moment as an aware UTC datetime."""

_FIRST, _LAST = -30_610_224_000, 253_402_300_799  # the years 1000 and 9999: text of four digits


def utc_now() -> datetime:
    """Give the present moment in UTC."""
    return datetime.now(UTC)


def iso(moment: datetime) -> str:
    """Write an aware moment as ISO 8601 in UTC with milliseconds: text that sorts as time does."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def moment_of(ns: int) -> datetime:
    """Read a file's time; one beyond the calendar, as some file systems hold, is put at its end."""
    return datetime.fromtimestamp(min(max(ns / 1e9, _FIRST), _LAST), UTC)


def from_iso(text: str) -> datetime:
    """Read what `iso` wrote."""
    return datetime.fromisoformat(text)


def spoken(span: timedelta) -> str:
    """Write a span of time for people, in its two largest units: `2 d 3 h`, `1 h`, `40 s`."""
    seconds = int(span.total_seconds())
    units = ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))
    parts = []
    for size, unit in units:
        number, seconds = divmod(seconds, size)
        if number:
            parts.append(f"{number} {unit}")
    return " ".join(parts[:2]) or "0 s"
