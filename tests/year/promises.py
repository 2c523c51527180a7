"""What channels were promised: digests at their times, quiet nights, rates, no flood."""

import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from year import wall
from year.books import Books, Delivery
from year.groups import Groups
from year.receivers import FAILING, Receipt, Spell
from year.wishes import BY_NAME, WISHES, Wish

_MOST = 500  # alerts in a message
_MOST_ALONE = 2  # old alerts that come alone after an outage
_SLACK = timedelta(seconds=1)
_HOUR, _WEEK = timedelta(hours=1), timedelta(days=7)
_PERIODS = {"m": timedelta(minutes=1), "h": _HOUR, "d": timedelta(days=1)}


@dataclass(frozen=True)
class Promises:
    """Holds the year against what the channels want."""

    books: Books

    @cached_property
    def groups(self) -> Groups:
        """Give what belongs together."""
        return Groups(self.books)

    def missed(self) -> Iterator[str]:
        """Find alerts that were not let go when they should have been: too early, late or never.

        What an embargo held may have had its end moved, and is not looked at; nor is what waits
        for a rate, once it may go.
        """
        for one in self.books.deliveries.values():
            if one.breaks or one.embargo or one.escalation or one.says_nothing:
                continue
            if one.id in self.books.lived.diary.by_hand:
                continue
            due = self._due(one.wish, self.groups.due(one))
            claims = self.books.claims[one.id]
            if not claims:
                if (
                    one.state != "suppressed"
                    and one.reason != "channel-removed"
                    and (due < self.books.lived.end - _SLACK and not one.wish.rate)
                ):
                    yield f"was due {due}, and was never told: {one}"
                continue
            first = claims[0].at
            if self._goes_along(one, first):
                continue
            if first < due:
                yield f"told at {first}, before {due}: {one}"
            elif (
                first > due + _SLACK
                and not one.wish.rate
                and not self._is_late_rightly(one, due, first)
            ):
                yield f"told at {first}, after {due}: {one}"

    def _goes_along(self, one: Delivery, at: datetime) -> bool:
        """Tell whether something corrects what goes out at the same moment."""
        corrected = self.books.corrected(one)
        return corrected is not None and at in [c.at for c in self.books.claims[corrected.id]]

    def _due(self, wish: Wish, created: datetime) -> datetime:
        """Give when an alert of a moment may go, for all that the clocks on the walls say."""
        due = created
        if wish.digest:
            due = self._slot(wish, created)
        return wall.quiet_until(wish, due) or due

    def _slot(self, wish: Wish, moment: datetime) -> datetime:
        """Give the first digest after a moment."""
        lived = self.books.lived
        slots = wall.slots(wish, lived.begin, lived.end + _WEEK)
        return slots[bisect_right(slots, moment)]

    def _is_late_rightly(self, one: Delivery, due: datetime, first: datetime) -> bool:
        """Tell whether no process ran then, or the line had as much as it takes.

        What could not go at once may have to wait for another message of its group.
        """
        back = self.books.ready(one.wish, due)
        if self.books.was_full(one.channel, due, due):
            back = self.books.ready(one.wish, back + 2 * _HOUR)
        if back > due:
            back = self.books.ready(one.wish, back + one.wish.interval)
        return first <= back + _SLACK or self.books.was_full(one.channel, due, first)

    def doubled(self) -> Iterator[str]:
        """Find digests' times at which more messages went than there were alerts for."""
        sent: defaultdict[tuple[str, datetime], dict[str, int]] = defaultdict(dict)
        for claim in self.books.lived.network.claims:
            wish = BY_NAME[claim.channel]
            first = [one for one in self.books.members(claim)
                     if self.books.claims[one.id][0] is claim and not one.breaks and not one.embargo
                     and not one.escalation and not one.says_nothing
                     and not self.books.by_hand(one, claim.at)]  # fmt: skip
            if wish.digest and first:
                slot = self._slot(wish, first[0].created)
                sent[claim.channel, slot][claim.key] = len(first)
        for (channel, slot), keys in sent.items():
            if len(keys) > math.ceil(sum(keys.values()) / _MOST):
                yield f"{channel} had {len(keys)} messages for {slot}: {keys}"

    def disturbed(self) -> Iterator[str]:
        """Find messages that went out in quiet hours, and nothing in them was so urgent."""
        for claim in self.books.lived.network.claims:
            wish = BY_NAME[claim.channel]
            if wish.quiet and (end := wall.quiet_until(wish, claim.at)):
                loud = [one for one in self.books.members(claim)
                        if one.breaks or self.books.by_hand(one, claim.at)]  # fmt: skip
                if not loud:
                    yield f"quiet until {end}: {claim}"

    def hurried(self) -> Iterator[str]:
        """Find messages beyond a channel's rate, as far as anybody could know of those before."""
        by_channel: defaultdict[str, list[Receipt]] = defaultdict(list)
        for receipt in self.books.lived.network.receipts:
            if receipt.acknowledged and self._is_recorded(receipt):
                by_channel[receipt.channel].append(receipt)
        for wish in WISHES:
            if wish.rate:
                count, per = wish.rate.split("/")
                yield from self._hurried(by_channel[wish.name], int(count), _PERIODS[per])

    def _hurried(self, got: list[Receipt], count: int, per: timedelta) -> Iterator[str]:
        """Find the messages beyond a rate that nothing urgent justifies."""
        moments = [one.at for one in got]
        for number, one in enumerate(got):
            first = bisect_right(moments, one.at - per)
            if number - first < count or self._is_urgent(one):
                continue
            before = [other for other in got[first:number]
                      if other.claimed < one.claimed or not self._is_urgent(other)]  # fmt: skip
            if len(before) >= count:
                yield f"{len(before)} messages in the {per} before {one}"

    def _is_urgent(self, one: Receipt) -> bool:
        """Tell whether anything in a message is held by nothing."""
        return any(d.breaks or self.books.by_hand(d, one.at) for d in self.books.members(one))

    def _is_recorded(self, receipt: Receipt) -> bool:
        """Tell whether the store knows that a message arrived."""
        tries = self.books.tries[receipt.members[0][0]]
        return next((one.ok for one in tries if one.at >= receipt.at), False)

    def flooded(self) -> Iterator[str]:
        """Find outages after which old alerts came one by one, or in too many messages.

        What is older than an hour goes out in one message, beside those that had been gathered
        before and failed: some two for each hour at most. What a service refused is tried in halves,
        which may be one alert.
        """
        halves = {key for (key,) in self.books.lived.store.db.execute(
            "SELECT key FROM bundles WHERE slot LIKE '% half of %'")}  # fmt: skip
        by_channel: defaultdict[str, list[Receipt]] = defaultdict(list)
        for receipt in self.books.lived.network.receipts:
            by_channel[receipt.channel].append(receipt)
        for channel, service in self.books.lived.network.services.items():
            for spell in service.spells:
                if spell.weather in FAILING:
                    late = self._late(by_channel[channel], spell)
                    alone = sum(len(one.members) == 1 and one.key not in halves for one in late)
                    hours = math.ceil((spell.end - spell.begin) / _HOUR)
                    if len(late) > 2 * hours + 1 or alone > _MOST_ALONE:
                        yield f"{channel}: {len(late)} messages, {alone} of one, after {spell}"

    def _late(self, got: list[Receipt], spell: Spell) -> list[Receipt]:
        """Give the messages after an outage that tell only of what was old when it ended."""
        moments = [one.at for one in got]
        after = bisect_left(moments, spell.end), bisect_left(moments, spell.end + 2 * _HOUR)
        return [
            one
            for one in got[slice(*after)]
            if all(
                spell.begin - _HOUR < each.created < spell.end - _HOUR
                and not each.wish.holds
                and not each.escalation
                and not self.books.by_hand(each, one.at)
                for each in self.books.members(one)
            )
        ]
