"""The books of a year: what every receiver got, held against the store and against the truth."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from wirewatch.clock import from_iso
from wirewatch.states import Severity
from year import wall
from year.receivers import Claim, Receipt, is_bad
from year.simulation import Lived
from year.wishes import BY_NAME, Wish

LOUDNESS = tuple(Severity)
HOUR = timedelta(hours=1)
UNSURE = frozenset({"timeout", "interrupted"})
"""Why an attempt failed that may have arrived."""


class Delivery(NamedTuple):
    """One alert for one channel, as the store has it at the end."""

    id: int
    alert: int
    channel: str
    key: str
    state: str
    reason: str | None
    due: datetime | None
    created: datetime
    since: datetime
    finished: datetime | None
    silence: int | None
    severity: str
    rule: str
    recalls: int | None
    acknowledged: datetime | None
    escalation: bool
    grouping: str | None
    guid: str | None
    version: int
    embargo: str | None
    source: str

    @property
    def says_nothing(self) -> bool:
        """Tell whether it says that a digest was empty."""
        return self.guid is None

    @property
    def wish(self) -> Wish:
        """Give what its channel wants."""
        return BY_NAME[self.channel]

    @property
    def breaks(self) -> bool:
        """Tell whether it is so urgent that nothing holds it."""
        least = self.wish.breaks
        return least != "never" and LOUDNESS.index(Severity(self.severity)) >= LOUDNESS.index(
            Severity(least)
        )


class Try(NamedTuple):
    """An attempt, as the store has it."""

    at: datetime
    ok: bool
    reason: str | None


_DELIVERIES = """
SELECT d.id, d.alert_id, d.channel, d.key, d.state, d.reason, d.due, d.created, d.since, d.finished,
    d.silence, al.severity, al.rule, al.recalls, al.acknowledged, d.escalation, d.grouping,
    a.guid, coalesce(a.version, 0), a.embargo, coalesce(a.source, '')
