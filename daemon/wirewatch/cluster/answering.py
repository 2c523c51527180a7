"""Every process of a cluster is asked how it is, and answers by a thread of its own."""

import logging
import threading
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING

from wirewatch.broker.access import BrokerUnavailableError
from wirewatch.broker.letter import Letter, Parcel
from wirewatch.broker.link import Link
from wirewatch.cluster.account import (
    ACCOUNT,
    Account,
    Question,
    read_question,
    written_account,
)
from wirewatch.cluster.entry import EntryError
from wirewatch.event import Event
from wirewatch.pulse import Pulses

if TYPE_CHECKING:
    from wirewatch.broker.consumer import Consumer

_log = logging.getLogger("wirewatch.cluster")

_PREFETCH = 16
_IDLE = 5.0  # seconds

Tell = Callable[[Question], Account]
"""Says how this process is; asked by any thread."""


class Answering:
    """The thread that answers."""

    def __init__(self, link: Link, queue: str, tell: Tell, pulses: Pulses) -> None:
        self._link = link
        self._queue = queue
        self._tell = tell
        self._pulses = pulses
        self._consumer: Consumer | None = None
        self._stopping = threading.Event()

    def run(self) -> None:
        """Answer until asked to stop."""
        self._consumer = self._link.consume(self._queue, _PREFETCH)
        while not self._stopping.is_set():
            self._pulses.rests("answer")
            parcels = self._consumer.take(_PREFETCH, _IDLE)
            for parcel in parcels:
                self._pulses.works("answer")
                self._answer(parcel)
                self._pulses.moved("answer")
            self._consumer.acknowledge(parcels)
        self._consumer.close()

    def stop(self) -> None:
        """Ask the thread to end."""
        self._stopping.set()
        if self._consumer:
            self._consumer.wake()

    def _answer(self, parcel: Parcel) -> None:
        """Answer one question; who does not hear may ask again."""
        try:
            account = self._tell(read_question(parcel.letter.body))
            letter = Letter(uuid.uuid4().hex, ACCOUNT, written_account(account))
            self._link.answer(parcel, letter)
        except (EntryError, BrokerUnavailableError) as error:
            _log.debug(Event("not-answered", error=str(error)))
