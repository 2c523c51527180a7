"""Looks at a whole cluster: its queues, and what all processes say."""

import time
import uuid
from collections.abc import Callable

from wirewatch.broker.letter import Letter
from wirewatch.broker.link import Link
from wirewatch.broker.topology import Settings
from wirewatch.clock import Clock
from wirewatch.cluster.account import Question
from wirewatch.cluster.asking import accounts
from wirewatch.cluster.depths import depths
from wirewatch.cluster.entry import entry_of, written
from wirewatch.cluster.measure import Measure
from wirewatch.cluster.standing import Standing, names

_ANSWERING = 1.5  # seconds for all to answer
_CONFIRMING = 10.0  # seconds for the log to take an entry
_PAUSE = 0.5  # seconds between two questions


class Survey:
    """Asks by a link; `pause` waits so many seconds."""

    def __init__(
        self,
        link: Link,
        settings: Settings,
        pause: Callable[[float], object] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._link = link
        self._settings = settings
        self._pause = pause
        self._monotonic = monotonic

    def look(self) -> Standing:
        """See how the cluster stands. Raises BrokerUnavailableError."""
        asks = self._settings.asks
        found = accounts(self._link, asks, Question(), _ANSWERING)
        positions = [one.follows.position for one in found if one.follows]
        at = min(positions, default=0)
        digests: dict[str, str] = {}
        if at:
            again = accounts(self._link, asks, Question(at=at), _ANSWERING, len(found))
            told = {one.name: one.follows.digest_at for one in again if one.follows}
            digests = {one.name: told.get(one.name, "") for one in found if one.follows}
        return Standing(depths(self._link, self._settings, names(found)), found, at, digests)

    def measure(self, standing: Standing, clock: Clock, within: float) -> Standing:
        """Have every desk digest what it holds at one place of the log, and wait for that.

        Raises BrokerUnavailableError.
        """
        question = uuid.uuid4().hex
        entry = entry_of(Measure(clock(), question))
        letter = Letter(entry.id, entry.kind, written(entry))
        self._link.publish("", self._settings.log, [letter], _CONFIRMING)
        until = self._monotonic() + within
        measured = dict.fromkeys(standing.desks, "")
        while not all(measured.values()) and self._monotonic() < until:
            self._pause(_PAUSE)
            most = len(standing.accounts)
            said = accounts(
                self._link, self._settings.asks, Question(measure=question), _ANSWERING, most
            )
            for one in said:
                if one.follows and one.follows.measured:
                    measured[one.name] = one.follows.measured
        return standing._replace(measured=measured)
