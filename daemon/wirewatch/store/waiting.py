"""What waits on a channel, and in which order it goes: read from the outbox by its index.

A message that gathered several deliveries is never taken apart: it is read whole.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import zip_longest
from typing import NamedTuple

from sqlite_utils import Database

from wirewatch.clock import from_iso, iso
from wirewatch.states import HELD, DeliveryReason, Severity

CLAIMABLE = "state IN ('pending', 'failed')"
"""Which deliveries wait to be sent: the words by which SQLite knows the index that it may use."""

_COLUMNS = (
    "SELECT d.id, d.state, d.bundle, d.reason, d.since, d.due, al.severity, d.grouping, a.story"
    " FROM deliveries d JOIN alerts al ON al.id = d.alert_id"
    " LEFT JOIN articles a ON a.id = al.article_id"
)
_WAITING = (
    f"{_COLUMNS} WHERE d.channel = ? AND d.state = ? AND d.{CLAIMABLE} AND d.due <= ?"
    " ORDER BY d.due, d.id LIMIT ?"
)
_BUNDLED = _COLUMNS.replace("deliveries d", "deliveries d INDEXED BY deliveries_bundle")
_GATHERED = (
    f"{_BUNDLED} WHERE d.bundle IN (SELECT value FROM json_each(?)) AND d.{CLAIMABLE}"  # noqa: S608
    " ORDER BY d.id"
)
_EARLIER = (
    f"{_COLUMNS} WHERE d.{CLAIMABLE} AND d.bundle IS NULL"  # noqa: S608 - our own words
    " AND d.id IN (SELECT e.id FROM json_each(?) j"
    " CROSS JOIN deliveries n ON n.id = j.value CROSS JOIN alerts nl ON nl.id = n.alert_id"
    " CROSS JOIN articles na ON na.id = nl.article_id"
    " CROSS JOIN articles ea ON ea.story = na.story"
    " CROSS JOIN alerts el ON el.article_id = ea.id"
    " CROSS JOIN deliveries e ON e.alert_id = el.id AND e.channel = n.channel"
    " WHERE e.id < n.id AND e.state = 'failed') ORDER BY d.id"
)
"""In this order: from a story to the little that was told of it, not through a channel's past."""
_REASONS = "', '".join(sorted(HELD))
_LATER = (
    f"{_COLUMNS} WHERE d.channel = ? AND d.state = 'failed' AND d.{CLAIMABLE} AND d.due > ?"
    f" AND d.since < ? AND d.bundle IS NULL AND d.reason NOT IN ('{_REASONS}')"
    " ORDER BY d.due, d.id LIMIT ?"
)
_ANY_FAILED = (
    "SELECT EXISTS (SELECT 1 FROM deliveries"  # noqa: S608 - our own words
    f" WHERE channel = ? AND state = 'failed' AND {CLAIMABLE})"
)
_UNDER_WAY = (
    "SELECT count(*) FILTER (WHERE attempts = 0), count(*) FILTER (WHERE attempts > 0)"
    " FROM deliveries WHERE state = 'sending' AND +channel = ?"  # the few that are being sent
)
_ANY_DUE = (
    "SELECT value FROM json_each(?1) WHERE EXISTS (SELECT 1 FROM deliveries"  # noqa: S608
    f" WHERE channel = value AND state = 'pending' AND {CLAIMABLE} AND due <= ?2)"
    " OR EXISTS (SELECT 1 FROM deliveries"
    f" WHERE channel = value AND state = 'failed' AND {CLAIMABLE} AND due <= ?2)"
)
QUERIES = (_ANY_DUE, _WAITING, _GATHERED, _EARLIER, _LATER, _ANY_FAILED, _UNDER_WAY)
"""What is asked again and again; a test holds that the outbox's indexes answer it."""


class Due(NamedTuple):
    """A delivery that is due."""

    id: int
    state: str
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


