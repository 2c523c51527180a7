"""Recalls: a withdrawal or a correction goes to exactly those who were told of the story before.

What was still waiting to be told of a story that is withdrawn is told to nobody.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlite_utils import Database

from wirewatch.model import Article
from wirewatch.states import WITHDRAWN, DeliveryReason

CORRECTING = frozenset({"correction", "kill"})
"""What `articles.signal` says of a version that puts an earlier one right."""


@dataclass(frozen=True, slots=True)
class Told:
    """One channel that was told of a story, by which alert."""

    alert: int
    rule: str
    title: str
    severity: str
    channel: str


def told(db: Database, marks: str, guids: list[str]) -> Iterator[tuple[str, Told]]:
    """Give for some guids who was told of them, or may have been; the latest alert first."""
    rows = db.execute(
        "SELECT a.guid, al.id, al.rule, al.title, al.severity, d.channel FROM deliveries d"  # noqa: S608 - marks
        " JOIN alerts al ON al.id = d.alert_id JOIN articles a ON a.id = al.article_id"
        f" WHERE a.guid IN ({marks}) AND (d.state IN ('sent', 'sending') OR EXISTS (SELECT 1"
        " FROM attempts t WHERE t.delivery_id = d.id AND t.reason IN ('interrupted', 'timeout')))"
        " ORDER BY al.id DESC",
        guids,
    )
    for guid, *row in rows:
        yield guid, Told(*row)


def recalled(article: Article, known: Iterable[Told]) -> dict[int, list[Told]]:
    """Give whom a newer version must be told to, by the alert that it takes back, each once."""
    if article.status not in WITHDRAWN and article.signal not in CORRECTING:
        return {}
    covered: set[str] = set()
    found: dict[int, list[Told]] = {}
    for one in known:
        if one.channel not in covered:
            covered.add(one.channel)
            found.setdefault(one.alert, []).append(one)
    return found


def hush(db: Database, guids: Iterable[str]) -> None:
    """Let nobody be told any more of what some withdrawn stories said before.

    Call it inside the transaction, when the versions that withdraw them are written.
    """
    db.conn.executemany(
        "UPDATE deliveries SET state = 'suppressed', reason = ?1, due = NULL"
        " WHERE state IN ('pending', 'failed') AND alert_id IN (SELECT al.id FROM alerts al"
        " JOIN articles a ON a.id = al.article_id"
        " WHERE a.guid = ?2 AND a.current = 0 AND al.recalls IS NULL)",
        [(DeliveryReason.WITHDRAWN.value, guid) for guid in guids],
    )
