"""How channels fare. One that fails again and again is tried once in a while, by one message.

That is a circuit breaker (https://martinfowler.com/bliki/CircuitBreaker.html): a service that is
down is not called by each of ten thousand messages, and its first answer lets all of them go.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlite_utils import Database

from wirewatch.clock import from_iso, iso
from wirewatch.model import Attempt
from wirewatch.states import DeliveryReason
from wirewatch.store.halves import is_refused
from wirewatch.store.waiting import CLAIMABLE

Delay = Callable[[int, float | None], timedelta]
"""Gives the wait after the n-th failed attempt, n from 1, and the service's own wish in seconds."""

_FAILURES = 5  # one after the other, after which a channel rests
_REFUSALS = 20  # the same, of a service that answers, and refuses each
_PROBE = timedelta(minutes=1)  # for which the message that tries a resting channel may be under way


class Health(NamedTuple):
    """How a channel fares: failures since its last success, and until when it rests."""

    failures: int = 0
    failing_since: str | None = None
    retry_at: str | None = None
    last_sent: str | None = None
    error: str | None = None
    trial_until: str | None = None
    """Until when the message that tries it may be under way."""

    @property
    def opens(self) -> str | None:
        """Give when it takes a message again; None where it takes them all the time."""
        if self.retry_at is None:
            return None
        return max(self.retry_at, self.trial_until or "")


def health(db: Database) -> dict[str, Health]:
    """Give how each channel fares that has been told anything."""
    columns = ", ".join(Health._fields)
    rows = db.execute(f"SELECT name, {columns} FROM channels")  # noqa: S608 - our own columns
    return {name: Health(*values) for name, *values in rows}


def note(db: Database, attempts: Sequence[Attempt], delay: Delay) -> None:
    """Note what attempts say of their channels. Call it inside a transaction.

    The first success of one that rested makes due what has failed meanwhile.
    """
    if not attempts:
        return
    known = health(db)
    for channel in dict.fromkeys(attempt.channel for attempt in attempts):
        own = [attempt for attempt in attempts if attempt.channel == channel]
        before = known.get(channel, Health())
        after = before
        for attempt in own:
            after = _after(after, attempt, delay)
        db.conn.execute(
            "INSERT OR REPLACE INTO channels VALUES (?, ?, ?, ?, ?, ?, ?)", (channel, *after)
        )
        if before.retry_at and not after.failures:
            _free(db, channel, own[-1].at)


def _free(db: Database, channel: str, now: datetime) -> None:
    """Make due what failed while a channel rested, but for what the service itself refused."""
    db.conn.execute(
        "UPDATE deliveries SET due = ?1 WHERE channel = ?2 AND state = 'failed'"  # noqa: S608
        f" AND {CLAIMABLE} AND due > ?1 AND reason <> ?3 AND NOT EXISTS (SELECT 1 FROM attempts t"
        " WHERE t.delivery_id = deliveries.id AND t.http_code BETWEEN 400 AND 428)",
        (iso(now), channel, DeliveryReason.REFUSED_BY_SERVICE.value),
    )


def _after(before: Health, attempt: Attempt, delay: Delay) -> Health:
    """Say how a channel fares after one more attempt."""
    if attempt.ok:
        return Health(last_sent=iso(attempt.at))
    failures = before.failures + 1
    most = _REFUSALS if is_refused(attempt) else _FAILURES
    rests = failures >= most or attempt.reason is DeliveryReason.THROTTLED
    wait = delay(max(1, failures - most + 1), attempt.retry_after)
    until = iso(attempt.at + wait) if rests else ""
    return Health(
        failures,
        before.failing_since or iso(attempt.at),
        max(before.retry_at or "", until) or None,
        before.last_sent,
        attempt.error or None,
    )


def open_for(db: Database, room: Mapping[str, int], now: datetime) -> dict[str, int]:
    """Give how many messages each channel takes now: none while it rests, then one."""
    rows = db.execute(
        "SELECT name, max(retry_at, coalesce(trial_until, '')) FROM channels"
        " WHERE retry_at IS NOT NULL"
    )
    opens: dict[str, str] = dict(rows)
    moment = iso(now)
    rested = [name for name in room if opens.get(name, moment) <= moment]
    return {name: 1 if name in opens else room[name] for name in rested}


def probe(db: Database, channels: Iterable[str], now: datetime) -> None:
    """Let channels that rest do so until it is known what came of the message that tries them."""
    db.conn.executemany(
        "UPDATE channels SET trial_until = ? WHERE name = ? AND retry_at IS NOT NULL",
        [(iso(now + _PROBE), name) for name in channels],
    )


FIRST_DUE = (
    "SELECT value, (SELECT min(due) FROM (SELECT min(due) AS due FROM deliveries"  # noqa: S608
    f" WHERE channel = value AND state = 'pending' AND {CLAIMABLE} UNION ALL"
    " SELECT min(due) FROM deliveries"
    f" WHERE channel = value AND state = 'failed' AND {CLAIMABLE})) FROM json_each(?1)"
)
"""Asks when the next delivery of each of some channels is due."""


def let_try(db: Database, channels: Iterable[str], now: datetime) -> None:
    """Let channels that rest be tried at once: they lead elsewhere now."""
    db.conn.executemany(
        "UPDATE channels SET retry_at = ? WHERE name = ? AND retry_at IS NOT NULL",
        [(iso(now), name) for name in channels],
    )


def next_due(db: Database, channels: Iterable[str]) -> datetime | None:
    """Give when the next delivery of some channels may go, or None when nothing waits."""
    known = health(db)
    moments = [
        max(due, known.get(channel, Health()).opens or due)
        for channel, due in db.execute(FIRST_DUE, [json.dumps(list(channels))])
        if due
    ]
    return from_iso(min(moments)) if moments else None


def give_up(db: Database, channels: Iterable[str], now: datetime, after: timedelta) -> None:
    """Give up what is due for longer than `after` on channels that have failed for so long.

    A channel that rests tries one message at a time: the others share what came of it.
    """
    db.conn.executemany(
        "UPDATE deliveries SET state = 'dead', reason = ?1, due = NULL, finished = ?2"  # noqa: S608
        f" WHERE {CLAIMABLE} AND channel = ?4 AND due <= ?2 AND since <= ?3"
        " AND EXISTS (SELECT 1 FROM channels WHERE name = ?4 AND failing_since <= ?3)",
        [
            (DeliveryReason.GAVE_UP.value, iso(now), iso(now - after), channel)
            for channel in channels
        ],
    )
