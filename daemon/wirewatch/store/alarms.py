"""Alarms: what the desk itself is in trouble with, told once, and once more when it is over.

They go the way of all alerts: a row for each channel, with its policy, attempts and retries.
"""

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlite_utils import Database

from wirewatch.clock import from_iso, iso
from wirewatch.keys import alarm_key
from wirewatch.model import Alarm, Planned
from wirewatch.states import AlarmKind, Severity
from wirewatch.store.database import Store, StoreUnavailableError
from wirewatch.store.rows import delivery_row

Key = tuple[AlarmKind, str]
"""What an alarm is known by: its kind, and on whom or what it is."""

_AT_WORK = timedelta(minutes=1)  # for which a message that is due may be on its way

_WAITS = (
    "SELECT EXISTS (SELECT 1 FROM deliveries WHERE channel = ?1 AND state = 'pending'"
    " AND state IN ('pending', 'failed') AND due <= ?2)"
    " OR EXISTS (SELECT 1 FROM deliveries WHERE channel = ?1 AND state = 'failed'"
    " AND state IN ('pending', 'failed'))"
    " OR EXISTS (SELECT 1 FROM deliveries WHERE +channel = ?1 AND state = 'sending'"
    " AND since <= ?2)"
)


class Listeners(NamedTuple):
    """The channels that hear of alarms, and how loudly each kind speaks."""

    channels: tuple[str, ...]
    severities: Mapping[AlarmKind, Severity]


@contextmanager
def reading(store: Store) -> Iterator[None]:
    """Read how things stand. Raises StoreUnavailableError when the disk or the file refuses."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise StoreUnavailableError(f"{store.path} cannot be read: {error}") from error


def waits(db: Database, channel: str, now: datetime) -> bool:
    """Tell whether something is to be sent on a channel, and has been for a minute or failed."""
    row = db.execute(_WAITS, [channel, iso(now - _AT_WORK)]).fetchone()
    return bool(row[0])


def standing(db: Database) -> dict[Key, datetime]:
    """Give the alarms that are not over, each with when it was raised."""
    rows = db.execute("SELECT kind, subject, raised FROM alarms WHERE cleared IS NULL")
    return {(AlarmKind(kind), subject): from_iso(raised) for kind, subject, raised in rows}


def standing_alarms(db: Database) -> list[dict[str, Any]]:
    """Give the rows of the alarms that are not over."""
    return list(db["alarms"].rows_where("cleared IS NULL", order_by="id"))


def settle(
    db: Database,
    now: datetime,
    alarms: Iterable[Alarm],
    listeners: Listeners,
    forgotten: Collection[Key] = (),
) -> int:
    """Raise what is new and clear what is over; give how many of both are told.

    Call it inside a transaction. A jump of the clock is over as soon as it is told. Of what is
    `forgotten` nobody knows whether it is over: it ends without a word.
    """
    before = standing(db)
    current = {(alarm.kind, alarm.subject): alarm for alarm in alarms}
    raised = [alarm for key, alarm in current.items() if key not in before]
    over = [key for key in before if key not in current and key not in forgotten]
    for key in [key for key in forgotten if key in before]:  # others may have ended it meanwhile
        _end(db, now, *key)
    for alarm in raised:
        _raise(db, now, alarm, listeners)
    for kind, subject in over:
        _clear(db, now, kind, subject, listeners)
    return len(raised) + len(over)


def note_outage(
    db: Database, outage: tuple[datetime, str], now: datetime, listeners: Listeners
) -> int:
    """Note that the store was out of order, now that it is well; give how often that is told.

    Call it inside a transaction, before `settle`, where the operator was told of the outage without
    the store. Where its alarm had been raised before, that one ends and tells of it.
    """
    if (AlarmKind.STORE, "store") in standing(db):
        return 0
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
    number, raised = _end(db, now, kind, subject)
    said = f"{subject}: over. It began at {raised[:16].replace('T', ' ')}Z."
    _tell(db, now, (number, Alarm(kind, subject, said)), f"Wirewatch: {kind}, over", listeners)


def _end(db: Database, now: datetime, kind: AlarmKind, subject: str) -> tuple[int, str]:
    """Note that an alarm stands no more; give its number and when it was raised."""
    number, raised = db.execute(
        "SELECT id, raised FROM alarms WHERE kind = ? AND subject = ? AND cleared IS NULL",
        [kind.value, subject],
    ).fetchone()
    db.conn.execute("UPDATE alarms SET cleared = ? WHERE id = ?", (iso(now), number))
    return number, raised


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
