"""How many articles each hour brought: by inbox, by agency, and by rule that was true of them."""

import math
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from sqlite_utils import Database

from wirewatch.clock import from_iso, iso

HOUR = timedelta(hours=1)


class Counted(StrEnum):
    """By what articles are counted (`hours.what`)."""

    SOURCE = "source"
    AGENCY = "agency"
    RULE = "rule"


class Tally:
    """What a batch adds to the hours."""

    def __init__(self) -> None:
        self._hours: dict[tuple[str, str, str], tuple[int, str]] = {}

    def add(self, what: Counted, name: str | None, received: str) -> None:
        """Count one article; a name that is not known counts nothing."""
        if name:
            hour = (what.value, name, received[:13])
            number, last = self._hours.get(hour, (0, received))
            self._hours[hour] = number + 1, max(last, received)

    def counted(self, what: Counted, name: str, since: str) -> int:
        """Give how many articles it holds of a name from an hour on."""
        return sum(
            number
            for (kind, known, hour), (number, _) in self._hours.items()
            if (kind, known) == (what.value, name) and hour >= since[:13]
        )

    def write(self, db: Database) -> None:
        """Add it to the store. Call it inside a transaction."""
        db.conn.executemany(
            "INSERT INTO hours VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (what, name, hour) DO UPDATE SET articles = articles + excluded.articles,"
            " last = max(last, excluded.last)",
            [(*hour, number, last) for hour, (number, last) in self._hours.items()],
        )


def names(db: Database, what: Counted, since: datetime) -> dict[str, tuple[datetime, datetime]]:
    """Give what has been counted since a moment: by name the first hour and the latest article."""
    rows = db.execute(
        "SELECT name, min(hour), max(last) FROM hours WHERE what = ? AND hour >= ? GROUP BY name",
        [what.value, _key(since)],
    )
    return {name: (_begin(first), from_iso(last)) for name, first, last in rows}


def first(db: Database, what: Counted, name: str) -> datetime | None:
    """Give the first hour in which something was counted."""
    (hour,) = db.execute(
        "SELECT min(hour) FROM hours WHERE what = ? AND name = ?", [what.value, name]
    ).fetchone()
    return _begin(hour) if hour else None


def articles(
    db: Database, what: Counted, name: str, spans: Iterable[tuple[datetime, datetime]]
) -> list[float]:
    """Give how many articles each span of time brought; a part of an hour counts as its share."""
    return [_within(db, what, name, begin, end) for begin, end in spans]


def _within(db: Database, what: Counted, name: str, begin: datetime, end: datetime) -> float:
    """Count the articles of one span."""
    rows = db.execute(
        "SELECT hour, articles FROM hours WHERE what = ? AND name = ? AND hour BETWEEN ? AND ?",
        [what.value, name, _key(begin), _key(end)],
    )
    shares = [_share(_begin(hour), begin, end) * number for hour, number in rows]
    return math.fsum(shares)


def _share(hour: datetime, begin: datetime, end: datetime) -> float:
    """Give how much of an hour lies in a span."""
    inside = min(hour + HOUR, end) - max(hour, begin)
    return max(timedelta(), inside) / HOUR


def _key(moment: datetime) -> str:
    """Name the hour of a moment."""
    return iso(moment)[:13]


def _begin(key: str) -> datetime:
    """Give when an hour begins."""
    return from_iso(f"{key}:00:00.000Z")
