"""Alarms: what the desk itself is in trouble with, told once, and once more when it is over.

They go the way of all alerts: a row for each channel, with its policy, attempts and retries.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlite_utils import Database

from wirewatch.clock import from_iso, iso
from wirewatch.keys import alarm_key
from wirewatch.model import Alarm, Planned
from wirewatch.states import AlarmKind, Severity
from wirewatch.store.rows import delivery_row


class Listeners(NamedTuple):
    """The channels that hear of alarms, and how loudly each kind speaks."""

    channels: Sequence[str]
    severities: Mapping[AlarmKind, Severity]


def standing(db: Database) -> dict[tuple[AlarmKind, str], datetime]:
    """Give the alarms that are not over, each with when it was raised."""
    rows = db.execute("SELECT kind, subject, raised FROM alarms WHERE cleared IS NULL")
    return {(AlarmKind(kind), subject): from_iso(raised) for kind, subject, raised in rows}


def standing_alarms(db: Database) -> list[dict[str, Any]]:
    """Give the rows of the alarms that are not over."""
    return list(db["alarms"].rows_where("cleared IS NULL", order_by="id"))


def settle(db: Database, now: datetime, alarms: Iterable[Alarm], listeners: Listeners) -> int:
    """Raise what is new and clear what is over; give how many of both are told.

    Call it inside a transaction. A jump of the clock is over as soon as it is told.
    """
    before = standing(db)
    current = {(alarm.kind, alarm.subject): alarm for alarm in alarms}
    raised = [alarm for key, alarm in current.items() if key not in before]
    over = [key for key in before if key not in current]
    for alarm in raised:
        _raise(db, now, alarm, listeners)
    for kind, subject in over:
        _clear(db, now, kind, subject, listeners)
    return len(raised) + len(over)


def note_outage(
    db: Database, outage: tuple[datetime, str], now: datetime, listeners: Listeners
) -> int:
    """Note that the store could not be written, now that it can; tell that it is over; give 1.

    Call it inside a transaction, where the operator was told of the outage without the store.
    """
    since, why = outage
    alarm = Alarm(AlarmKind.STORE, "store", why)
    row = alarm._asdict() | {"raised": iso(since), "cleared": None}
    db.table("alarms").insert(row)
    _clear(db, now, alarm.kind, alarm.subject, listeners)
    return 1


def _raise(db: Database, now: datetime, alarm: Alarm, listeners: Listeners) -> None:
    """Note an alarm, and tell of it."""
    cleared = iso(now) if alarm.kind is AlarmKind.CLOCK else None
    row = alarm._asdict() | {"raised": iso(now), "cleared": cleared}
    number = int(str(db.table("alarms").insert(row).last_pk))
    _tell(db, now, (number, alarm), f"Wirewatch: {alarm.kind}", listeners)


def _clear(
    db: Database, now: datetime, kind: AlarmKind, subject: str, listeners: Listeners
) -> None:
    """Note that an alarm is over, and tell of it."""
    number, raised = db.execute(
        "SELECT id, raised FROM alarms WHERE kind = ? AND subject = ? AND cleared IS NULL",
        [kind.value, subject],
    ).fetchone()
    db.conn.execute("UPDATE alarms SET cleared = ? WHERE id = ?", (iso(now), number))
    said = f"{subject}: over. It began at {raised[:16].replace('T', ' ')}Z."
    _tell(db, now, (number, Alarm(kind, subject, said)), f"Wirewatch: {kind}, over", listeners)


def _tell(
    db: Database, now: datetime, told: tuple[int, Alarm], title: str, listeners: Listeners
) -> None:
    """Raise an alert of an alarm, for each channel that hears of it and is not what it is about."""
    number, alarm = told
    row = {
        "alarm": number,
        "rule": f"alarm:{alarm.kind}",
        "title": title,
        "severity": listeners.severities[alarm.kind].value,
        "said": alarm.said,
        "created": iso(now),
    }
    alert = db.table("alerts").insert(row).last_pk
    about = alarm.subject if alarm.kind is AlarmKind.CHANNEL else None
    rows = [
        delivery_row(Planned(channel, alarm_key(title, alarm.subject, now, channel), now), iso(now))
        for channel in listeners.channels
        if channel != about
    ]
    db.table("deliveries").insert_all([{"alert_id": alert} | row for row in rows])
