"""Which desk sends: the broker decides, and the log says since when.

All desks that are abreast of the log take from one queue, of which the broker lets a single one
take; each puts a word in it every second. Who gets words is chosen, and takes the lead by an entry
in the log: from there on, for every desk alike, it is the one that sends. A desk that was cut off
and does not know of it yet finds the other's lead before anything that it wrote later.
"""

import logging
import threading
import time
import uuid
from typing import TYPE_CHECKING, Any

from wirewatch.broker.access import BrokerUnavailableError
from wirewatch.broker.letter import Letter
from wirewatch.broker.link import Link
from wirewatch.clock import Clock
from wirewatch.cluster.following import Done, Following
from wirewatch.cluster.lead import Lead
from wirewatch.cluster.proposals import Proposals
from wirewatch.event import Event
from wirewatch.pipeline.mandate import Mandate
from wirewatch.pulse import Pulses
from wirewatch.store.database import StoreUnavailableError
from wirewatch.store.desks import Leading

if TYPE_CHECKING:
    from collections.abc import Callable

    from wirewatch.broker.consumer import Consumer

_log = logging.getLogger("wirewatch.cluster")

PREFETCH = 16
"""Words given in advance."""

LEASE = 20.0
"""Seconds after which a message is not begun any more that was claimed."""

_NO_EPOCH = 0  # what comes from a desk that does not send belongs to none
_BEHIND = 20.0  # seconds for which a desk that leads may be behind
_BEAT = 1.0  # seconds between two words
_PATIENCE = 3.0  # seconds for a word to be confirmed


class Election:
    """The thread that stands for election; `changed` is called when this desk leads or no more."""

    def __init__(
        self,
        link: Link,
        queue: str,
        desk: str,
        clock: Clock,
        pulses: Pulses,
    ) -> None:
        self.instance = uuid.uuid4().hex[:16]
        """This process, which is another after each start."""
        self.leading: Leading | None = None
        """Who sends, as far as this desk is in the log."""
        self.channels: Callable[[], tuple[str, ...]] = tuple
        self.changed: Callable[[], None] = _nothing
        self._link = link
        self._queue = queue
        self._desk = desk
        self._clock = clock
        self._pulses = pulses
        self._consumer: Consumer | None = None
        self._abreast_at = time.monotonic()
        self._stopping = threading.Event()

    @property
    def leads(self) -> bool:
        """Tell whether this desk sends."""
        return self.leading is not None and self.leading.instance == self.instance

    def mandate(self) -> Mandate:
        """Tell whether this desk sends, in which epoch."""
        leading = self.leading
        if leading is None or leading.instance != self.instance:
            return Mandate(False, _NO_EPOCH, LEASE)
        return Mandate(True, leading.epoch, LEASE)

    def run(self, following: Following, proposals: Proposals) -> None:
        """Stand for election until asked to stop."""
        while not self._stopping.is_set():
            self._pulses.rests("elect")
            if self._consumer is None:
                if following.abreast.wait(_BEAT) and not self._stopping.is_set():
                    self._consumer = self._link.consume(self._queue, PREFETCH)
                continue
            began = time.monotonic()
            self._say_a_word()
            words = self._consumer.take(PREFETCH, _BEAT)
            if words:
                self._consumer.acknowledge(words)
                if not self.leads:
                    self._accept_the_lead(following, proposals)
            if self._lags(following):
                self._step_back()
            self._stopping.wait(max(0.0, _BEAT - (time.monotonic() - began)))
        if self._consumer:
            self._consumer.close()

    def stop(self) -> None:
        """Ask the thread to end; another desk is chosen then."""
        self._stopping.set()
        if self._consumer:
            self._consumer.wake()

    def done(self, done: Done) -> None:
        """Hear of what was performed: a lead changes who sends."""
        result: Any = done.result
        if not isinstance(result, Leading):
            return
        was, self.leading = self.leads, result
        _log.info(Event("leads", desk=result.desk, epoch=result.epoch, here=self.leads))
        if was or self.leads:
            self.changed()

    def _say_a_word(self) -> None:
        """Put a word in the queue, for whoever is chosen."""
        letter = Letter(uuid.uuid4().hex, "word", self._desk.encode())
        try:
            self._link.publish("", self._queue, [letter], _PATIENCE)
        except BrokerUnavailableError:
            return  # the link says so itself

    def _accept_the_lead(self, following: Following, proposals: Proposals) -> None:
        """Take the lead, or step back where this desk has fallen behind: others may be abreast.

        It would not send before it has caught up, and who sends now would send no more.
        """
        if following.abreast.is_set():
            self._take_the_lead(proposals)
        else:
            self._step_back()

    def _lags(self, following: Following) -> bool:
        """Tell whether this desk leads, and has been behind for so long that others had better.

        As when its disk is full: what it claims it comes to know too late, and tells nobody.
        """
        now = time.monotonic()
        if not self.leads or following.abreast.is_set():
            self._abreast_at = now
        return now - self._abreast_at > _BEHIND

    def _step_back(self) -> None:
        """Stand for election no more until this desk is abreast; another may be chosen."""
        if self._consumer:
            self._consumer.close()
            self._consumer = None

    def _take_the_lead(self, proposals: Proposals) -> None:
        """Let the log say that this desk sends."""
        lead = Lead(self._clock(), self._desk, self.instance, self.channels())
        try:
            proposals.perform(lead)
        except StoreUnavailableError as error:
            _log.warning(Event("not-leading-yet", error=str(error)))


def _nothing() -> None:
    """Do nothing when the lead changes."""
