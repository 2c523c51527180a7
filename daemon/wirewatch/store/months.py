"""A channel's month: how many alerts it had on each of the last days."""

from collections import Counter
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from wirewatch.clock import from_iso, iso
from wirewatch.model import Day
from wirewatch.states import Severity

DAYS = 30


def month_of(db: Database, channel: str, now: datetime, zone: ZoneInfo) -> tuple[Day, ...]:
    """Count a channel's alerts of the last days, by the days of its zone, today the last one.

    Suppressed ones do not count: nobody was told of them.
    """
    today = now.astimezone(zone).date()
    days = [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    rows = db.execute(
        "SELECT substr(d.created, 1, 16), al.severity, count(*) FROM deliveries d"
        " JOIN alerts al ON al.id = d.alert_id"
        " WHERE d.channel = ? AND d.created >= ? AND d.state <> 'suppressed' GROUP BY 1, 2",
        [channel, iso(now - timedelta(days=DAYS + 1))],
    )
    counts: Counter[tuple[object, str]] = Counter()
    for minute, severity, count in rows:
        counts[from_iso(f"{minute}Z").astimezone(zone).date(), severity] += count
    return tuple(Day(day, tuple(counts[day, one.value] for one in Severity)) for day in days)
