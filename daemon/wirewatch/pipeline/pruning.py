"""Retention at work: what has been kept long enough goes, by transactions of some milliseconds.

Between two of them is a pause as long as the first took, in which arrivals are committed.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import islice

from wirewatch.clock import iso
from wirewatch.pipeline.acts import Act, Alone, ForgetHours, LetGo, Performer
from wirewatch.store.database import Reader, Store
from wirewatch.store.retention import LEAST, SPENT, Keeping, old_stories, old_versions, spent
from wirewatch.store.retiring import merge_index
from wirewatch.store.upkeep import used_bytes

_ARTICLES = 12  # that go in one transaction: some ten milliseconds
_ROWS = 400  # of other tables
_PAGES = 50  # of the full text's index that are merged in one
_HOURS = timedelta(weeks=9)  # that tell what is usual
_SLACK = 20  # a part of the size that is freed beyond it, so that not every run has to free some
_ROUNDS = 3  # of measuring, until the store is as small as it is to be
_LEAST_REST = 0.002  # seconds

Find = Callable[[Reader, int], tuple[list[int], int]]
Rest = Callable[[float], bool]
"""Waits so many seconds, and tells whether to stop instead."""


@dataclass
class Pruned:
    """What went, or would go: rows by kind, and the bytes that were in use before and after."""

    rows: Counter[str] = field(default_factory=Counter)
    before: int = 0
    after: int = 0


class StoppedError(Exception):
    """The process is stopping; what has not gone yet goes another time."""


class Pruning:
    """One run of retention. With `dry` nothing goes, and what would is counted."""

    def __init__(
        self, store: Store, keeping: Keeping, now: datetime, rest: Rest, *, dry: bool = False
    ) -> None:
        self._store = store
        self.performer: Performer = Alone(store)
        self._keeping = keeping
        self._now = now
        self._rest = rest
        self._dry = dry
        self.pruned = Pruned()

    def run(self) -> Pruned:
        """Let go what may, attempts first, alerts last; give what went.

        Raises StoreUnavailableError where the store cannot be written: the rest goes another time.
        """
        self.pruned.before = used_bytes(self._store.db)
        try:
            self._by_age()
            gone = self.pruned.rows["articles"]
            if gone and not self._dry:
                self._merge(whole=gone > self._store.db.table("articles").count // _SLACK)
            self._by_size()
        except StoppedError:
            pass
        self.pruned.after = used_bytes(self._store.db)
        return self.pruned

    def tidy(self) -> None:
        """Give the full text's index the room back of what went: every desk does so by itself."""
        with suppress(StoppedError):
            self._merge(whole=False)

    def _by_age(self) -> None:
        """Let go what is older than it is to be kept."""
        keeping = self._keeping
        self._spent("attempts", keeping.attempts)
        self._stories(keeping.articles, told=False)
        self._versions(keeping.articles)
        self._stories(keeping.alerts, told=True)
        self._spent("alarms", keeping.alerts)
        self._spent("bundles", keeping.alerts)
        self._spent("files", keeping.ledger)
        if keeping.articles and not self._dry:
            self._hours(keeping.articles)

    def _by_size(self) -> None:
        """Let the oldest stories go while the store is too large; told ones after all others."""
        if self._keeping.size is None:
            return
        for _ in range(1 if self._dry else _ROUNDS):
            over = used_bytes(self._store.db) - self._keeping.size
            articles = self._store.db.table("articles").count
            if over <= 0 or not articles:
                return
            over += self._keeping.size // _SLACK
            wanted = -(-over * articles // used_bytes(self._store.db))
            gone = self._stories(LEAST, told=False, most=wanted)
            if gone < wanted:
                gone += self._stories(LEAST, told=True, most=wanted - gone)
            if self._dry or not gone:
                return
            self._merge(whole=True)

    def _stories(self, age: timedelta | None, *, told: bool, most: int | None = None) -> int:
        """Let articles of old stories go, at most so many; give how many went."""
        if age is None:
            return 0
        before = self._now - max(age, LEAST)
        find = partial(_found, partial(old_stories, before=before, told=told))
        return self._go(self._act("articles", before, told=told), find, _ARTICLES, most)

    def _versions(self, age: timedelta | None) -> None:
        """Let old versions go that newer ones have replaced."""
        if age is not None:
            before = self._now - max(age, LEAST)
            find = partial(_found, partial(old_versions, before=before))
            self._go(self._act("articles", before), find, _ARTICLES)

    def _spent(self, kind: str, age: timedelta | None) -> None:
        """Let rows go that are by themselves."""
        if age is None:
            return
        before = self._now - max(age, LEAST)

        def find(db: Reader, after: int) -> tuple[list[int], int]:
            return spent(db, kind, before, after)

        self._go(self._act(kind, before), find, _ROWS)

    def _act(self, kind: str, before: datetime, *, told: bool | None = None) -> LetGo:
        """Say what is to go, but for its numbers."""
        return LetGo(self._now, kind, (), before, told)

    def _go(self, act: LetGo, find: Find, at_once: int, most: int | None = None) -> int:
        """Let rows of a kind go, in parts, each asked for again when it goes; give how many did."""
        gone, after = 0, 0
        while True:
            found, after = find(self._store.db, after)
            found = found[: most - gone] if most is not None else found
            for part in [found] if self._dry else _parts(found, at_once):
                gone += len(part) if self._dry else self._perform(act._replace(ids=tuple(part)))
            if not after or (most is not None and gone >= most):
                break
        self.pruned.rows[act.kind] += gone
        return gone

    def _perform(self, act: Act[int]) -> int:
        """Let a part go in one transaction; give how many rows did."""
        begun = time.monotonic()
        gone = self.performer.perform(act)
        self._pause(begun)
        return gone

    def _hours(self, age: timedelta) -> None:
        """Forget what hours brought that nobody compares with any more."""
        before = iso(self._now - max(age, _HOURS))[:13]
        gone = _ROWS
        while gone == _ROWS:
            gone = self._perform(ForgetHours(self._now, before, _ROWS))
            self.pruned.rows["hours"] += gone

    def _merge(self, *, whole: bool) -> None:
        """Merge the full text's index, so that the room of what went is free.

        Where little went only what lies in many pieces: a whole index is as large as its articles.
        """
        more = True
        while more:
            begun = time.monotonic()
            with self._store.write() as db:
                more = merge_index(db, _PAGES, whole=whole)
            whole = False
            self._pause(begun)

    def _pause(self, begun: float) -> None:
        """Let others write for as long as this took. Raises StoppedError when asked to stop."""
        if self._rest(max(_LEAST_REST, time.monotonic() - begun)):
            raise StoppedError


def _found(
    find: Callable[..., tuple[list[int], int]], db: Reader, after: int
) -> tuple[list[int], int]:
    """Find behind a place."""
    return find(db, after=after)


def _parts(found: list[int], size: int) -> Iterator[list[int]]:
    """Cut ids into parts."""
    rows = iter(found)
    while part := list(islice(rows, size)):
        yield part


KINDS = ("articles", *SPENT, "hours")
"""What may go, as it is counted."""
