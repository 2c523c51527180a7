"""Workers: they take arrivals, parse and match them, and write what becomes of them into the log.

An arrival is acknowledged when the log has it; whatever ends a worker before, another takes it.
"""

import logging
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from wirewatch.broker.access import BrokerUnavailableError
from wirewatch.broker.consumer import Consumer
from wirewatch.broker.letter import LARGEST, Letter, Parcel
from wirewatch.broker.link import Link
from wirewatch.broker.topology import Settings
from wirewatch.cluster.entry import EntryError, entry_of, written
from wirewatch.cluster.load import Load, unpacked
from wirewatch.event import Event
from wirewatch.intake.source import Content, RetryError
from wirewatch.model import Outcome
from wirewatch.pipeline.acts import Accept
from wirewatch.pipeline.examine import Examiner, Parse, quarantined
from wirewatch.pulse import Pulses
from wirewatch.states import FileReason
from wirewatch.store.stories import Telling

_log = logging.getLogger("wirewatch.cluster")

PREFETCH = 64
"""Arrivals that a worker is given in advance."""

_TOGETHER = 32  # arrivals that share an entry
_IDLE = 5.0  # seconds
_PATIENCE = 30.0  # seconds for an entry to be confirmed
_CONNECTING = 5.0  # seconds to connect anew, as the link does when the broker has room again
_REST = 0.5  # seconds before another try, where the broker took nothing

Taken = tuple[Parcel, Load]
"""An arrival as it was taken from the broker."""


@dataclass(frozen=True)
class Terms:
    """By what arrivals are judged: rules and limits, and how stories are told apart.

    Arrivals are read by `parse`, what is tried alone by `apart`, so that they do not wait for it.
    """

    examiner: Examiner
    telling: Telling
    parse: Parse
    apart: Parse


