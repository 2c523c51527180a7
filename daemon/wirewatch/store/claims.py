"""Claiming: which deliveries go out now, alone or gathered, and which a channel's policy holds.

A message that gathers several deliveries is a row of `bundles`, whose key it carries: whoever
claims them again, after a failure or a crash, sends the same message under the same key.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from sqlite_utils import Database

from wirewatch.clock import from_iso, iso
from wirewatch.keys import bundle_key
from wirewatch.model import Message
from wirewatch.states import HELD, DeliveryReason, Severity
from wirewatch.store.channels import open_for, probe
from wirewatch.store.messages import message_of
from wirewatch.store.outbox import CLAIMABLE
from wirewatch.store.silences import keep_silent

_MOST = 500  # deliveries that one message gathers at most
_NEVER = timedelta.max


class Policy(Protocol):
    """What a channel wants to hear and when, as claiming asks for it."""

    @property
    def holds(self) -> bool:
        """Tell whether it can hold anything at all."""

    @property
    def per(self) -> timedelta:
        """Give for how long messages are counted."""

    def held(
        self,
        severity: Severity,
        reason: DeliveryReason | None,
        now: datetime,
        sent: Sequence[datetime],
    ) -> tuple[datetime, DeliveryReason] | None:
        """Say until when and why something waits that is due now; None when it may go."""

    def slot(self, moment: datetime) -> str:
        """Name a moment by the date and time on the channel's wall."""


class _Due(NamedTuple):
    """A delivery that is due."""

    id: int
    bundle: int | None
    reason: DeliveryReason | None
    since: datetime
    due: datetime
    severity: Severity

    @property
    def has_waited(self) -> bool:
        """Tell whether it goes out with others that have waited too."""
        return self.bundle is not None or self.reason in HELD


def claim(
    db: Database,
    now: datetime,
    room: Mapping[str, int],
    policies: Mapping[str, Policy] | None = None,
    gather_after: timedelta = _NEVER,
) -> list[Message]:
    """Mark due deliveries as being sent, at most `room` messages a channel; give the messages.

    Call it inside a transaction. Oldest due first, each channel by itself, so that a backlog of
    one channel does not hold up another. What a policy holds waits on, with the reason; what has
    waited, or is older than `gather_after`, goes out in one message.
    """
    keep_silent(db, now)
    known = policies or {}
    messages = [
        message
        for channel, free in open_for(db, room, now).items()
        for message in _Turn(db, channel, now, known.get(channel)).messages(free, gather_after)
    ]
    probe(db, {message.channel for message in messages}, now)
    db.conn.executemany(
        "UPDATE deliveries SET state = 'sending', reason = NULL WHERE id = ?",
        [(one.delivery_id,) for message in messages for one in message.gathered or (message,)],
    )
    return messages


