"""The clocks on the walls: when digests are due and when it is quiet, worked out without the product.

A time that is skipped comes when the clock goes on, one that comes twice counts the first time.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from year.wishes import Wish

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)


def moment_of(day: date, said: str, zone: ZoneInfo) -> datetime:
    """Give when a clock first shows a time of a day, in UTC, or goes past it."""
    hour, minute = map(int, said.split(":"))
    local = datetime.combine(day + _DAY * (hour // 24), time(hour % 24, minute), zone)
    moment = local.astimezone(UTC)
    if moment.astimezone(zone).time() != local.time():
        shown = moment.astimezone(zone).utcoffset()
        while (moment - _MINUTE).astimezone(zone).utcoffset() == shown:
            moment -= _MINUTE
    return moment


@cache
def slots(wish: Wish, begin: datetime, end: datetime) -> list[datetime]:
    """Give all moments between two at which a channel's digests are due, in order."""
    zone = ZoneInfo(wish.zone)
    found = set()
    day = begin.date() - _DAY
    while day <= end.date() + _DAY:
        for said in wish.digest:
            days, at = said.split(" ")
            if _is_one(day, days):
                found.add(moment_of(day, at, zone))
        day += _DAY
    return sorted(moment for moment in found if begin <= moment < end)


def quiet_until(wish: Wish, moment: datetime) -> datetime | None:
    """Give when the quiet hours that hold at a moment end, and those that follow them at once.

    None where it is not quiet.
    """
    zone = ZoneInfo(wish.zone)
    today = moment.astimezone(zone).date()
    ends = [end for begin, end in _quiet(wish, today) if begin <= moment < end]
    return quiet_until(wish, max(ends)) or max(ends) if ends else None


@cache
def _quiet(wish: Wish, today: date) -> list[tuple[datetime, datetime]]:
    """Give the quiet hours that begin on a day or the one before."""
    return list(_quiet_hours(wish, today))


def _quiet_hours(wish: Wish, today: date) -> Iterator[tuple[datetime, datetime]]:
    """Give when quiet hours of two days begin and end."""
    zone = ZoneInfo(wish.zone)
    for said in wish.quiet:
        days, _, span = said.rpartition(" ")
        begin, end = span.split("-")
        for day in (today - _DAY, today):
            if _is_one(day, days or "daily"):
                last = day + _DAY * (end <= begin)
                yield moment_of(day, begin, zone), moment_of(last, end, zone)


def _is_one(day: date, said: str) -> bool:
    """Tell whether a day is one of `daily`, `sun`, `mon,thu` or `mon-fri`."""
    if said == "daily":
        return True
    for part in said.split(","):
        first, last = (_DAYS.index(name) for name in re.split("-", f"{part}-{part}")[:2])
        if (day.weekday() - first) % 7 <= (last - first) % 7:
            return True
    return False
