"""The process: the real intake, outbox and store, driven from one due moment to the next.

Only the network and the threads are not the real ones. It is killed and started again at random,
wherever messages are under way: then it recovers as the daemon does at a start.
"""

import heapq
import itertools
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from unittest.mock import patch

from wirewatch.clock import iso
from wirewatch.deployment import Deployment
from wirewatch.model import Arrival, Outcome, Stamp
from wirewatch.pipeline import deliveries as outbox
from wirewatch.pipeline import lanes
from wirewatch.pipeline.commit import BATCH, Committer
from wirewatch.pipeline.deliveries import Deliveries
from wirewatch.states import FileState
from wirewatch.store.channels import next_due
from wirewatch.store.database import Store
from wirewatch.store.digests import tell_of_nothing
from wirewatch.store.stories import forget
from year.newsroom import Piece
from year.receivers import Network, Receipt

_MOST_TURNS = 2_000  # at one moment: more of them is an outbox that never comes to rest
_KILLED = 0.004  # of the moments at which messages are under way
_STOPPED = 0.0004
_DOWN = (0.5, 2, 2, 2, 5, 30, 30, 600, 4_000, 20_000)  # seconds, more or less
_STAMP = Stamp(1_000, 10**18, 10**18)


@dataclass
class SimulatedClock:
    """A clock that stands still until it is moved."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Diary:
    """What happened, beside what stands in the store."""

    down: list[tuple[datetime, datetime]] = field(default_factory=list)
    """When no process ran."""
    by_hand: dict[int, list[datetime]] = field(default_factory=dict)
    """Deliveries that a person sent again, and when."""
    asked: list[datetime] = field(default_factory=list)
    """When it was looked whether a digest is empty."""
    led: list[tuple[str, datetime, list[int]]] = field(default_factory=list)
    """References by which alerts were taken on, when, and the alerts to which they led."""
    counts: Counter[str] = field(default_factory=Counter)


class Process:
    """The daemon, for as long as the simulation lasts."""

    def __init__(
        self, store: Store, deployment: Deployment, network: Network, clock: SimulatedClock,
        rng: random.Random,
    ) -> None:  # fmt: skip
        self.store = store
        self.diary = Diary()
        self._deployment = deployment
        self._examiner = deployment.examiner(clock)  # compiled once: it takes a while
        self._network = network
        self._clock = clock
        self._rng = rng
        self._events: list[tuple[datetime, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._inboxes: list[Piece] = []
        self._back_at: datetime | None = None
        self._due: datetime | None = None
        self._next_forgetting = clock.now

    def plan(self, at: datetime, what: Callable[[], None]) -> None:
        """Let somebody do something at a moment."""
        heapq.heappush(self._events, (at, next(self._numbers), what))

    def run(self, drops: Iterator[tuple[datetime, list[Piece]]], end: datetime) -> None:
        """Live until the end; what is under way then is recorded."""
        with ExitStack() as stack:
            stack.enter_context(patch.object(lanes, "Lane", self._network.line))
            stack.enter_context(patch.object(outbox, "random", self._rng))
            self._start()
            coming = next(drops, None)
            while (moment := self._next(coming[0] if coming else None)) and moment < end:
                self._clock.now = max(moment, self._clock.now)
                if coming and coming[0] <= self._clock.now:
                    self._inboxes += coming[1]
                    coming = next(drops, None)
                self._live()
            self._clock.now = end
            self._end()

    def _next(self, coming: datetime | None) -> datetime | None:
        """Give when anything happens next."""
        if self._back_at:
            return min(coming or self._back_at, self._back_at)
        event = self._events[0][0] if self._events else None
        moments = (coming, event, self._network.next(), self._due)
        return min((moment for moment in moments if moment), default=None)

    def _live(self) -> None:
        """Do what is to be done at a moment."""
        now = self._clock.now
        if self._back_at:
            if self._back_at > now:
                return
            self._back_at = None
            self._start()
        while self._events and self._events[0][0] <= now:
            heapq.heappop(self._events)[2]()
        if self._inboxes:
            self._take_in()
        self._come_to_rest()

    def _take_in(self) -> None:
        """Take in what lies in the inboxes."""
        examiner, now = self._examiner, self._clock.now
        while self._inboxes:
            pieces, self._inboxes = self._inboxes[:BATCH], self._inboxes[BATCH:]
            outcomes = []
            for piece in pieces:
                arrival = Arrival(piece.inbox, piece.path, _STAMP, now, piece.digest)
                found = examiner._found(piece.article, arrival)
                outcomes.append(Outcome(arrival, FileState.STORED, format="year", found=(found,)))
            self._committer.commit(outcomes)
        if now >= self._next_forgetting:
            with self.store.write() as db:
                forget(db, iso(now - self._deployment.telling.within))
            self._next_forgetting = now + timedelta(hours=1)
        self.store.checkpoint()

    def _come_to_rest(self) -> None:
        """Take turns, as the outbox's thread does, until nothing more is to be done now."""
        for _ in range(_MOST_TURNS):
            if self._dies():
                return
            self._network.happen()
            if self._dies():
                return
            answers = not self._outbox._lanes.done.empty()
            is_due = self._due is not None and self._due <= self._clock.now
            if not (answers or is_due or self._outbox._wake.is_set()):
                if self._due is None:
                    self._look_ahead()
                if self._due is None or self._due > self._clock.now:
                    return
            self._outbox._wake.clear()
            self._outbox.turn()
            self.diary.counts["turns"] += 1
            self._due = None  # looked up when no more is to be done at once
        raise AssertionError(f"the outbox does not come to rest at {self._clock.now}")

    def _look_ahead(self) -> None:
        """Look when something is due next."""
        self._due = next_due(self.store.db, self._outbox._open_channels())

    def _start(self) -> None:
        """Start, and take up what an earlier process left."""
        known = self._deployment
        self._outbox = Deliveries(self.store, known.channels, known.patience, self._clock)
        self._outbox.start()
        self._outbox.wake()
        self._committer = Committer(
            self.store, {}, self._clock, lambda _: False, self._outbox, known.telling
        )

    def reload(self, deployment: Deployment) -> None:
        """Take in another configuration, as SIGHUP does."""
        self._deployment = deployment
        self._examiner = replace(self._examiner, router=deployment.router)  # the rules stay
        self._outbox.replace(deployment.channels, deployment.patience)

    def receipts(self) -> list[Receipt]:
        """Give what the receivers got until now."""
        return self._network.receipts

    def wake(self) -> None:
        """Look at the outbox: another process has changed something in it."""
        self._look_ahead()

    def look_for_empty_digests(self) -> None:
        """Do what the job does that tells of them."""
        self.diary.asked.append(self._clock.now)
        with self.store.write() as db:
            told = tell_of_nothing(db, self._outbox.policies, self._clock.now)
        if told:
            self.wake()

    def _dies(self) -> bool:
        """End now and then where messages are under way, by a kill or in good order."""
        if not self._network.is_busy():
            return False
        chance = self._rng.random()
        if chance >= _KILLED + _STOPPED:
            return False
        if chance < _KILLED:
            self.diary.counts["kills"] += 1
        else:
            self.diary.counts["stops"] += 1
            self._outbox.stop()
            self._outbox.run()
        self._network.cut()
        seconds = self._rng.choice(_DOWN) * self._rng.uniform(0.5, 1.5)
        self._back_at = self._clock.now + timedelta(seconds=seconds)
        self.diary.down.append((self._clock.now, self._back_at))
        return True

    def _end(self) -> None:
        """End in good order; what nobody answered is made due again, as a start would."""
        if not self._back_at:
            self._outbox.stop()
            self._outbox.run()
        self._network.cut()
        self._start()
