"""One channel's turn: what of all that is due goes out now, alone or gathered, and what is held.

A message that gathers several deliveries is a row of `bundles`, whose key it carries.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain, count

from sqlite_utils import Database

from wirewatch.clock import from_iso, iso
from wirewatch.keys import bundle_key
from wirewatch.model import Message
from wirewatch.states import HELD, DeliveryReason
from wirewatch.store.messages import message_of
from wirewatch.store.months import month_of
from wirewatch.store.policy import Policy
from wirewatch.store.sequence import keep_order
from wirewatch.store.waiting import CLAIMABLE, Due, Waiting, as_loud

_MOST = 500  # deliveries that one message gathers at most

_LAST_SENT = (
    "SELECT finished FROM deliveries WHERE channel = ? AND grouping = ? AND state = 'sent'"
    " ORDER BY finished DESC LIMIT 1"
)
_BEING_SENT = (
    "SELECT 1 FROM deliveries INDEXED BY deliveries_sending"
    " WHERE state = 'sending' AND channel = ? AND grouping = ?"
)


class Turn:
    """One channel's turn."""

    def __init__(self, db: Database, channel: str, now: datetime, policy: Policy | None) -> None:
        self._db = db
        self._channel = channel
        self._now = now
        self._policy = policy
        self._waiting = Waiting(db, channel, now)

    def messages(self, free: int, gather_after: timedelta) -> list[Message]:
        """Give the messages that go out now, so many at most."""
        policy = self._policy
        due = self._waiting.due(free)
        if not due:
            return []
        if keep_order(self._db, self._channel, self._now):
            due = self._waiting.due(free)
        late = any(self._now - one.since > gather_after for one in due)
        if not (late or (policy and policy.holds) or any(one.has_waited for one in due)):
            return [message_of(self._db, one.id) for one in due[:free]]
        due = self._waiting.due(_MOST)
        if late:
            known = {one.id for one in due}
            later = self._waiting.failing(self._now - gather_after, _MOST - len(due))
            due += [one for one in later if one.id not in known]
        go = self._let_go(policy, due) if policy and policy.holds else due
        if len(go) < len(due) and keep_order(self._db, self._channel, self._now):
            still = {one.id for one in self._waiting.due(_MOST)}
            go = [one for one in go if one.id in still]
        messages = [self._message(parcel) for parcel in self._parcels(go, gather_after)[:free]]
        held = self._held() if messages and policy and policy.holds else 0
        return [replace(message, held=held) for message in messages]

    def _let_go(self, policy: Policy, due: Iterable[Due]) -> list[Due]:
        """Give what a policy lets go; the rest is held. What goes out together counts as one."""
        sent = self._sent(self._now - policy.per) if policy.rate else []
        before: dict[tuple[object, ...], list[datetime]] = {}  # what was sent before each message
        counted: set[tuple[object, ...]] = set()
        latest: dict[str, datetime | None] = {}
        go: list[Due] = []
        known = [self._as_it_came(policy, one) for one in as_loud(due)]
        for one in sorted(known, key=lambda each: not each.has_waited):
            reason = DeliveryReason.DIGEST if one.bundle else one.reason
            parcel = _parcel(one) if one.has_waited else ("alone", one.id)
            if one.group and one.group not in latest:
                latest[one.group] = self._last_of(one.group)
            last = latest[one.group] if one.group else None
            earlier = before.setdefault(parcel, [*sent])
            held = policy.held(one.severity, reason, self._now, earlier, last)
            if held:
                self._hold(one, *held)
                continue
            go.append(one)
            if one.group:
                latest[one.group] = self._now
            if parcel not in counted:
                counted.add(parcel)
                sent.append(self._now)
        order = {one.id: place for place, one in enumerate(due)}
        return sorted(go, key=lambda each: order[each.id])

    def _as_it_came(self, policy: Policy, one: Due) -> Due:
        """Put what came before a digest, and is looked at only now, with what has waited for it.

        While its channel rests nobody looks at it; it must not wait for the next digest.
        """
        held = policy.held(one.severity, None, one.due, ()) if one.reason is None else None
        if held and held[1] is DeliveryReason.DIGEST and held[0] <= self._now:
            self._hold(one, *held)
            return one._replace(due=held[0], reason=DeliveryReason.DIGEST)
        return one

    def _last_of(self, group: str) -> datetime | None:
        """Give when the last message of a group went out; what is being sent counts as now."""
        if self._db.execute(_BEING_SENT, [self._channel, group]).fetchone():
            return self._now
        row = self._db.execute(_LAST_SENT, [self._channel, group]).fetchone()
        return from_iso(row[0]) if row else None

    def _hold(self, one: Due, until: datetime, reason: DeliveryReason) -> None:
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
            "SELECT min(t.at) FROM attempts t INDEXED BY attempts_at CROSS JOIN deliveries d"
            " ON d.id = t.delivery_id"
            " WHERE t.at > ? AND t.ok = 1 AND d.channel = ?"
            " GROUP BY coalesce(-d.bundle, d.id), t.at ORDER BY 1",
            [iso(since), self._channel],
        )
        moments = [from_iso(at) for (at,) in rows]
        return moments + [self._now] * sending(self._db).get(self._channel, 0)

    def _parcels(self, due: Iterable[Due], gather_after: timedelta) -> list[list[Due]]:
        """Part what goes into messages: each bundle again, what has waited together, others alone.

        A message stands where the first of it is due.
        """
        parcels: dict[tuple[object, ...], list[Due]] = {}
        for one in due:
            waits = one.has_waited or self._now - one.since > gather_after
            parcel = _parcel(one) if waits else ("alone", one.id)
            while one.bundle is None and len(parcels.get(parcel, ())) >= _MOST:
                parcel = (*parcel, "more")
            parcels.setdefault(parcel, []).append(one)
        return list(parcels.values())

    def _message(self, parcel: Sequence[Due]) -> Message:
        """Read the message of what goes out together; note it, where it is new."""
        first = parcel[0]
        if first.bundle is None and len(parcel) == 1:
            return message_of(self._db, first.id)
        bundle = first.bundle or self._bundle(parcel)
        (key,) = self._db.execute("SELECT key FROM bundles WHERE id = ?", [bundle]).fetchone()
        messages = tuple(message_of(self._db, one.id) for one in parcel)
        may_repeat = any(one.repeat_possible for one in messages)
        gathered = replace(messages[0], key=key, gathered=messages, repeat_possible=may_repeat)
        if not (self._policy and self._policy.pictured):
            return gathered
        month = month_of(self._db, self._channel, self._now, self._policy.zone)
        return replace(gathered, month=month)

    def _bundle(self, waited: Sequence[Due]) -> int:
        """Note that some deliveries go out as one message; give its number.

        A slot that has had its message, as the clock was set back or that was refused and taken
        apart, is told from it by a delivery, and where that has been so before by a number.
        """
        slot = self._policy.slot(waited[-1].due) if self._policy else iso(self._now)
        group = waited[0].group if waited[0].reason is DeliveryReason.GROUPED else None
        slot = f"{slot} {group}" if group else slot
        again = f"{slot} {waited[0].id}"
        names = chain([slot, again], (f"{again} {number}" for number in count(2)))
        name = next(name for name in names if not self._is_taken(name))
        bundle = self._db.conn.execute(
            "INSERT INTO bundles (channel, slot, key, created) VALUES (?, ?, ?, ?)",
            (self._channel, name, bundle_key(self._channel, name), iso(self._now)),
        ).lastrowid
        self._db.conn.executemany(
            "UPDATE deliveries SET bundle = ?1, due = min(due, ?2) WHERE id = ?3",
            [(bundle, iso(self._now), one.id) for one in waited],
        )
        return int(bundle or 0)

    def _is_taken(self, slot: str) -> bool:
        """Tell whether a slot has had its message."""
        where = "channel = ? AND slot = ?"
        return bool(self._db["bundles"].count_where(where, [self._channel, slot]))


def _parcel(one: Due) -> tuple[object, ...]:
    """Name the message in which something goes that has waited: its bundle, its group, or all."""
    if one.bundle is not None:
        return "bundle", one.bundle
    return "waited", one.group if one.reason is DeliveryReason.GROUPED else None


def sending(db: Database) -> dict[str, int]:
    """Count the messages that are being sent, by channel."""
    return dict(
        db.execute(
            "SELECT channel, count(DISTINCT coalesce(-bundle, id))"
            " FROM deliveries INDEXED BY deliveries_sending"
            " WHERE state = 'sending' GROUP BY 1"
        )
    )
