"""The clock was set back: what waits by the old one would wait for as long as that was ahead."""

from datetime import datetime, timedelta

from sqlite_utils import Database

from wirewatch.clock import iso

_DELIVERIES_THAT_WAIT = (
    "state IN ('pending', 'failed') AND due > :now"
    " AND coalesce(reason, '') NOT IN ('digest', 'quiet-hours') AND NOT EXISTS (SELECT 1"
    " FROM alerts al JOIN articles a ON a.id = al.article_id"
    " WHERE al.id = deliveries.alert_id AND a.embargo IS NOT NULL)"
)
"""Not what waits for a time of the wall: a digest, the end of a quiet night or of an embargo."""

_MOVED = (
    ("files", "due", "state = 'pending' AND due > :now"),
    ("deliveries", "due", _DELIVERIES_THAT_WAIT),
    ("deliveries", "since", "since > :now"),
    ("deliveries", "finished", "finished > :now"),
    ("channels", "retry_at", "retry_at > :now"),
    ("channels", "trial_until", "trial_until > :now"),
    ("channels", "failing_since", "failing_since > :now"),
)
"""Table, column and rows of the times that are reckoned from when something happened."""


def set_back(db: Database, by: timedelta, now: datetime) -> None:
    """Move what is reckoned by a clock that was ahead by so much. Call it inside a transaction.

    Retries, waits for a file to be whole, groups, rates and escalations go on as if the clock had
    never been ahead.
    """
    values = {"now": iso(now), "by": f"-{by.total_seconds():.3f} seconds"}
    for table, column, rows in _MOVED:
        db.conn.execute(
            f"UPDATE {table} SET {column} = strftime('%Y-%m-%dT%H:%M:%fZ', {column}, :by)"  # noqa: S608
            f" WHERE {rows}",
            values,
        )
