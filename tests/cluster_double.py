"""A broker of one process, for tests: queues that keep their order, confirm, and hand out again.

As RabbitMQ's quorum queues do: what a taker had and did not acknowledge goes back to the head in
its old order when the taker is gone, counted; a queue with one taker at a time hands to the first.
"""

import threading
import time
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence

from wirewatch.broker.access import BrokerUnavailableError
from wirewatch.broker.letter import Letter, Parcel


class Broker:
    """Queues by name; what is published to an exchange goes to all that are bound to it."""

    def __init__(self, bound: Mapping[str, list[str]] | None = None) -> None:
        self.bound = dict(bound or {})
        self.queues: defaultdict[str, deque[tuple[Letter, int]]] = defaultdict(deque)
        self.takers: defaultdict[str, list[Taker]] = defaultdict(list)
        self.changed = threading.Condition()
        self.down = False
        self.published: list[tuple[str, Letter]] = []
        self.answers: defaultdict[str, list[Letter]] = defaultdict(list)

    def put(self, exchange: str, key: str, letters: Iterable[Letter]) -> None:
        """Keep letters."""
        with self.changed:
            if self.down:
                raise BrokerUnavailableError("the broker is down")
            for letter in letters:
                for queue in self.bound[exchange] if exchange else [key]:
                    self.queues[queue].append((letter, 0))
                    self.published.append((queue, letter))
            self.changed.notify_all()


class Link:
    """What stands for a connection: `cut` loses it, as a kill does."""

    connected = True
    blocked = ""
    trouble = ""

    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        self._takers: list[Taker] = []

    def open(self) -> None:
        """Be there."""

    def close(self) -> None:
        """Give back what was not acknowledged, and take no more."""
        for taker in self._takers:
            taker.close()

    def drop(self) -> None:
        """Give back what was not acknowledged."""
        for taker in self._takers:
            taker.give_back()

    def publish(self, exchange: str, key: str, letters: Sequence[Letter], patience: float) -> None:
        """Publish letters."""
        assert patience > 0
        self.broker.put(exchange, key, letters)

    def wait(self, seconds: float) -> bool:
        """Tell whether it is connected."""
        assert seconds > 0
        return self.connected

    def depths(self, queues: Iterable[str]) -> dict[str, tuple[int, int] | None]:
        """Count what is ready and who takes; a queue is there when it was ever used or bound."""
        bound = {name for names in self.broker.bound.values() for name in names}
        known = bound | self.broker.queues.keys()
        return {
            name: (len(self.broker.queues[name]), len(self.broker.takers[name]))
            if name in known
            else None
            for name in queues
        }

    def delete(self, queues: Iterable[str]) -> None:
        """Delete queues."""
        for name in queues:
            self.broker.queues.pop(name, None)
            for bound in self.broker.bound.values():
                if name in bound:
                    bound.remove(name)

    def ask(
        self, exchange: str, key: str, letter: Letter, seconds: float, most: int = 0
    ) -> list[Letter]:
        """Ask, and give the answers; all have answered when as many have as there are queues."""
        question = f"question {letter.id}"
        self.publish(exchange, key, [letter._replace(headers={"question": question})], seconds)
        every = most or len(self.broker.bound[exchange])
        with self.broker.changed:
            came = self.broker.answers[question]
            self.broker.changed.wait_for(lambda: len(came) >= every, seconds)
            return list(came)

    def answer(self, asked: Parcel, letter: Letter) -> None:
        """Answer what was asked."""
        with self.broker.changed:
            self.broker.answers[asked.question].append(letter)
            self.broker.changed.notify_all()

    def consume(self, queue: str, prefetch: int) -> "Taker":
        """Subscribe to a queue."""
        taker = Taker(self.broker, queue, prefetch)
        self._takers.append(taker)
        self.broker.takers[queue].append(taker)
        return taker


class Taker:
    """A subscription; of a queue with one taker at a time only the first is given anything."""

    def __init__(self, broker: Broker, queue: str, prefetch: int) -> None:
        self._broker = broker
        self._queue = queue
        self._prefetch = prefetch
        self._tag = 0
        self._in_hand: dict[int, tuple[Letter, int]] = {}
        self._woken = False
        self.session = 1

    def take(self, most: int, seconds: float) -> list[Parcel]:
        """Wait for a first parcel, and give what is there then."""
        until = time.monotonic() + seconds
        with self._broker.changed:
            while not self._ready() and not self._woken and time.monotonic() < until:
                self._broker.changed.wait(max(0.0, until - time.monotonic()))
            self._woken = False
            parcels: list[Parcel] = []
            while self._ready() and len(parcels) < most and len(self._in_hand) < self._prefetch:
                letter, returns = self._broker.queues[self._queue].popleft()
                self._tag += 1
                self._in_hand[self._tag] = (letter, returns)
                question = letter.headers.get("question", "")
                parcels.append(Parcel(letter, returns, self._tag, self.session, question=question))
            return parcels

    def _ready(self) -> bool:
        """Tell whether there is something for this one."""
        single = self._queue.endswith((".log", ".lead"))
        first = self._broker.takers[self._queue][:1] == [self]
        return bool(self._broker.queues[self._queue]) and (first or not single)

    def acknowledge(self, parcels: Iterable[Parcel]) -> None:
        """Let go of parcels of this session."""
        for parcel in parcels:
            if parcel.session == self.session:
                self._in_hand.pop(parcel.tag, None)

    def give_back(self) -> None:
        """Lose the connection: what is in hand goes back to the head, in its order."""
        with self._broker.changed:
            self.session += 1
            held = [self._in_hand[tag] for tag in sorted(self._in_hand)]
            self._in_hand.clear()
            self._broker.queues[self._queue].extendleft(
                (letter, returns + 1) for letter, returns in reversed(held)
            )
            self._broker.changed.notify_all()

    def wake(self) -> None:
        """End a wait."""
        with self._broker.changed:
            self._woken = True
            self._broker.changed.notify_all()

    def close(self) -> None:
        """Be a taker no more."""
        self.give_back()
        if self in self._broker.takers[self._queue]:
            self._broker.takers[self._queue].remove(self)
