"""Recalls: a withdrawal or a correction goes to exactly those who were told of the story before.

What was still waiting to be told of a story that is withdrawn is told to nobody; a correction
follows what waits, for whoever hears of the error must hear of the correction.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from wirewatch.clock import from_iso, iso
from wirewatch.embargo import lift_of
from wirewatch.keys import delivery_key
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
        f" WHERE a.guid IN ({marks})"
        " AND (heard OR (d.state IN ('pending', 'failed') AND NOT d.escalation))"
        " ORDER BY al.id DESC, d.id",
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

    What says that they are withdrawn is told, even if they came back at once. Call it inside the
    transaction, when the versions that withdraw them are written.
    """
    withdrawn = "', '".join(sorted(WITHDRAWN))
    db.conn.executemany(
        "UPDATE deliveries SET state = 'suppressed', reason = ?1, due = NULL, finished = ?3"  # noqa: S608 - our own words
        " WHERE state IN ('pending', 'failed') AND alert_id IN (SELECT al.id FROM alerts al"
        " JOIN articles a ON a.id = al.article_id WHERE a.guid = ?2 AND a.current = 0"
        " AND a.version < (SELECT max(w.version) FROM articles w WHERE w.guid = ?2"
        f" AND w.status IN ('{withdrawn}')))",
        [(DeliveryReason.WITHDRAWN.value, guid, now) for guid in guids],
    )


def hush_again(db: Database, deliveries: Iterable[int], now: str) -> None:
    """Let nobody be told of what was withdrawn while it was under way, and did not arrive.

    Nor of what was escalated and taken on meanwhile, but for what a person sent again since. Call
    it inside the transaction that makes some deliveries wait again.
    """
    again = list(deliveries)
    withdrawn = "', '".join(sorted(WITHDRAWN))
    db.conn.executemany(
        "UPDATE deliveries SET state = 'suppressed', reason = ?1, due = NULL, finished = ?3"  # noqa: S608 - our own words
        " WHERE id = ?2 AND state IN ('pending', 'failed') AND EXISTS (SELECT 1 FROM alerts al"
        " JOIN articles a ON a.id = al.article_id JOIN articles w ON w.guid = a.guid"
        " WHERE al.id = deliveries.alert_id AND a.current = 0 AND w.version > a.version"
        f" AND w.status IN ('{withdrawn}'))",
        [(DeliveryReason.WITHDRAWN.value, delivery, now) for delivery in again],
    )
    db.conn.executemany(
        "UPDATE deliveries SET state = 'suppressed', reason = ?1, due = NULL, finished = ?3"
        " WHERE id = ?2 AND state IN ('pending', 'failed') AND escalation"
        " AND since <= (SELECT acknowledged FROM alerts WHERE id = deliveries.alert_id)",
        [(DeliveryReason.ACKNOWLEDGED.value, delivery, now) for delivery in again],
    )


def pass_on(db: Database, guids: Iterable[str], now: str) -> None:
    """Tell of a copy instead, where nobody was told of a story before it was withdrawn.

    The first copy of another guid that an alert had kept silent raises one of its own. Call it
    inside the transaction, after `hush`.
    """
    for guid in guids:
        hushed = db.execute(
            "SELECT al.id, al.rule, al.title, al.severity FROM alerts al JOIN articles a"
            " ON a.id = al.article_id WHERE a.guid = ? AND al.recalls IS NULL"
            " AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.alert_id = al.id"
            " AND d.state <> 'suppressed')",
            [guid],
        ).fetchall()
        for alert, *told in hushed:
            _tell_of_a_copy(db, alert, told, now)


def _tell_of_a_copy(db: Database, hushed: int, told: list[str], now: str) -> None:
    """Raise the alert of the first free copy that a hushed one had kept silent, if there is one."""
    withdrawn = "', '".join(sorted(WITHDRAWN))
    copy = db.execute(
        "SELECT m.id, a.id, a.guid, a.version, a.embargo, m.rule FROM matches m"  # noqa: S608 - our own words
        " JOIN articles a ON a.id = m.article_id"
        f" WHERE m.echoes = ? AND a.current = 1 AND a.status NOT IN ('{withdrawn}')"
        " ORDER BY a.embargo IS NOT NULL, a.id LIMIT 1",
        [hushed],
    ).fetchone()
    if copy is None:
        return
    match, article, guid, version, embargo, rule = copy
    hushed_rows = list(db["deliveries"].rows_where("alert_id = ?", [hushed]))
    alert = db.conn.execute(
        "INSERT INTO alerts (match_id, article_id, rule, title, severity, created)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        [match, article, *told, now],
    ).lastrowid
    lift = lift_of(embargo)
    first = max(now, iso(lift) if lift else now)
    known = Article(guid, "", "", "", version=version)
    db.conn.executemany(
        "INSERT INTO deliveries (alert_id, channel, key, state, reason, due, created, since,"
        " escalation, grouping) VALUES (?1, ?2, ?3, 'pending', ?4, ?5, ?6, ?5, ?7, ?8)",
        [
            (
                alert,
                row["channel"],
                delivery_key(known, rule, row["channel"]),
                DeliveryReason.ESCALATION.value if row["escalation"] else None,
                _as_late(row, first),
                now,
                row["escalation"],
                row["grouping"],
            )
            for row in hushed_rows
        ],
    )
    db.conn.execute("UPDATE matches SET echoes = NULL WHERE id = ?", [match])
    db.conn.execute("UPDATE matches SET echoes = ? WHERE echoes = ?", [alert, hushed])


def _as_late(row: Mapping[str, Any], first: str) -> str:
    """Give when a substitute is due on a channel: an escalation as much later as it was."""
    if not row["escalation"]:
        return first
    return iso(from_iso(first) + (from_iso(row["since"]) - from_iso(row["created"])))


def hold(db: Database, lifts: Mapping[str, datetime], now: str) -> None:
    """Let what an embargo holds wait for as long as the newest version says, or no longer.

    What waits for a digest or the like waits on, unless the embargo lifts later still. Call it
    inside the transaction, with when each guid's embargo lifts.
    """
    db.conn.executemany(
        "UPDATE deliveries SET due = ?1, reason = CASE reason WHEN 'escalation' THEN reason END"
        " WHERE state = 'pending' AND due > ?3"
        " AND (reason IS NULL OR due < ?1) AND alert_id IN (SELECT al.id FROM alerts al"
        " JOIN articles a ON a.id = al.article_id WHERE a.guid = ?2)",
        [(iso(lift), guid, now) for guid, lift in lifts.items()],
    )