class _Turn:
    """One channel's turn."""

    def __init__(self, db: Database, channel: str, now: datetime, policy: Policy | None) -> None:
        self._db = db
        self._channel = channel
        self._now = now
        self._policy = policy

    def messages(self, free: int, gather_after: timedelta) -> list[Message]:
        """Give the messages that go out now."""
        policy = self._policy
        due = self._due(free)
        late = any(self._now - one.since > gather_after for one in due)
        if not (late or (policy and policy.holds) or any(one.has_waited for one in due)):
            return [message_of(self._db, one.id) for one in due]
        due = self._due(_MOST)
        if not (policy and policy.holds):
            return self._gathered(due, gather_after)[:free]
        messages = self._gathered(self._let_go(policy, due), gather_after)[:free]
        held = self._held() if messages else 0
        return [replace(message, held=held) for message in messages]

    def _due(self, most: int) -> list[_Due]:
        """Give what is due, oldest first."""
        rows = self._db.execute(
            "SELECT d.id, d.bundle, d.reason, d.since, d.due, al.severity FROM deliveries d"  # noqa: S608
            f" JOIN alerts al ON al.id = d.alert_id WHERE d.channel = ? AND d.{CLAIMABLE}"
            " AND d.due <= ? ORDER BY d.due, d.id LIMIT ?",
            [self._channel, iso(self._now), most],
        )
        return [
            _Due(
                delivery,
                bundle,
                DeliveryReason(reason) if reason else None,
                from_iso(since),
                from_iso(due),
                Severity(severity),
            )
            for delivery, bundle, reason, since, due, severity in rows
        ]

    def _let_go(self, policy: Policy, due: Iterable[_Due]) -> list[_Due]:
        """Give what a policy lets go; the rest is held. What has waited counts as one message."""
        sent = self._sent(self._now - policy.per)
        before = list(sent)
        go: list[_Due] = []
        for one in sorted(due, key=lambda each: not each.has_waited):
            reason = DeliveryReason.DIGEST if one.bundle else one.reason
            counted = before if one.has_waited else sent
            held = policy.held(one.severity, reason, self._now, counted)
            if held:
                self._hold(one, *held)
                continue
            go.append(one)
            if not one.has_waited or len(sent) == len(before):
                sent.append(self._now)
        return go

    def _hold(self, one: _Due, until: datetime, reason: DeliveryReason) -> None:
        """Let a delivery wait; the time in which it may fail begins when it may go."""
        self._db.conn.execute(
            "UPDATE deliveries SET due = ?1, reason = ?2,"
            " since = CASE attempts WHEN 0 THEN ?1 ELSE since END WHERE id = ?3",
            (iso(until), reason.value, one.id),
        )

    def _held(self) -> int:
        """Count what waits on, held by the policy."""
        reasons = "', '".join(sorted(HELD))
        where = f"channel = ? AND {CLAIMABLE} AND due > ? AND reason IN ('{reasons}')"
        return self._db["deliveries"].count_where(where, [self._channel, iso(self._now)])

    def _sent(self, since: datetime) -> list[datetime]:
        """Give when messages went out lately, what is being sent counting as now."""
        rows = self._db.execute(
            "SELECT min(t.at) FROM attempts t JOIN deliveries d ON d.id = t.delivery_id"
            " WHERE t.at > ? AND t.ok = 1 AND d.channel = ?"
            " GROUP BY coalesce(-d.bundle, d.id), t.at ORDER BY 1",
            [iso(since), self._channel],
        )
        moments = [from_iso(at) for (at,) in rows]
        return moments + [self._now] * _sending(self._db).get(self._channel, 0)

    def _gathered(self, due: Iterable[_Due], gather_after: timedelta) -> list[Message]:
        """Make messages: each bundle again, one of all that has waited, and the others alone."""
        bundles: defaultdict[int, list[int]] = defaultdict(list)
        waited: list[_Due] = []
        alone: list[int] = []
        for one in due:
            if one.bundle is not None:
                bundles[one.bundle].append(one.id)
            elif one.has_waited or self._now - one.since > gather_after:
                waited.append(one)
            else:
                alone.append(one.id)
        if len(waited) > 1:
            bundles[self._bundle(waited)] = [one.id for one in waited]
        else:
            alone[:0] = [one.id for one in waited]
        together = [self._bundled(bundle, ids) for bundle, ids in bundles.items()]
        return [*together, *(message_of(self._db, delivery) for delivery in alone)]

    def _bundle(self, waited: Sequence[_Due]) -> int:
        """Note that some deliveries go out as one message; give its number.

        A slot that has had its message, as the clock was set back, is told from it by a delivery.
        """
        slot = self._policy.slot(waited[-1].due) if self._policy else iso(self._now)
        taken = self._db["bundles"].count_where("channel = ? AND slot = ?", [self._channel, slot])
        name = f"{slot} {waited[0].id}" if taken else slot
        bundle = self._db.conn.execute(
            "INSERT INTO bundles (channel, slot, key, created) VALUES (?, ?, ?, ?)",
            (self._channel, name, bundle_key(self._channel, name), iso(self._now)),
        ).lastrowid
        self._db.conn.executemany(
            "UPDATE deliveries SET bundle = ? WHERE id = ?", [(bundle, one.id) for one in waited]
        )
        return int(bundle or 0)

    def _bundled(self, bundle: int, ids: Sequence[int]) -> Message:
        """Read a message that gathers several deliveries."""
        (key,) = self._db.execute("SELECT key FROM bundles WHERE id = ?", [bundle]).fetchone()
        messages = tuple(message_of(self._db, delivery) for delivery in ids)
        may_repeat = any(one.repeat_possible for one in messages)
        return replace(messages[0], key=key, gathered=messages, repeat_possible=may_repeat)


def room(db: Database, channels: Iterable[str], most: int) -> dict[str, int]:
    """Give for each channel that is sending less than `most` messages how many more it may take."""
    sending = _sending(db)
    free = {channel: most - sending.get(channel, 0) for channel in channels}
    return {channel: number for channel, number in free.items() if number > 0}


def _sending(db: Database) -> dict[str, int]:
    """Count the messages that are being sent, by channel."""
    return dict(
        db.execute(
            "SELECT channel, count(DISTINCT coalesce(-bundle, id)) FROM deliveries"
            " WHERE state = 'sending' GROUP BY 1"
        )
    )
