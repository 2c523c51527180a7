"""Intake past one machine: arrivals are not parsed here but handed over, and the ledger says so.

A file is handed over once the broker has confirmed that most of its nodes hold it; only then is it
archived or deleted. What is too large for the broker is parsed here.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from wirewatch.broker.access import BrokerUnavailableError
from wirewatch.broker.letter import LARGEST, Letter
from wirewatch.broker.link import Link
from wirewatch.clock import Clock
from wirewatch.cluster.load import Load, name_of, packed
from wirewatch.errors import Unreadable
from wirewatch.event import Event
from wirewatch.formats import Reading
from wirewatch.intake.source import Content
from wirewatch.model import Arrival, Outcome
from wirewatch.pipeline.commit import StoppedError
from wirewatch.pipeline.examine import Examiner, quarantined
from wirewatch.states import FileReason, FileState

_log = logging.getLogger("wirewatch.cluster")

LOADED = "arrival"
"""The kind of a letter that holds an arrival."""

_PATIENCE = 30.0  # seconds for a batch to be confirmed
_FIRST_WAIT = timedelta(milliseconds=100)
_LONGEST_WAIT = timedelta(seconds=10)


@dataclass(frozen=True)
class HandingExaminer(Examiner):
    """Turns files into what is handed over; what is larger than `most` bytes is parsed first."""

    most: int = 4_000_000

    def outcome(self, arrival: Arrival, content: Content) -> Outcome:
        """Say what becomes of bytes that were read: they are to be handed over."""
        if len(content.data) > self.most:
            return super().outcome(arrival, content)
        read = Arrival(arrival.inbox, arrival.path, content.stamp, arrival.seen, content.sha256)
        return _handed(Load(read, content.data))

    def concluded(self, arrival: Arrival, reading: Reading) -> Outcome:
        """Say what becomes of a large file that was parsed."""
        outcome = _handed(Load(arrival, reading=reading))
        if len(outcome.load) > LARGEST:
            problem = (
                f"{len(outcome.load):,} bytes when read, more than the broker is given at once"
            )
            fault = Unreadable(FileReason.TOO_LARGE, problem)
            return quarantined(arrival, fault.reason, fault.detail)
        return outcome._replace(format=reading.format, parser=reading.parser or None)


class Handing:
    """Hands arrivals over. `pause` waits so many seconds and tells whether to stop instead."""

    def __init__(
        self, link: Link, queue: str, clock: Clock, pause: Callable[[float], bool]
    ) -> None:
        self._link = link
        self._queue = queue
        self._clock = clock
        self._pause = pause
        self.stuck: tuple[datetime, str] | None = None
        """Since when nothing can be handed over, and why."""
        self.done = 0
        """Arrivals that were handed over."""

    def hand_over(self, outcomes: Sequence[Outcome]) -> list[Outcome]:
        """Hand over what is to be, however long it takes; give the outcomes without their loads.

        Raises StoppedError when asked to stop before all was confirmed.
        """
        letters = [
            Letter(name_of(one.arrival), LOADED, one.load)
            for one in outcomes
            if one.state is FileState.HANDED
        ]
        wait = _FIRST_WAIT
        while letters:
            try:
                self._link.publish("", self._queue, letters, _PATIENCE)
                break
            except BrokerUnavailableError as error:
                self._note(error)
                if self._pause(wait.total_seconds()):
                    raise StoppedError from error
                wait = min(wait * 2, _LONGEST_WAIT)
        self.stuck = None
        self.done += len(letters)
        return [one._replace(load=b"") for one in outcomes]

    def _note(self, error: BrokerUnavailableError) -> None:
        """Note that arrivals wait, once."""
        if self.stuck is None:
            self.stuck = (self._clock(), str(error))
            _log.warning(Event("not-handed-over", then="arrivals wait", error=str(error)))


def _handed(load: Load) -> Outcome:
    """Make an outcome of what is to be handed over."""
    return Outcome(load.arrival, FileState.HANDED, load=packed(load))
