"""Empty digests: told once for each time, where nothing was in it, and where that is wanted."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from year import wall
from year.books import Books, Delivery
from year.wishes import WISHES, Wish

_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class EmptyDigests:
    """Holds what was said of empty digests against what came."""

    books: Books

    def untrue(self) -> Iterator[str]:
        """Find digests that were told to be empty, and were not, or twice, late or unasked."""
        for wish in WISHES:
            told = self._told(wish)
            for slot, found in told.items():
                if not wish.nothing or len(found) > 1 or found[0].created - slot > _HOUR:
                    yield f"the digest of {slot} was told to be empty: {found}"
                for one in self._in(wish, slot) if wish.nothing else ():
                    yield f"told to be empty: the digest of {slot} has {one}"

    def untold(self) -> Iterator[str]:
        """Find empty digests that nobody was told of, though nothing was in the way."""
        asked = sorted(self.books.lived.diary.asked)
        lived = self.books.lived
        for wish in WISHES:
            told = self._told(wish) if wish.nothing else {}
            for slot in wall.slots(wish, lived.begin, lived.end) if wish.nothing else ():
                late = bisect_right(asked, slot + _HOUR) - 1
                if slot in told or late < 0 or asked[late] < slot or wall.quiet_until(wish, slot):
                    continue
                if not self._anything(wish, slot):
                    yield f"{wish.name} was not told that its digest of {slot} was empty"

    def _told(self, wish: Wish) -> dict[datetime, list[Delivery]]:
        """Give what was told of empty digests, by the digest that it must mean."""
        slots = wall.slots(wish, self.books.lived.begin - 2 * _HOUR * 24, self.books.lived.end)
        found: defaultdict[datetime, list[Delivery]] = defaultdict(list)
        for one in self._of(wish):
            if one.says_nothing:
                found[slots[bisect_right(slots, one.created) - 1]].append(one)
        return found

    def _in(self, wish: Wish, slot: datetime) -> Iterator[Delivery]:
        """Give what waited for a digest as its time came."""
        slots = wall.slots(wish, self.books.lived.begin - 2 * _HOUR * 24, self.books.lived.end)
        before = slots[max(0, bisect_right(slots, slot) - 2)]
        for one in self._of(wish):
            waits = not (one.says_nothing or one.breaks or one.escalation or one.embargo)
            waits = waits and before <= one.created < slot and one.id not in self._by_hand
            if waits and (one.finished is None or one.finished >= slot):
                yield one

    def _anything(self, wish: Wish, slot: datetime) -> bool:
        """Tell whether anything waited, was under way or failed about a moment."""
        return any(
            one.created <= slot + _HOUR and (one.finished is None or one.finished >= slot)
            for one in self._of(wish)
        )

    @property
    def _by_hand(self) -> dict[int, list[datetime]]:
        """Give what was sent by hand."""
        return self.books.lived.diary.by_hand

    def _of(self, wish: Wish) -> list[Delivery]:
        """Give all that is for a channel."""
        return self.books.by_channel[wish.name]