FROM deliveries d JOIN alerts al ON al.id = d.alert_id LEFT JOIN articles a ON a.id = al.article_id
"""


@dataclass
class Books:
    """All that is to be held against each other, by delivery."""

    lived: Lived
    deliveries: dict[int, Delivery] = field(default_factory=dict)
    by_channel: defaultdict[str, list[Delivery]] = field(default_factory=lambda: defaultdict(list))
    by_alert: dict[tuple[int, str], Delivery] = field(default_factory=dict)
    of_alert: defaultdict[int, list[Delivery]] = field(default_factory=lambda: defaultdict(list))
    tries: defaultdict[int, list[Try]] = field(default_factory=lambda: defaultdict(list))
    receipts: defaultdict[int, list[Receipt]] = field(default_factory=lambda: defaultdict(list))
    claims: defaultdict[int, list[Claim]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        """Read the store, and what the receivers got."""
        db = self.lived.store.db
        for row in db.execute(_DELIVERIES):
            known = Delivery(*row)
            self.deliveries[known.id] = known._replace(
                due=_moment(row[6]),
                created=from_iso(row[7]),
                since=from_iso(row[8]),
                finished=_moment(row[9]),
                acknowledged=_moment(row[14]),
                escalation=bool(row[15]),
            )
        for one in self.deliveries.values():
            self.by_channel[one.channel].append(one)
            self.by_alert[one.alert, one.channel] = one
            self.of_alert[one.alert].append(one)
        for delivery, at, ok, reason in db.execute(
            "SELECT delivery_id, at, ok, reason FROM attempts ORDER BY id"
        ):
            self.tries[delivery].append(Try(from_iso(at), bool(ok), reason))
        for receipt in self.lived.network.receipts:
            for delivery, _, _ in receipt.members:
                self.receipts[delivery].append(receipt)
        for claim in self.lived.network.claims:
            for delivery in claim.deliveries:
                self.claims[delivery].append(claim)

    def members(self, claim: Claim | Receipt) -> list[Delivery]:
        """Give the deliveries of a message."""
        ids = claim.deliveries if isinstance(claim, Claim) else [one[0] for one in claim.members]
        return [self.deliveries[number] for number in ids]

    def is_held(self, claim: Claim | Receipt, at: datetime) -> bool:
        """Tell whether a message holds anything that the channel's policy speaks of."""
        return any(not one.breaks and not self.by_hand(one, at) for one in self.members(claim))

    def tried(self, delivery: int) -> Iterator[datetime]:
        """Give when a delivery was let go, and when it was known what came of that."""
        yield from (claim.at for claim in self.claims[delivery])
        yield from (one.at for one in self.tries[delivery])

    def by_hand(self, one: Delivery, at: datetime) -> bool:
        """Tell whether a person had sent a delivery again by then."""
        return any(moment <= at for moment in self.lived.diary.by_hand.get(one.id, ()))

    def was_unsure(self, delivery: int, begin: datetime, end: datetime) -> bool:
        """Tell whether an answer was lost between two moments."""
        return any(one.reason in UNSURE and begin <= one.at <= end for one in self.tries[delivery])

    def down_until(self, moment: datetime) -> datetime:
        """Give when a process runs, at a moment or after it."""
        for begin, end in self.lived.diary.down:
            if begin <= moment < end:
                return end
        return moment

    def corrected(self, one: Delivery) -> Delivery | None:
        """Give what a correction or withdrawal takes back on its channel, if it is one."""
        return self.by_alert.get((one.recalls or 0, one.channel))

    def ready(self, wish: Wish, moment: datetime) -> datetime:
        """Give when a process runs and it is not quiet, at a moment or after it."""
        while (later := self.down_until(wall.quiet_until(wish, moment) or moment)) > moment:
            moment = later
        return moment

    def was_full(self, channel: str, begin: datetime, end: datetime) -> bool:
        """Tell whether a channel was failing or slow, so that what came had to queue.

        One that rests is tried an hour after the last failure at the latest; so does one that
        refuses the same bad alert again and again.
        """
        if any(one.created <= end and (one.finished or end) >= begin - HOUR
               for one in self.by_channel[channel] if is_bad(one.id)):  # fmt: skip
            return True
        service = self.lived.network.services[channel]
        spell = service.spell(begin) or service.spell(begin - HOUR)
        return spell is not None and end < spell.end + 2 * HOUR

    def unbalanced(self) -> Iterator[str]:
        """Find deliveries that have not ended in exactly one way, and do not wait for a moment."""
        end = min([begin for begin, back in self.lived.diary.down if back > self.lived.end],
                  default=self.lived.end)  # fmt: skip
        for one in self.deliveries.values():
            got = [receipt for receipt in self.receipts[one.id] if receipt.acknowledged]
            well = any(attempt.ok for attempt in self.tries[one.id])
            if one.state in {"pending", "failed"}:
                rests = one.reason == "interrupted" or self.was_full(one.channel, end, end)
                if one.due is None or (one.due < end and not rests):
                    yield f"waits for no moment: {one}"
            elif one.state == "sending" or one.finished is None:
                yield f"has no end: {one}"
            if (one.state == "sent") != well:
                yield f"its attempts say otherwise: {one}"
            if well and not got:
                yield f"sent, and never received: {one}"
            unsure = any(attempt.reason in UNSURE for attempt in self.tries[one.id])
            if self.receipts[one.id] and not well and not unsure:
                yield f"received, and nobody knows: {one}"

    def repeated(self) -> Iterator[str]:
        """Find what somebody got twice without need, or without a word of it."""
        for number, got in self.receipts.items():
            for before, after in pairwise(got):
                key, marked = next(m[1:] for m in after.members if m[0] == number)
                if not self.was_unsure(number, before.at, after.at):
                    yield f"told twice for no reason: {before} {after}"
                if not marked or not after.marked or key != self.deliveries[number].key:
                    yield f"told twice without a word of it: {before} {after}"

    def misprinted(self) -> Iterator[str]:
        """Find texts that do not bear the references that the store has."""
        for receipt in self.lived.network.receipts:
            if receipt.text:
                keys = {receipt.key, *(self.deliveries[m[0]].key for m in receipt.members)}
                missing = [key for key in keys if key not in receipt.text]
                if missing or ("may be a repeat" in receipt.text) < receipt.marked:
                    yield f"{missing} are not in what was received: {receipt}"


def _moment(said: str | None) -> datetime | None:
    """Read a moment, if there is one."""
    return from_iso(said) if said else None
