"""When the wires come: what each inbox brought in each hour of the week, in UTC, Monday first."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlite_utils import Database

from wirewatch.clock import iso
from wirewatch.store.hours import Counted

WEEKS = 8
"""Whole weeks that are looked at: `hours` keeps nine at least."""
HOURS = 168
_A_DAY = 24


class Week(NamedTuple):
    """What an inbox brought in each hour of the week, all weeks together; Monday 00:00 first."""

    source: str
    articles: tuple[int, ...]


_COUNTED = (
    "WITH RECURSIVE known (name) AS (SELECT min(name) FROM hours WHERE what = ?1 UNION ALL"
    " SELECT (SELECT min(name) FROM hours WHERE what = ?1 AND name > known.name)"
    " FROM known WHERE name IS NOT NULL)"
    " SELECT known.name, strftime('%w', substr(h.hour, 1, 10)), substr(h.hour, 12, 2),"
    " sum(h.articles) FROM known CROSS JOIN hours h ON h.what = ?1 AND h.name = known.name"
    " AND h.hour >= ?2 AND h.hour < ?3 GROUP BY 1, 2, 3"
)


def weeks(db: Database, now: datetime) -> tuple[Week, ...]:
    """Give the weeks of all inboxes that brought anything, who brought the most first.

    Each hour of the week counts as often as any other: of the last eight weeks, up to the hour
    that has not ended.
    """
    begin = now - timedelta(weeks=WEEKS)
    found: dict[str, list[int]] = {}
    for source, sunday_first, hour, articles in db.execute(
        _COUNTED, [Counted.SOURCE.value, iso(begin)[:13], iso(now)[:13]]
    ):
        place = (int(sunday_first) + 6) % 7 * _A_DAY + int(hour)
        found.setdefault(source, [0] * HOURS)[place] += articles
    ordered = sorted(found.items(), key=lambda one: (-sum(one[1]), one[0]))
    return tuple(Week(source, tuple(articles)) for source, articles in ordered)
