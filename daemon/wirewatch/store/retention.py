"""What has been kept long enough: found by reading, asked again before it goes.

A story goes whole, when its last article is old enough: versions, copies and alerts of one story
refer to each other, and to nothing outside it. What waits to be told never goes, nor does the
newest article or alert, for numbers are not given twice.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from sqlite_utils import Database

from wirewatch.clock import iso
from wirewatch.states import WITHDRAWN
from wirewatch.store.stories import first_since

LEAST = timedelta(days=14)
"""What is younger never goes: rules that look back learn for a week, and compare hours of days."""

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Keeping:
    """For how long each kind of row is kept, and how large the store may be; None: no limit.

    `articles` are those of stories of which no alert speaks, `alerts` those with alerts, whose
    receipts go with them, `ledger` the rows of files that were archived or deleted.
    """

    attempts: timedelta | None = None
    articles: timedelta | None = None
    alerts: timedelta | None = None
    ledger: timedelta | None = None
    size: int | None = None

    @property
    def limits(self) -> bool:
        """Tell whether anything is ever to go."""
        return any((self.attempts, self.articles, self.alerts, self.ledger, self.size))


Find = Callable[[Database, int], tuple[list[int], int]]
"""Gives ids of rows that may go, behind a place in the table, and the place to go on from."""

_STORIES = (
    "SELECT s.story FROM (SELECT story, max(id) AS last FROM articles INDEXED BY articles_story"
    " WHERE {which} GROUP BY story) s WHERE s.last < :cut AND :told = EXISTS (SELECT 1"
    " FROM articles a CROSS JOIN alerts al ON al.article_id = a.id WHERE a.story = s.story)"
    " AND NOT EXISTS (SELECT 1 FROM articles a WHERE a.story = s.story AND a.received >= :before)"
    " AND NOT EXISTS (SELECT 1 FROM articles a CROSS JOIN alerts al ON al.article_id = a.id"
    " CROSS JOIN deliveries d ON d.alert_id = al.id WHERE a.story = s.story"
    " AND d.state IN ('pending', 'sending', 'failed'))"
    " AND s.story NOT IN (SELECT story FROM articles WHERE id = (SELECT max(id) FROM articles)"
    " UNION ALL SELECT a.story FROM alerts al CROSS JOIN articles a ON a.id = al.article_id"
    " WHERE al.id = (SELECT max(id) FROM alerts)) ORDER BY s.story LIMIT :most"
)
_BEHIND = "story > :after AND story < :cut"
_AMONG = "story IN (SELECT value FROM json_each(:stories))"


def old_stories(db: Database, before: datetime, after: int, *, told: bool) -> tuple[list[int], int]:
    """Give the articles of stories that ended before a moment, later ones of a story first.

    Either of those that an alert speaks of or of the others, behind the story `after`.
    """
    asked = {"cut": first_since(db, iso(before)), "before": iso(before), "told": told}
    query = _STORIES.format(which=_BEHIND)
    stories = [row[0] for row in db.execute(query, asked | {"after": after, "most": _AT_ONCE})]
    return list(chain.from_iterable(_articles_of(db, one) for one in stories)), _last(stories)


def still_old(db: Database, articles: Iterable[int], before: datetime, *, told: bool) -> list[int]:
    """Give those of some articles whose story may go still."""
    known = list(articles)
    listed = json.dumps(known)
    rows = db.execute(
        "SELECT id, story FROM articles WHERE id IN (SELECT value FROM json_each(?))", [listed]
    )
    story_of = dict(rows.fetchall())
    asked = {"cut": first_since(db, iso(before)), "before": iso(before), "told": told}
    asked |= {"stories": json.dumps(sorted(set(story_of.values()))), "most": len(known)}
    may_go = {row[0] for row in db.execute(_STORIES.format(which=_AMONG), asked)}
    return [one for one in known if story_of.get(one) in may_go]


def _articles_of(db: Database, story: int) -> list[int]:
    """Give the articles of a story, the last one first."""
    rows = db.execute("SELECT id FROM articles WHERE story = ? ORDER BY id DESC", [story])
    return [row[0] for row in rows]


_REPLACED = (
    "SELECT a.id FROM articles a WHERE {which} AND a.id < :cut AND a.id <> a.story"
    " AND a.current = 0 AND a.received < :before"
    " AND a.status NOT IN (SELECT value FROM json_each(:withdrawn))"
    " AND NOT EXISTS (SELECT 1 FROM alerts al WHERE al.article_id = a.id) ORDER BY a.id DESC"
)
_LONG_STORIES = (
    "SELECT story FROM articles INDEXED BY articles_story WHERE story > :after AND story < :cut"
    " GROUP BY story HAVING count(*) > 1 ORDER BY story LIMIT :most"
)


def old_versions(db: Database, before: datetime, after: int) -> tuple[list[int], int]:
    """Give old versions that newer ones have replaced, and of which no alert speaks.

    So that a page that comes anew each hour, for years, keeps no more than the last of them.
    """
    asked = _asked(db, before)
    stories = [
        row[0] for row in db.execute(_LONG_STORIES, asked | {"after": after, "most": _AT_ONCE})
    ]
    query = _REPLACED.format(which="a.story = :story")
    found = (row[0] for one in stories for row in db.execute(query, asked | {"story": one}))
    return list(found), _last(stories)


def still_replaced(db: Database, articles: Iterable[int], before: datetime) -> list[int]:
    """Give those of some articles that are replaced still, and of which no alert speaks."""
    asked = _asked(db, before)
    query = _REPLACED.format(which="a.id IN (SELECT value FROM json_each(:ids))")
    return [row[0] for row in db.execute(query, asked | {"ids": json.dumps(list(articles))})]


def _asked(db: Database, before: datetime) -> dict[str, object]:
    """Give what a query on versions asks with."""
    return {
        "cut": first_since(db, iso(before)),
        "before": iso(before),
        "withdrawn": json.dumps(sorted(WITHDRAWN)),
    }


_SPENT_ATTEMPT = (
    "t.at < ? AND EXISTS (SELECT 1 FROM deliveries d WHERE d.id = t.delivery_id"
    " AND (d.state = 'sent' OR (d.state IN ('dead', 'suppressed')"
    " AND (t.ok = 1 OR t.reason NOT IN ('interrupted', 'timeout')))))"
)
_WORDLESS = (
    "al.article_id IS NULL AND al.created < ? AND al.id < (SELECT max(id) FROM alerts)"
    " AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.alert_id = al.id"
    " AND d.state IN ('pending', 'sending', 'failed'))"
    " AND NOT EXISTS (SELECT 1 FROM alarms r WHERE r.id = al.alarm"
    " AND r.cleared IS NULL)"
)
_EMPTY_BUNDLE = "b.created < ? AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.bundle = b.id)"
_SPENT_FILE = (
    "f.finished < ? AND f.kept IS NOT NULL AND f.state IN ('stored', 'duplicate')"
    " AND f.id < (SELECT max(id) FROM files)"
    " AND NOT EXISTS (SELECT 1 FROM articles a WHERE a.file_id = f.id)"
)
SPENT = {
    "attempts": ("attempts t", "t.id", _SPENT_ATTEMPT),
    "alarms": ("alerts al", "al.id", _WORDLESS),
    "bundles": ("bundles b", "b.id", _EMPTY_BUNDLE),
    "files": ("files f", "f.id", _SPENT_FILE),
}
"""Rows that go by themselves: their table, number, and what must be true of them."""


def spent(db: Database, kind: str, before: datetime, after: int) -> tuple[list[int], int]:
    """Give rows of a kind that may go, in order.

    What came of an attempt that may have arrived is kept where the delivery was not sent after
    all: a correction still goes to who may have heard.
    """
    table, number, condition = SPENT[kind]
    rows = db.execute(
        f"SELECT {number} FROM {table} WHERE {number} > ? AND {condition}"  # noqa: S608 - our own words
        f" ORDER BY {number} LIMIT ?",
        [after, iso(before), _AT_ONCE],
    ).fetchall()
    found = [row[0] for row in rows]
    return found, _last(found)


def still_spent(db: Database, kind: str, ids: Iterable[int], before: datetime) -> list[int]:
    """Give those of some rows that may go still."""
    table, number, condition = SPENT[kind]
    rows = db.execute(
        f"SELECT {number} FROM {table} WHERE {number} IN (SELECT value FROM json_each(?))"  # noqa: S608
        f" AND {condition}",
        [json.dumps(list(ids)), iso(before)],
    )
    return [row[0] for row in rows]


def still_may_go(
    db: Database, kind: str, ids: Iterable[int], before: datetime, *, told: bool | None
) -> list[int]:
    """Give those of some rows of a kind, found in one of the ways above, that may go still."""
    if kind != "articles":
        return still_spent(db, kind, ids, before)
    if told is None:
        return still_replaced(db, ids, before)
    return still_old(db, ids, before, told=told)


def _last(found: list[int]) -> int:
    """Give the place to go on from; 0 where the end has been reached."""
    return found[-1] if len(found) == _AT_ONCE else 0
