"""A desk follows the log: each entry is performed on its store once, in the order of the log.

What has been performed is noted in the same transaction, and acknowledged after it: an entry that
comes again is known. So desks that stand at the same position hold the same.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from wirewatch.broker.access import BrokerUnavailableError
from wirewatch.broker.consumer import Consumer
from wirewatch.broker.letter import Parcel
from wirewatch.broker.link import Link
from wirewatch.clock import Clock
from wirewatch.cluster.entry import Entry, name_of, read
from wirewatch.cluster.measure import Measure
from wirewatch.cluster.unbroken import Check, unchecked
from wirewatch.event import Event
from wirewatch.pipeline.acts import Accept
from wirewatch.pipeline.commit import refused
from wirewatch.pulse import Pulses
from wirewatch.store.accept import Accepted
from wirewatch.store.database import (
    Store,
    StoreUnavailableError,
    Transaction,
    UnstorableError,
    within,
)
from wirewatch.store.desks import Position, is_known, note, position

_log = logging.getLogger("wirewatch.cluster")

PREFETCH = 512
"""Entries that a desk is given in advance."""

_TOGETHER = 64  # entries that share a commit
_IDLE = 5.0  # seconds
_SOON = 1.0  # seconds without an entry, after a start, until a desk takes it that none waits
_RETRY = 1.0  # seconds before a store is tried again that cannot be written

_REFUSALS = (
    UnstorableError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError,
)  # fmt: skip


class Refused(NamedTuple):
    """What an act came to that SQLite refused, on this desk as on any other."""

    why: str


class Done(NamedTuple):
    """An entry that was performed, and what it came to."""

    entry: Entry
    result: Any


class Following:
    """The thread that follows the log; `done` is told of what was performed, once it is durable."""

    def __init__(self, link: Link, queue: str, store: Store, clock: Clock, pulses: Pulses) -> None:
        self._link = link
        self._queue = queue
        self._store = store
        self._clock = clock
        self._pulses = pulses
        self._consumer: Consumer | None = None
        self._stopping = threading.Event()
        self.done: list[Callable[[Done], None]] = []
        self.at: Position = position(store.db)
        self.lag = 0.0
        """Seconds between the writing of the last entry and now that it is performed."""
        self.abreast = threading.Event()
        """Set while the desk has nothing to catch up on."""
        self.check: Check = unchecked
        """Sees to it that nothing is missing before what is performed next."""

    def run(self) -> None:
        """Follow until asked to stop."""
        self._consumer = self._link.consume(self._queue, PREFETCH)
        while not self._stopping.is_set():
            self._turn(self._consumer)
        self._consumer.close()

    def stop(self) -> None:
        """Ask the thread to end."""
        self._stopping.set()
        if self._consumer:
            self._consumer.wake()

    def _turn(self, consumer: Consumer) -> None:
        """Perform what comes within some seconds."""
        self._pulses.rests("follow")
        parcels = consumer.take(_TOGETHER, _IDLE if self.abreast.is_set() else _SOON)
        if len(parcels) < _TOGETHER and self._link.connected:
            self.abreast.set()
        elif parcels:
            self.abreast.clear()
        if parcels and self._unbroken(parcels):
            self._pulses.works("follow")
            for group in _groups(parcels):
                self._take_in(consumer, group)

    def _unbroken(self, parcels: Sequence[Parcel]) -> bool:
        """Tell whether parcels can be performed now; where that cannot be known they come again.

        Raises GapError where entries before them are missing.
        """
        new = (one for one in parcels if not is_known(self._store.db, one.letter.id))
        try:
            self.check(parcels[-1].session, next(new, None), self.at.number)
        except BrokerUnavailableError as error:
            self._pulses.held("follow", "the broker does not answer")
            _log.warning(Event("not-followed", then="entries wait", error=str(error)))
            self._link.drop()
            self._stopping.wait(_RETRY)
            return False
        return True

    def _take_in(self, consumer: Consumer, parcels: Sequence[Parcel]) -> None:
        """Perform entries, however often it takes, then let go of them.

        Raises EntryError for what this program does not know: no entry is ever passed over.
        """
        entries = [read(one.letter.id, one.letter.kind, one.letter.body) for one in parcels]
        while not self._stopping.is_set():
            try:
                performed = self._performed(entries)
            except StoreUnavailableError as error:
                self.abreast.clear()
                self._pulses.held("follow", "the store cannot be written")
                _log.warning(Event("store-unavailable", then="entries wait", error=str(error)))
                self._stopping.wait(_RETRY)
                continue
            consumer.acknowledge(parcels)
            self._pulses.moved("follow")
            self._tell(performed)
            return

    def _performed(self, entries: Iterable[Entry]) -> list[Done]:
        """Perform entries in one transaction, each that is new; give those."""
        performed = []
        at = self.at
        with self._store.write() as db:
            for entry in entries:
                if not is_known(db, entry.id):
                    performed.append(Done(entry, _result(db, entry)))
                    at = note(db, entry.id, entry.kind, entry.now)
        self.at = at
        return performed

    def _tell(self, performed: Sequence[Done]) -> None:
        """Tell of what was performed."""
        for one in performed:
            self.lag = (self._clock() - one.entry.now).total_seconds()
            for told in self.done:
                told(one)


def _groups(parcels: Sequence[Parcel]) -> Iterator[Sequence[Parcel]]:
    """Part parcels so that what is measured is the last of its commit."""
    kind = name_of(Measure)
    first = 0
    for number, one in enumerate(parcels, 1):
        if one.letter.kind == kind:
            yield parcels[first:number]
            first = number
    if first < len(parcels):
        yield parcels[first:]


def _result(db: Transaction, entry: Entry) -> Any:  # noqa: ANN401 - what the act itself gives
    """Perform an entry; what is refused of it is refused by every desk, which goes on.

    By SQLite, or by a fault of this program: an entry that ended it would end every desk, and
    again at each start.
    """
    try:
        with within(db):
            return entry.act.perform(db)
    except _REFUSALS as error:
        _log.error(Event("refused", entry=entry.id, act=entry.kind, error=str(error)))
        if isinstance(entry.act, Accept):
            return _accepted_singly(db, entry.act)
        return Refused(str(error))


def _accepted_singly(db: Transaction, act: Accept) -> list[Accepted]:
    """Take outcomes in one by one; what SQLite refuses is put aside."""
    accepted: list[Accepted] = []
    for outcome in act.outcomes:
        try:
            with within(db):
                accepted += act._replace(outcomes=(outcome,)).perform(db)
        except _REFUSALS as error:
            accepted += act._replace(outcomes=(refused(outcome, error),)).perform(db)
    return accepted
