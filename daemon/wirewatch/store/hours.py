"""How many articles each hour brought: by inbox, agency, language, rule that was true, and name.

Nothing here walks through all hours ever counted: a name is sought by the key of the table, and so
is the next name.
"""

import math
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from sqlite_utils import Database

from wirewatch.clock import from_iso, iso
from wirewatch.model import Mention

HOUR = timedelta(hours=1)


class Counted(StrEnum):
    """By what articles are counted (`hours.what`)."""

    SOURCE = "source"
    AGENCY = "agency"
    LANGUAGE = "language"
    RULE = "rule"
    NAME = "name"
    """A gazetteer's entry, as `parliament:kz-majilis`."""


_NAMES = (
    "WITH RECURSIVE known (name) AS (SELECT min(name) FROM hours WHERE what = ?1 UNION ALL"
    " SELECT (SELECT min(name) FROM hours WHERE what = ?1 AND name > known.name)"
    " FROM known WHERE name IS NOT NULL) "
)


class Tally:
    """What a batch adds to the hours."""

    def __init__(self) -> None:
        self._hours: dict[tuple[str, str, str], tuple[int, str]] = {}
        self._ways: dict[tuple[str, str], str] = {}

    def hear(self, inbox: str, agency: str | None, received: str) -> None:
        """Count one article for its inbox, and for its agency where that is known."""
        self.add(Counted.SOURCE, inbox, received)
        self.add(Counted.AGENCY, agency, received)
        if agency:
            self._ways[agency, inbox] = max(received[:13], self._ways.get((agency, inbox), ""))

    def read(self, language: str | None, mentions: Iterable[Mention], received: str) -> None:
        """Count one article for its language, and once for each name in it."""
        self.add(Counted.LANGUAGE, language, received)
        for name in {f"{one.gazetteer}:{one.entry}" for one in mentions}:
            self.add(Counted.NAME, name, received)

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
        db.conn.executemany(
            "INSERT INTO ways VALUES (?, ?, ?) ON CONFLICT (agency, source)"
            " DO UPDATE SET hour = excluded.hour WHERE hour < excluded.hour",
            [(*way, hour) for way, hour in self._ways.items()],
        )


def names(
    db: Database, what: Counted, since: datetime, now: datetime
) -> dict[str, tuple[datetime, datetime]]:
    """Give what has been counted since a moment: by name the first hour and the latest article.

    What was counted while the clock was ahead, in hours that are still to come, does not count.
    """
    rows = db.execute(
        f"{_NAMES}SELECT name, (SELECT min(hour) FROM hours h WHERE h.what = ?1"  # noqa: S608 - our own words
        " AND h.name = known.name AND hour BETWEEN ?2 AND ?3), (SELECT last FROM hours h"
        " WHERE h.what = ?1 AND h.name = known.name AND hour BETWEEN ?2 AND ?3"
        " ORDER BY hour DESC LIMIT 1) FROM known WHERE name IS NOT NULL",
        [what.value, _key(since), _key(now)],
    )
    return {name: (_begin(begun), min(from_iso(last), now)) for name, begun, last in rows if begun}


def known(db: Database, what: Counted) -> list[str]:
    """Give all names that were ever counted."""
    rows = db.execute(f"{_NAMES}SELECT name FROM known WHERE name IS NOT NULL", [what.value])  # noqa: S608 - our own words
    return [name for (name,) in rows]


def ways(db: Database, since: datetime) -> dict[str, set[str]]:
    """Give by which inboxes each agency has come since a moment."""
    found: dict[str, set[str]] = {}
    for agency, source in db.execute(
        "SELECT agency, source FROM ways WHERE hour >= ?", [_key(since)]
    ):
        found.setdefault(agency, set()).add(source)
    return found


def first(db: Database) -> datetime | None:
    """Give the first hour in which any inbox brought anything; None where none has."""
    (hour,) = db.execute(
        f"{_NAMES}SELECT min((SELECT min(hour) FROM hours h WHERE h.what = ?1"  # noqa: S608 - our own words
        " AND h.name = known.name)) FROM known",
        [Counted.SOURCE.value],
    ).fetchone()
    return _begin(hour) if hour else None


def articles(
    db: Database, what: Counted, name: str, spans: Iterable[tuple[datetime, datetime]]
) -> list[float]:
    """Give how many articles each span of time brought; a part of an hour counts as its share."""
    return [_within(db, what, name, begin, end) for begin, end in spans]


def totals(db: Database, what: Counted, since: datetime) -> list[tuple[str, int]]:
    """Give how many articles each name brought since an hour, the most first."""
    rows = db.execute(
        "SELECT name, sum(articles) FROM hours WHERE what = ? AND hour >= ?"
        " GROUP BY name ORDER BY 2 DESC, name",
        [what.value, _key(since)],
    )
    return [(name, number) for name, number in rows]


def by_day(db: Database, what: Counted, since: datetime, like: str = "*") -> list[tuple[str, int]]:
    """Give how many articles each day brought, in UTC: of names that fit a shell's pattern."""
    rows = db.execute(
        "SELECT substr(hour, 1, 10), sum(articles) FROM hours WHERE what = ? AND hour >= ?"
        " AND name GLOB ? GROUP BY 1 ORDER BY 1",
        [what.value, _key(since), like],
    )
    return [(day, number) for day, number in rows]


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
