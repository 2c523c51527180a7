"""Recalls: a withdrawal or a correction goes to exactly those who were told of the story before.

What was still waiting to be told of a story that is withdrawn is told to nobody; a correction
follows what waits, for whoever hears of the error must hear of the correction.
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
    """One channel that was told of a story, or will be if it still waits, and by which alert."""

    alert: int
    rule: str
    title: str
    severity: str
    channel: str
    waiting: bool


def told(db: Database, marks: str, guids: list[str]) -> Iterator[tuple[str, Told]]:
    """Give for some guids who was told of them, may have been, or will be; latest alert first."""
    rows = db.execute(
        "SELECT a.guid, al.id, al.rule, al.title, al.severity, d.channel,"  # noqa: S608 - marks
        " d.state IN ('sent', 'sending') OR EXISTS (SELECT 1 FROM attempts t"
        " WHERE t.delivery_id = d.id AND t.reason IN ('interrupted', 'timeout')) AS heard"
        " FROM deliveries d JOIN alerts al ON al.id = d.alert_id"
        " JOIN articles a ON a.id = al.article_id"
        f" WHERE a.guid IN ({marks}) AND (heard OR d.state IN ('pending', 'failed'))"
        " ORDER BY al.id DESC",
        guids,
    )
    for guid, alert, rule, title, severity, channel, heard in rows:
        yield guid, Told(alert, rule, title, severity, channel, waiting=not heard)


def recalled(article: Article, known: Iterable[Told]) -> dict[int, list[Told]]:
    """Give whom a newer version must be told to, by the alert that it takes back, each once."""
    withdrawn = article.status in WITHDRAWN
    if not withdrawn and article.signal not in CORRECTING:
        return {}
    covered: set[str] = set()
    found: dict[int, list[Told]] = {}
    for one in known:
        if one.channel not in covered and not (withdrawn and one.waiting):
            covered.add(one.channel)
            found.setdefault(one.alert, []).append(one)
    return found


def hush(db: Database, guids: Iterable[str], now: str) -> None:
    """Let nobody be told any more of what some withdrawn stories said before.

    Call it inside the transaction, when the versions that withdraw them are written.
    """
    db.conn.executemany(
        "UPDATE deliveries SET state = 'suppressed', reason = ?1, due = NULL, finished = ?3"
        " WHERE state IN ('pending', 'failed') AND alert_id IN (SELECT al.id FROM alerts al"
        " JOIN articles a ON a.id = al.article_id"
        " WHERE a.guid = ?2 AND a.current = 0)",
        [(DeliveryReason.WITHDRAWN.value, guid, now) for guid in guids],
    )
