"""The feed: what arrives, in the order in which it was stored."""

from collections.abc import Iterator
from typing import NamedTuple

from sqlite_utils import Database

from wirewatch.store.archive import Stored, stored_article

_AFTER = "SELECT id FROM articles WHERE id > ? ORDER BY id LIMIT ?"
_BEFORE = "SELECT id FROM articles ORDER BY id DESC LIMIT ?"
_AT_ONCE = 500  # articles that are looked for at a time
_RULES = (
    "SELECT m.rule, al.id FROM matches m LEFT JOIN alerts al ON al.match_id = m.id"
    " WHERE m.article_id = ? ORDER BY m.id"
)


class Item(NamedTuple):
    """An article that came, the rules that were true of it, and the alerts that were raised."""

    stored: Stored
    rules: tuple[str, ...]
    alerts: tuple[int, ...]


def arrived(db: Database, after: int) -> Iterator[Item]:
    """Give what was stored after an article, the oldest first."""
    while ids := [row[0] for row in db.execute(_AFTER, [after, _AT_ONCE])]:
        for article in ids:
            yield from _item(db, article)
        after = ids[-1]


def latest(db: Database, most: int) -> Iterator[Item]:
    """Give the last articles that were stored, the newest first."""
    for (article,) in db.execute(_BEFORE, [most]):
        yield from _item(db, article)


def _item(db: Database, article: int) -> Iterator[Item]:
    """Read one, unless it has gone meanwhile."""
    stored = stored_article(db, article)
    if stored:
        found = db.execute(_RULES, [article]).fetchall()
        rules = tuple(rule for rule, _ in found)
        yield Item(stored, rules, tuple(alert for _, alert in found if alert))
