"""What goes before what: a correction never before its alert, an escalation never before the first.

Both are looked at when they are due, and wait on where what they follow is itself held.
"""

from datetime import datetime

from sqlite_utils import Database

from wirewatch.clock import from_iso, iso

AHEAD = (
    "SELECT d.id, o.due, o.reason, o.grouping FROM deliveries d"
    " JOIN alerts al ON al.id = d.alert_id"
    " JOIN deliveries o ON o.alert_id = al.recalls AND o.channel = d.channel"
    " WHERE d.channel = ?1 AND d.state = 'pending' AND d.recall = 1 AND d.due <= ?2"
    " AND o.state = 'pending' AND (o.due > ?2"
    " OR (o.reason = 'grouped' AND o.bundle IS NULL AND d.grouping IS NOT o.grouping))"
)
UNHEARD = (
    "SELECT d.id, d.created, d.since, min(o.due) FROM deliveries d"
    " JOIN deliveries o ON o.alert_id = d.alert_id AND NOT o.escalation"
    " WHERE d.channel = ?1 AND d.state = 'pending' AND d.escalation = 1 AND d.due <= ?2"
    " AND d.reason = 'escalation'"
    " GROUP BY d.id HAVING min(o.state = 'pending' AND o.due >= ?2)"
)


def keep_order(db: Database, channel: str, now: datetime) -> int:
    """Let what is due on a channel wait for what it follows; give how many do.

    Call it inside a transaction.

    A correction waits with the alert that it takes back, for the same reason, and goes in its
    message. An escalation waits where all who hear of the alert first are still held, or only now
    go out: they have not had their time to answer.
    """
    ahead = db.execute(AHEAD, [channel, iso(now)]).fetchall()
    for delivery, due, reason, group in ahead:
        db.conn.execute(
            "UPDATE deliveries SET due = ?1, since = ?1, reason = ?2, grouping = ?3 WHERE id = ?4",
            (due, reason, group, delivery),
        )
    unheard = db.execute(UNHEARD, [channel, iso(now)]).fetchall()
    for delivery, created, since, first in unheard:
        waits = from_iso(since) - from_iso(created)
        db.conn.execute(
            "UPDATE deliveries SET due = ?1 WHERE id = ?2",
            (iso(from_iso(first) + waits), delivery),
        )
    return len(ahead) + len(unheard)