def with_due(db: Database, channels: Iterable[str], now: datetime) -> list[str]:
    """Name the channels on which anything is due: asked at once of all, as most have nothing."""
    rows = db.execute(_ANY_DUE, [json.dumps(list(channels)), iso(now)])
    return [channel for (channel,) in rows]


class Waiting:
    """What waits on one channel at a moment."""

    def __init__(self, db: Database, channel: str, now: datetime) -> None:
        self._db = db
        self._channel = channel
        self._now = now

    def due(self, most: int) -> list[Due]:
        """Give what is due, the oldest first: what is new and what goes again take turns.

        What is under way counts, so that none of both waits for ever where there is little room.
        What was gathered before comes whole. An alert takes earlier ones of its story along that
        have failed, and these go before it.
        """
        fresh = self._in_state("pending", most)
        if not self._db.execute(_ANY_FAILED, [self._channel]).fetchone()[0]:
            return self._whole(fresh)
        again = self._in_state("failed", most)
        if fresh and again and self._is_new_under_way():
            fresh, again = again, fresh
        turns = [one for pair in zip_longest(fresh, again) for one in pair if one][:most]
        known = {one.id for one in turns}
        earlier = self._read(_EARLIER, [json.dumps([one.id for one in turns])])
        return _by_story(self._whole([*(one for one in earlier if one.id not in known), *turns]))

    def failing(self, since: datetime, most: int) -> list[Due]:
        """Give what has failed since long ago and would be tried later, each at its own time.

        It goes along with what is due: else it would come one by one when the service is back.
        """
        return self._read(_LATER, [self._channel, iso(self._now), iso(since), max(0, most)])

    def _in_state(self, state: str, most: int) -> list[Due]:
        """Give what is due of those that nobody has tried yet, or that have failed."""
        return self._read(_WAITING, [self._channel, state, iso(self._now), most])

    def _whole(self, due: Sequence[Due]) -> list[Due]:
        """Put all that was gathered with a delivery in its place."""
        bundles = list(dict.fromkeys(one.bundle for one in due if one.bundle is not None))
        if not bundles:
            return list(due)
        members: defaultdict[int | None, list[Due]] = defaultdict(list)
        for one in self._read(_GATHERED, [json.dumps(bundles)]):
            members[one.bundle].append(one)
        whole: list[Due] = []
        for one in due:
            whole += [one] if one.bundle is None else members.pop(one.bundle, [])
        return whole

    def _is_new_under_way(self) -> bool:
        """Tell whether more of what is being sent is new than goes again."""
        new, again = self._db.execute(_UNDER_WAY, [self._channel]).fetchone()
        return bool(new > again)

    def _read(self, query: str, values: Sequence[object]) -> list[Due]:
        """Read deliveries."""
        return [
            Due(
                delivery,
                state,
                bundle,
                DeliveryReason(reason) if reason else None,
                from_iso(since),
                from_iso(due),
                Severity(severity),
                group,
                story,
            )
            for delivery, state, bundle, reason, since, due, severity, group, story in (
                self._db.execute(query, values)
            )
        ]


def _by_story(due: Sequence[Due]) -> list[Due]:
    """Let alerts of one story go in the order in which they were raised, in each other's places."""
    places: defaultdict[int, list[int]] = defaultdict(list)
    for place, one in enumerate(due):
        if one.story is not None and one.bundle is None:
            places[one.story].append(place)
    ordered = list(due)
    for taken in places.values():
        for place, one in zip(taken, sorted(due[place] for place in taken), strict=True):
            ordered[place] = one
    return ordered


def as_loud(due: Iterable[Due]) -> list[Due]:
    """Give each delivery of a bundle as loud as the loudest in it: they go together, or wait."""
    known, loudness = list(due), tuple(Severity)
    loudest: dict[int | None, Severity] = {}
    for one in sorted(known, key=lambda each: loudness.index(each.severity)):
        loudest[one.bundle] = one.severity
    return [one._replace(severity=loudest[one.bundle]) if one.bundle else one for one in known]
