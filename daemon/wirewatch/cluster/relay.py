"""The relay: it copies the log to every desk's own queue, in the order that the broker gave it.

Every desk runs one; the broker lets one at a time take from the log. It keeps nothing: an entry is
let go when every desk's queue has it. When a relay ends, the next begins with what was not let go,
in the same order, so that a desk may see entries twice but never in another order, and takes each
as it first comes (`following`).
"""

import logging
import threading

from wirewatch.broker.access import BrokerUnavailableError
from wirewatch.broker.consumer import Consumer
from wirewatch.broker.link import Link
from wirewatch.event import Event
from wirewatch.pulse import Pulses

_log = logging.getLogger("wirewatch.cluster")

PREFETCH = 256
"""Entries given in advance: the same for every relay, as the order depends on it."""

_IDLE = 5.0  # seconds
_PATIENCE = 30.0  # seconds for entries to be confirmed by every desk's queue
_REST = 0.2  # seconds before another try, where the broker took nothing


class Relay:
    """The thread that copies the log to the desks."""

    def __init__(self, link: Link, log: str, desks: str, pulses: Pulses) -> None:
        self._link = link
        self._log = log
        self._desks = desks
        self._pulses = pulses
        self._stopping = threading.Event()
        self._consumer: Consumer | None = None
        self.copied = 0
        """Entries that were copied."""

    def run(self) -> None:
        """Copy until asked to stop."""
        self._consumer = self._link.consume(self._log, PREFETCH)
        while not self._stopping.is_set():
            self._pulses.rests("relay")
            self._turn(self._consumer)
        self._consumer.close()

    def _turn(self, consumer: Consumer) -> None:
        """Copy what comes within some seconds; what fails is begun again from its first."""
        parcels = consumer.take(PREFETCH, _IDLE)
        if not parcels:
            return
        self._pulses.works("relay")
        try:
            self._link.publish(self._desks, "", [one.letter for one in parcels], _PATIENCE)
        except BrokerUnavailableError as error:
            self._pulses.held("relay", "the broker takes nothing")
            _log.warning(Event("not-relayed", entries=len(parcels), error=str(error)))
            self._link.drop()  # so that all come again, from the first that was not let go
            self._stopping.wait(_REST)
            return
        consumer.acknowledge(parcels)
        self.copied += len(parcels)
        self._pulses.moved("relay")

    def stop(self) -> None:
        """Ask the thread to end."""
        self._stopping.set()
        if self._consumer:
            self._consumer.wake()
