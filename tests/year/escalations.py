"""Escalations: told where nobody has taken an alert on in time, after those who are told first."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from year.books import Books, Delivery
from year.wishes import ESCALATED

_SAME = timedelta(milliseconds=1)  # the store keeps no less
_SLACK = timedelta(seconds=30)  # a line takes sixteen messages, and one after the other
_ENDED = frozenset({"suppressed", "dead"})


class Escalations:
    """Holds what was escalated against who was told first, and who took it on."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._firsts: defaultdict[int, list[Delivery]] = defaultdict(list)
        for one in books.deliveries.values():
            if not one.escalation:
                self._firsts[one.alert].append(one)

    def _told(self) -> Iterator[tuple[Delivery, datetime]]:
        """Give the escalations that went out, and when they first did."""
        for one in self._books.deliveries.values():
            claims = self._books.claims[one.id]
            if one.escalation and claims and one.id not in self._books.lived.diary.by_hand:
                yield one, claims[0].at

    def hasty(self) -> Iterator[str]:
        """Find what was escalated before its time, or before anybody was told first."""
        for one, at in self._told():
            if at < one.created + ESCALATED[one.channel]:
                yield f"escalated {at}, before its time: {one}"
            firsts = self._firsts[one.alert]
            moments = (one.created + ESCALATED[one.channel], at)
            if firsts and not any(self._had_a_turn(first, moments) for first in firsts):
                yield f"escalated {at}, and nobody was told before: {one} {firsts}"

    def _had_a_turn(self, first: Delivery, moments: tuple[datetime, datetime]) -> bool:
        """Tell whether one was told first, or never will be, or its service did not take it.

        That is looked at when the escalation is due, and not again when its own night is over.
        """
        _, at = moments
        claims = self._books.claims[first.id]
        if claims and claims[0].at <= at:
            return True
        if first.state in _ENDED and first.finished and first.finished <= at:
            return True
        if any(back == at for _, back in self._books.lived.diary.down):
            return True  # a start looks at one channel after the other
        sent_again = first.id in self._books.lived.diary.by_hand  # so it had ended before
        full = any(self._books.was_full(first.channel, moment, moment) for moment in moments)
        return sent_again or full

    def sleepy(self) -> Iterator[str]:
        """Find what was not escalated in its time, though nobody had taken it on."""
        lived = self._books.lived
        for one in self._books.deliveries.values():
            wish, after = one.wish, ESCALATED.get(one.channel, timedelta())
            if not one.escalation or one.embargo or wish.rate or one.id in lived.diary.by_hand:
                continue
            firsts = [self._books.claims[first.id] for first in self._firsts[one.alert]]
            told = [claims[0].at for claims in firsts if claims]
            if len(told) < len(firsts):
                continue
            due = max([one.created, *([min(told)] if told else [])]) + after
            due = self._books.ready(wish, due)
            claims = self._books.claims[one.id]
            ended = one.finished if one.state in _ENDED else None
            first = claims[0].at if claims else ended or lived.end
            if first > due + _SLACK and not self._books.was_full(one.channel, due, due):
                yield f"was to be escalated {due}, went {first}: {one}"

    def needless(self) -> Iterator[str]:
        """Find what was escalated though somebody had taken it on."""
        for one in self._books.deliveries.values():
            if not one.escalation or one.acknowledged is None:
                continue
            late = [claim.at for claim in self._books.claims[one.id]
                    if claim.at > one.acknowledged + _SAME
                    and not self._books.by_hand(one, claim.at)]  # fmt: skip
            if late:
                yield f"taken on, and escalated {late}: {one}"

    def untaken(self) -> Iterator[str]:
        """Find what is suppressed as taken on, and was not, or is no escalation."""
        for one in self._books.deliveries.values():
            if one.reason != "acknowledged":
                continue
            known = one.acknowledged and one.finished and one.acknowledged <= one.finished
            if one.state != "suppressed" or not one.escalation or not known:
                yield f"nobody had taken it on: {one}"
