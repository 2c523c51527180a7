"""How often rules are true: of the hours that are counted by rule, and the last article of each.

No match is walked through: the hours of a rule lie together, and so do its matches.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlite_utils import Database

from wirewatch.clock import iso
from wirewatch.store.hours import Counted

_HOURS = (
    "SELECT coalesce(sum(articles) FILTER (WHERE hour >= ?3), 0),"
    " coalesce(sum(articles) FILTER (WHERE hour >= ?4), 0), coalesce(sum(articles), 0)"
    " FROM hours WHERE what = ?1 AND name = ?2 AND hour BETWEEN ?5 AND ?6"
)
_LAST = (
    "SELECT a.id, a.received, a.headline FROM articles a WHERE a.id ="
    " (SELECT article_id FROM matches WHERE rule = ? ORDER BY article_id DESC LIMIT 1)"
)
_DAYS = (
    "SELECT substr(hour, 1, 10), sum(articles) FROM hours"
    " WHERE what = ? AND name = ? AND hour BETWEEN ? AND ? GROUP BY 1 ORDER BY 1"
)


class Hit(NamedTuple):
    """The last article that a rule was true of."""

    article: int
    received: str
    headline: str


class RuleRate(NamedTuple):
    """Of how many articles a rule was true in the last 24 hours, 7 days and 30 days; and the last.

    An article counts once, whatever versions follow; the hour in which a time begins counts whole.
    """

    rule: str
    day: int
    week: int
    month: int
    last: Hit | None


def rates(db: Database, rules: Iterable[str], now: datetime) -> tuple[RuleRate, ...]:
    """Give how often each of some rules has been true, in their order."""
    begins = [_hour(now - timedelta(days=days)) for days in (1, 7, 30)]
    return tuple(_rate(db, rule, begins, _hour(now)) for rule in rules)


def days_of(db: Database, rule: str, since: datetime, now: datetime) -> dict[str, int]:
    """Give of how many articles a rule was true each day, in UTC; days without one are left out."""
    values = [Counted.RULE.value, rule, _hour(since), _hour(now)]
    return dict(db.execute(_DAYS, values).fetchall())


def _rate(db: Database, rule: str, begins: list[str], end: str) -> RuleRate:
    """Read the rate of one rule."""
    counted = db.execute(_HOURS, [Counted.RULE.value, rule, *begins, end])
    day, week, month = counted.fetchone()
    last = db.execute(_LAST, [rule]).fetchone()
    return RuleRate(rule, day, week, month, Hit(*last) if last else None)


def _hour(moment: datetime) -> str:
    """Name the hour of a moment, as the table does."""
    return iso(moment)[:13]
