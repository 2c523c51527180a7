"""One channel's turn: what of all that is due goes out now, alone or gathered, and what is held.

A message that gathers several deliveries is a row of `bundles`, whose key it carries.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import NamedTuple, Protocol

from sqlite_utils import Database

from wirewatch.clock import from_iso, iso
from wirewatch.keys import bundle_key
from wirewatch.model import Message
from wirewatch.states import HELD, DeliveryReason, Severity
from wirewatch.store.messages import message_of
from wirewatch.store.outbox import CLAIMABLE

_COLUMNS = (
    "SELECT d.id, d.bundle, d.reason, d.since, d.due, al.severity, d.grouping, a.story"
    " FROM deliveries d JOIN alerts al ON al.id = d.alert_id"
    " LEFT JOIN articles a ON a.id = al.article_id"
)
_WAITING = (
    f"{_COLUMNS} WHERE d.channel = ? AND d.state = ? AND d.due <= ? ORDER BY d.due, d.id LIMIT ?"
)
_EARLIER = (
    f"{_COLUMNS} WHERE d.id IN (SELECT e.id FROM json_each(?1) j"  # noqa: S608
    " JOIN deliveries n ON n.id = j.value JOIN alerts nl ON nl.id = n.alert_id"
    " JOIN articles na ON na.id = nl.article_id JOIN articles ea ON ea.story = na.story"
    " JOIN alerts el ON el.article_id = ea.id"
    " JOIN deliveries e ON e.alert_id = el.id AND e.channel = n.channel"
    " WHERE e.id < n.id AND e.state = 'failed' AND e.due > ?2) ORDER BY d.id"
)

_MOST = 500  # deliveries that one message gathers at most


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
        last: datetime | None = None,
    ) -> tuple[datetime, DeliveryReason] | None:
        """Say until when and why something waits that is due now; None when it may go.

        `sent` are the last messages, `last` is the last one of the group that it belongs to.
        """

    def empty_since(self, now: datetime) -> tuple[datetime, datetime] | None:
        """Give the last digest and the one before, where the last is told though it is empty."""

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
    group: str | None
    story: int | None

    @property
    def has_waited(self) -> bool:
        """Tell whether it goes out with others that have waited too."""
        return self.bundle is not None or self.reason in HELD

    @property
    def parcel(self) -> str:
        """Name what it goes out with: its group, if that is what it has waited for."""
        return (self.group or "") if self.reason is DeliveryReason.GROUPED else ""


class Turn:
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
        """Give what is due, the oldest first: what is new and what goes again take turns.

        What is under way counts, so that none of both waits for ever where there is little room. An
        alert takes earlier ones of its story along that have failed: these go before it.
        """
        fresh = self._waiting("pending", most)
        if not self._has_failed():
            return fresh
        again = self._waiting("failed", most)
        if fresh and again and self._is_new_under_way():
            fresh, again = again, fresh
        turns = [one for pair in zip_longest(fresh, again) for one in pair if one][:most]
        earlier = self._read(_EARLIER, [json.dumps([one.id for one in turns]), iso(self._now)])
        return _by_story(earlier + turns)

    def _waiting(self, state: str, most: int) -> list[_Due]:
        """Give what is due of those that nobody has tried yet, or that have failed."""
        return self._read(_WAITING, [self._channel, state, iso(self._now), most])

    def _has_failed(self) -> bool:
        """Tell whether anything on the channel is to be sent again, now or later."""
        failed = "SELECT EXISTS (SELECT 1 FROM deliveries WHERE channel = ? AND state = 'failed')"
        return bool(self._db.execute(failed, [self._channel]).fetchone()[0])

    def _is_new_under_way(self) -> bool:
        """Tell whether more of what is being sent is new than goes again."""
        new, again = self._db.execute(
            "SELECT count(*) FILTER (WHERE attempts = 0), count(*) FILTER (WHERE attempts > 0)"
            " FROM deliveries WHERE state = 'sending' AND channel = ?",
            [self._channel],
        ).fetchone()
        return bool(new > again)

    def _read(self, query: str, values: Sequence[object]) -> list[_Due]:
        """Read deliveries that are due."""
        return [
            _Due(
                delivery,
                bundle,
                DeliveryReason(reason) if reason else None,
                from_iso(since),
                from_iso(due),
                Severity(severity),
                group,
                story,
            )
            for delivery, bundle, reason, since, due, severity, group, story in self._db.execute(
                query, values
            )
        ]

    def _let_go(self, policy: Policy, due: Iterable[_Due]) -> list[_Due]:
        """Give what a policy lets go; the rest is held. What goes out together counts as one."""
        sent = self._sent(self._now - policy.per)
        parcels: dict[str, list[datetime]] = {}  # with what had been sent before each of them
        latest: dict[str, datetime] = {}
        go: list[_Due] = []
        for one in sorted(due, key=lambda each: not each.has_waited):
            reason = DeliveryReason.DIGEST if one.bundle else one.reason
            joins = one.has_waited and one.parcel in parcels
            counted = parcels[one.parcel] if joins else sent
            last = latest.get(one.group) or self._last_of(one.group) if one.group else None
            held = policy.held(one.severity, reason, self._now, counted, last)
            if held:
                self._hold(one, *held)
                continue
            go.append(one)
            if one.group:
                latest[one.group] = self._now
            if one.has_waited:
                parcels.setdefault(one.parcel, list(sent))
            if not joins:
                sent.append(self._now)
        return go

    def _last_of(self, group: str) -> datetime | None:
        """Give when the last message of a group went out; what is being sent counts as now."""
        (last,) = self._db.execute(
            "SELECT max(coalesce(finished, ?)) FROM deliveries WHERE channel = ? AND grouping = ?"
            " AND state IN ('sent', 'sending')",
            [iso(self._now), self._channel, group],
        ).fetchone()
        return from_iso(last) if last else None

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
        return moments + [self._now] * sending(self._db).get(self._channel, 0)

    def _gathered(self, due: Iterable[_Due], gather_after: timedelta) -> list[Message]:
        """Make messages: each bundle again, one of all that has waited, and the others alone."""
        bundles: defaultdict[int, list[int]] = defaultdict(list)
        parcels: defaultdict[str, list[_Due]] = defaultdict(list)
        alone: list[int] = []
        for one in due:
            if one.bundle is not None:
                bundles[one.bundle].append(one.id)
            elif one.has_waited or self._now - one.since > gather_after:
                parcels[one.parcel].append(one)
            else:
                alone.append(one.id)
        for waited in parcels.values():
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
        slot = f"{slot} {waited[0].parcel}".rstrip()
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


def _by_story(due: Sequence[_Due]) -> list[_Due]:
    """Let alerts of one story go in the order in which they were raised, in each other's places."""
    places: defaultdict[int, list[int]] = defaultdict(list)
    for place, one in enumerate(due):
        if one.story is not None:
            places[one.story].append(place)
    ordered = list(due)
    for taken in places.values():
        for place, one in zip(taken, sorted(due[place] for place in taken), strict=True):
            ordered[place] = one
    return ordered


def sending(db: Database) -> dict[str, int]:
    """Count the messages that are being sent, by channel."""
    return dict(
        db.execute(
            "SELECT channel, count(DISTINCT coalesce(-bundle, id)) FROM deliveries"
            " WHERE state = 'sending' GROUP BY 1"
        )
    )
