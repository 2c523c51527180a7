"""Acknowledgements: somebody has taken an alert on, so that nobody else need be woken for it."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlite_utils import Database

from wirewatch.clock import iso
from wirewatch.states import DeliveryReason


def alerts_named(db: Database, names: Iterable[str]) -> tuple[list[int], list[str]]:
    """Find alerts by number, or by the `ref` of a message, which may gather several.

    Gives their numbers, each once, and the names that lead to none.
    """
    found: dict[int, None] = {}
    unknown = []
    for name in names:
        numbers = [row[0] for row in db.execute(_BY_NAME, [name])]
        found.update(dict.fromkeys(numbers))
        unknown += [] if numbers else [name]
    return list(found), unknown


_BY_NAME = (
    "SELECT id FROM alerts WHERE id = CAST(?1 AS INTEGER) AND CAST(id AS TEXT) = ?1"
    " UNION SELECT alert_id FROM deliveries WHERE key = ?1"
    " UNION SELECT d.alert_id FROM deliveries d JOIN bundles b ON b.id = d.bundle WHERE b.key = ?1"
)


class Named(NamedTuple):
    """An alert as people see it, and who has taken it on."""

    alert: int
    title: str
    headline: str
    acknowledged: str | None
    by: str | None


def named(db: Database, alerts: Sequence[int]) -> list[Named]:
    """Give some alerts as people see them."""
    rows = db.execute(
        "SELECT al.id, al.title, coalesce(a.headline, al.said, ''), al.acknowledged,"
        " al.acknowledged_by FROM alerts al LEFT JOIN articles a ON a.id = al.article_id"
        " WHERE al.id IN (SELECT value FROM json_each(?)) ORDER BY al.id",
        [json.dumps(list(alerts))],
    )
    return [Named(*row) for row in rows]


def acknowledge(db: Database, alerts: Sequence[int], who: str, now: datetime) -> int:
    """Note who has taken some alerts on; give how many nobody had before.

    What would have been told because nobody had is suppressed. Call it inside a transaction.
    """
    taken = 0
    for alert in alerts:
        taken += db.conn.execute(
            "UPDATE alerts SET acknowledged = ?, acknowledged_by = ?"
            " WHERE id = ? AND acknowledged IS NULL",
            (iso(now), who, alert),
        ).rowcount
        db.conn.execute(
            "UPDATE deliveries SET state = 'suppressed', reason = ?, due = NULL, finished = ?"
            " WHERE alert_id = ? AND escalation AND state IN ('pending', 'failed')",
            (DeliveryReason.ACKNOWLEDGED.value, iso(now), alert),
        )
    return taken
