"""The books of a year: what every receiver got, held against the store and against the truth."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from wirewatch.clock import from_iso
from wirewatch.states import Severity
from year.desk import WISHES, Wish
from year.receivers import Claim, Receipt
from year.simulation import Lived

LOUDNESS = tuple(Severity)
BY_NAME = {wish.name: wish for wish in WISHES}
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
    guid: str
    version: int
    embargo: str | None
    source: str

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
    d.silence, al.severity, al.rule, al.recalls, a.guid, a.version, a.embargo, a.source
FROM deliveries d JOIN alerts al ON al.id = d.alert_id JOIN articles a ON a.id = al.article_id
"""


@dataclass
class Books:
    """All that is to be held against each other, by delivery."""

    lived: Lived
    deliveries: dict[int, Delivery] = field(default_factory=dict)
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
            )
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

    def unbalanced(self) -> Iterator[str]:
        """Find deliveries that have not ended in exactly one way, and do not wait for a moment."""
        for one in self.deliveries.values():
            got = [receipt for receipt in self.receipts[one.id] if receipt.acknowledged]
            well = any(attempt.ok for attempt in self.tries[one.id])
            if one.state in {"pending", "failed"}:
                if one.due is None or (one.due < self.lived.end and one.reason != "interrupted"):
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

    def reused(self) -> Iterator[str]:
        """Find references of whole messages that stand for something else than before."""
        by_key: defaultdict[str, list[Receipt]] = defaultdict(list)
        for receipt in self.lived.network.receipts:
            by_key[receipt.key].append(receipt)
        for got in by_key.values():
            first = {member[0] for member in got[0].members}
            for other in got[1:]:
                if not {member[0] for member in other.members} <= first:
                    yield f"one reference for different messages: {got[0]} {other}"

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
