"""Which parcels of a subscription are acknowledged, and how to say so in few words. Pure."""

from collections.abc import Iterable


class Receipts:
    """Counts what is acknowledged: parcels have the numbers 1, 2, 3, … as they are handed out."""

    def __init__(self) -> None:
        self._all_up_to = 0
        self._beyond: set[int] = set()

    def acknowledge(self, tags: Iterable[int]) -> list[tuple[int, bool]]:
        """Note numbers, and give what to tell: a number, and whether all before it are meant too.

        A number that has been acknowledged is not told again: the broker takes that for an error.
        """
        new = {tag for tag in tags if tag > self._all_up_to and tag not in self._beyond}
        self._beyond |= new
        while self._all_up_to + 1 in self._beyond:
            self._all_up_to += 1
            self._beyond.remove(self._all_up_to)
        last = max((tag for tag in new if tag <= self._all_up_to), default=0)
        run = [(last, True)] if last else []
        return run + [(tag, False) for tag in sorted(new) if tag > self._all_up_to]
