"""Silences: alerts that somebody wants nobody to hear of for a while, and what they kept silent."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlite_utils import Database

from wirewatch.clock import iso
from wirewatch.states import DeliveryReason
from wirewatch.store.waiting import CLAIMABLE


class Silence(NamedTuple):
    """Which alerts are kept silent, as shells write patterns, until when, by whom and why."""

    rule: str
    channel: str
    source: str
    until: datetime
    author: str
    comment: str


def add(db: Database, silence: Silence, now: datetime) -> int:
    """Begin a silence; give its number. Call it inside a transaction."""
    row = silence._asdict() | {"until": iso(silence.until), "created": iso(now)}
    return int(str(db.table("silences").insert(row).last_pk))


def end(db: Database, number: int, now: datetime) -> bool:
    """End a silence; tell whether there was such a one, still at work."""
    ended = db.conn.execute(
        "UPDATE silences SET ended = ?1 WHERE id = ?2 AND ended IS NULL AND until > ?1",
        (iso(now), number),
    )
    return ended.rowcount > 0


def silences(db: Database, now: datetime | None = None) -> list[dict[str, Any]]:
    """Give the silences at work at a moment, or all, each with how many deliveries it kept."""
    working = "WHERE s.ended IS NULL AND s.until > ?" if now else ""
    return list(
        db.query(
            "SELECT s.*, (SELECT count(*) FROM deliveries d WHERE d.silence = s.id) AS kept"  # noqa: S608
            f" FROM silences s {working} ORDER BY s.id",
            [iso(now)] if now else [],
        )
    )


class Kept(NamedTuple):
    """A silence as the store has it, and how many deliveries it has kept so far."""

    id: int
    rule: str
    channel: str
    source: str
    until: str
    author: str
    comment: str
    created: str
    ended: str | None
    kept: int


def standing(db: Database, now: datetime | None = None) -> tuple[Kept, ...]:
    """Give the silences at work at a moment, or all, the newest first."""
    return tuple(Kept(**row) for row in reversed(silences(db, now)))


def keep_silent(db: Database, now: datetime) -> None:
    """Suppress what is due for the first time and kept silent. Call it inside a transaction.

    What takes back a story that people were told of is never kept silent.
    """
    working = db.execute(
        "SELECT id, rule, channel, source FROM silences WHERE ended IS NULL AND until > ?",
        [iso(now)],
    ).fetchall()
    for silence, rule, channel, source in working:
        db.conn.execute(
            "UPDATE deliveries SET state = 'suppressed', reason = ?1, silence = ?2, due = NULL,"  # noqa: S608
            f" finished = ?3 WHERE {CLAIMABLE} AND state = 'pending' AND attempts = 0"
            " AND (reason IS NULL OR reason = 'escalation')"
            " AND due <= ?3 AND channel GLOB ?4 AND alert_id IN (SELECT al.id FROM alerts al"
            " LEFT JOIN articles a ON a.id = al.article_id WHERE al.id = deliveries.alert_id"
            " AND al.recalls IS NULL AND al.rule GLOB ?5 AND coalesce(a.source, '') GLOB ?6)",
            (DeliveryReason.SILENCED.value, silence, iso(now), channel, rule, source),
        )