class Working:
    """The threads that take arrivals; `terms` may be replaced at any time."""

    def __init__(self, link: Link, settings: Settings, terms: Terms, pulses: Pulses) -> None:
        self._link = link
        self._settings = settings
        self._pulses = pulses
        self._consumers: list[Consumer] = []
        self._stopping = threading.Event()
        self.terms = terms
        self.done = 0
        """Arrivals of which the log says what became."""

    def run(self) -> None:
        """Work until asked to stop."""
        consumer = self._consuming(self._settings.arrivals, PREFETCH)
        while not self._stopping.is_set():
            self._pulses.rests("work")
            parcels = consumer.take(_TOGETHER, _IDLE)
            for group in _groups(list(self._read(consumer, parcels))):
                if not self._stopping.is_set():
                    self._pulses.works("work")
                    self._work_on(consumer, group)
        consumer.close()

    def bury(self) -> None:
        """Until asked to stop, put aside what no worker has come to an end with.

        It may only have been beside what ended a worker: so each is tried once more, alone. One
        that ends a worker here too is not tried again.
        """
        consumer = self._consuming(self._settings.failed, 1)
        while not self._stopping.is_set():
            self._pulses.rests("bury")
            for parcel, load in self._read(consumer, consumer.take(1, _IDLE)):
                self._pulses.works("bury")
                self._try_alone(consumer, parcel, load)
        consumer.close()

    def stop(self) -> None:
        """Ask the threads to end; what is not acknowledged goes to other workers."""
        self._stopping.set()
        for consumer in self._consumers:
            consumer.wake()

    def _consuming(self, queue: str, prefetch: int) -> Consumer:
        """Begin to take from a queue."""
        consumer = self._link.consume(queue, prefetch)
        self._consumers.append(consumer)
        return consumer

    def _read(self, consumer: Consumer, parcels: Sequence[Parcel]) -> Iterator[Taken]:
        """Read arrivals; a letter that holds none is kept where people find it."""
        for parcel in parcels:
            try:
                yield parcel, unpacked(parcel.letter.body)
            except EntryError as error:
                queue = self._settings.unreadable
                _log.error(Event("not-an-arrival", letter=parcel.letter.id, said=str(error)))
                if self._published(queue, parcel.letter):
                    consumer.acknowledge([parcel])

    def _work_on(self, consumer: Consumer, group: Sequence[Taken]) -> None:
        """Examine arrivals, and write what becomes of them."""
        terms = self.terms
        judge, parse = terms.examiner, terms.parse
        try:
            outcomes = [self._examined("work", load, judge, parse) for _, load in group]
        except RetryError as error:
            self._put_off(len(group), error)
            return
        self._write(consumer, group, outcomes)

    def _try_alone(self, consumer: Consumer, parcel: Parcel, load: Load) -> None:
        """Examine an arrival that was put aside, if nobody has tried to, and write what it is."""
        terms = self.terms
        try:
            outcome = (
                _given_up(load)
                if parcel.returns
                else self._examined("bury", load, terms.examiner, terms.apart)
            )
        except RetryError as error:
            self._put_off(1, error)
            return
        _log.warning(Event("tried-alone", file=load.arrival.path, state=outcome.state))
        self._write(consumer, [(parcel, load)], [outcome])

    def _put_off(self, arrivals: int, error: RetryError) -> None:
        """Give arrivals back: there is no process to parse in, or none is wanted any more."""
        _log.warning(Event("not-examined", arrivals=arrivals, error=error.detail))
        self._link.drop()
        self._stopping.wait(_REST)

    def _examined(self, worker: str, load: Load, judge: Examiner, parse: Parse) -> Outcome:
        """Say what becomes of an arrival. Raises RetryError where nothing can be parsed now."""
        arrival, examiner = load.arrival, replace(judge, parse=parse)
        if load.reading is not None:
            outcome = examiner.concluded(arrival, load.reading)
        else:
            content = Content(load.data, arrival.sha256 or "", arrival.stamp)
            outcome = examiner.outcome(arrival, content)
        self._pulses.moved(worker)
        return outcome

    def _write(
        self, consumer: Consumer, taken: Sequence[Taken], outcomes: Sequence[Outcome]
    ) -> None:
        """Write into the log what becomes of arrivals, then let go of them."""
        terms = self.terms
        entry = entry_of(Accept(terms.examiner.clock(), tuple(outcomes), terms.telling))
        body = written(entry)
        if len(body) > LARGEST:
            self._write_in_parts(consumer, taken, outcomes)
        elif self._published(self._settings.log, Letter(entry.id, entry.kind, body)):
            consumer.acknowledge(parcel for parcel, _ in taken)
            self.done += len(taken)

    def _write_in_parts(
        self, consumer: Consumer, taken: Sequence[Taken], outcomes: Sequence[Outcome]
    ) -> None:
        """Write what is too large for one entry into two; what is too large alone is put aside."""
        if len(taken) == 1:
            detail = f"more than {LARGEST:,} bytes when read and packed, the broker's most at once"
            arrival = outcomes[0].arrival
            self._write(consumer, taken, [quarantined(arrival, FileReason.TOO_LARGE, detail)])
            return
        half = len(taken) // 2
        self._write(consumer, taken[:half], outcomes[:half])
        self._write(consumer, taken[half:], outcomes[half:])

    def _published(self, queue: str, letter: Letter) -> bool:
        """Put a letter on a queue; where that fails all that was taken goes back."""
        while not self._stopping.is_set():
            try:
                self._link.publish("", queue, [letter], _PATIENCE)
            except BrokerUnavailableError as error:
                _log.warning(Event("not-written", queue=queue, error=str(error)))
            else:
                return True
            if not self._waited_for_room():
                break
        self._link.drop()
        self._stopping.wait(_REST)
        return False

    def _waited_for_room(self) -> bool:
        """Wait while the broker takes nothing; tell whether that was so, and is over.

        What was taken is kept: each return counts, as if it had ended a worker.
        """
        full = False
        while self._link.blocked and not self._stopping.wait(_REST):
            full = True
            for worker in ("work", "bury"):
                self._pulses.held(worker, "the broker takes nothing")
        return full and not self._stopping.is_set() and self._link.wait(_CONNECTING)


def _groups(taken: Sequence[Taken]) -> Iterator[Sequence[Taken]]:
    """Part arrivals into those that share an entry; what came back may have ended a worker."""
    yield from ([one] for one in taken if one[0].returns)
    if fresh := [one for one in taken if not one[0].returns]:
        yield fresh


def _given_up(load: Load) -> Outcome:
    """Put aside what has ended every worker that tried it."""
    detail = "every worker that read it was ended before it was done; look at their logs"
    return quarantined(load.arrival, FileReason.GIVEN_UP, detail)
