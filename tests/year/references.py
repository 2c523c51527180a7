"""What references stand for: the same alerts whenever they are used, but for what has ended."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from year.books import Books
from year.receivers import Claim


@dataclass(frozen=True)
class References:
    """Holds what a reference stood for against what it stands for later."""

    books: Books

    def reused(self) -> Iterator[str]:
        """Find references that stand for other alerts than when they were used first."""
        for claims in self._by_key().values():
            first = set(claims[0].deliveries)
            for other in claims[1:]:
                more = set(other.deliveries) - first
                left = {one for one in first - set(other.deliveries)
                        if not self._has_left(one, claims[0].at, other.at)}  # fmt: skip
                if more or left:
                    yield f"without {left}, with {more} as well: {claims[0]} {other}"

    def misled(self) -> Iterator[str]:
        """Find references of messages that did not lead to the alerts in them.

        What was sent again by hand since has its own; so has each half of what was refused.
        """
        by_key = self._by_key()
        for key, at, alerts in self.books.lived.diary.led:
            claims = [claim for claim in by_key[key] if claim.at <= at]
            members = [one for one in self.books.members(claims[-1])
                       if not self.books.by_hand(one, at)]  # fmt: skip
            missing = {one.alert for one in members} - set(alerts)
            if missing and not self._was_refused(claims[-1], at):
                yield f"{key} did not lead to {missing} at {at}: {claims[-1]}"

    def _by_key(self) -> defaultdict[str, list[Claim]]:
        """Give the messages by reference, as they were let go."""
        found: defaultdict[str, list[Claim]] = defaultdict(list)
        for claim in self.books.lived.network.claims:
            found[claim.key].append(claim)
        return found

    def _has_left(self, delivery: int, begin: datetime, end: datetime) -> bool:
        """Tell whether an alert ended between two moments, or a person sent it again alone."""
        one = self.books.deliveries[delivery]
        ended = one.state in {"suppressed", "dead"} and one.finished and one.finished <= end
        by_hand = any(begin <= at for at in self.books.lived.diary.by_hand.get(one.id, ()))
        return bool(ended) or by_hand  # what is sent again had ended before

    def _was_refused(self, claim: Claim, at: datetime) -> bool:
        """Tell whether a service refused a message of several twice, which takes it apart."""
        tries = self.books.tries[claim.deliveries[0]]
        refused = [one for one in tries if one.reason == "refused-by-service" and one.at <= at]
        return len(claim.deliveries) > 1 and len(refused) > 1
