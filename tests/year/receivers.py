"""The receivers: whom the desk tells, how their services fare over the year, and what they got.

It stands in for the network: `Network.line` takes the place of a channel's lane, without a thread.
"""

import heapq
import itertools
import random
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from wirewatch.clock import Clock
from wirewatch.model import Attempt, Message
from wirewatch.notify.render import render
from wirewatch.notify.send import Channel
from wirewatch.states import DeliveryReason, MessageFormat

TIMEOUT = 15.0  # seconds
_QUICK = 0.25  # seconds in which a healthy service answers
_SAMPLED = 10  # one message of so many is put into words
_LOST = 0.004  # of the messages to a healthy service: they arrive, and the answer does not


def is_bad(delivery: int) -> bool:
    """Tell whether a service takes no message with this alert in it."""
    return delivery % 601 == 7


class Weather(StrEnum):
    """How a service fares."""

    UP = "up"
    SLOW = "slow"
    DOWN = "down"
    HANGING = "hanging"
    REFUSING = "refusing"
    THROTTLING = "throttling"


FAILING = frozenset({Weather.DOWN, Weather.HANGING, Weather.REFUSING, Weather.THROTTLING})


class Spell(NamedTuple):
    """A time in which a service fares otherwise than well."""

    begin: datetime
    end: datetime
    weather: Weather


class Receipt(NamedTuple):
    """A message that a receiver got: `claimed` is when the outbox let it go."""

    at: datetime
    claimed: datetime
    channel: str
    key: str
    members: tuple[tuple[int, str, bool], ...]
    """Each alert's delivery, with its own reference and whether it may be a repeat."""
    marked: bool
    acknowledged: bool
    text: str


class Claim(NamedTuple):
    """A message that the outbox has let go, for its line to send."""

    at: datetime
    channel: str
    key: str
    deliveries: tuple[int, ...]


@dataclass
class Service:
    """One channel's service."""

    spells: list[Spell] = field(default_factory=list)

    def spell(self, at: datetime) -> Spell | None:
        """Give the bad spell of a moment, if there is one."""
        number = bisect_right(self.spells, at, key=lambda spell: spell.begin) - 1
        found = self.spells[number] if number >= 0 else None
        return found if found and at < found.end else None

    def was_well(self, begin: datetime, end: datetime) -> timedelta:
        """Give for how long between two moments nothing kept it from taking messages."""
        failed = sum(
            (min(one.end, end) - max(one.begin, begin)
             for one in self.spells
             if one.weather in FAILING and one.begin < end and one.end > begin),
            timedelta(),
        )  # fmt: skip
        return end - begin - failed


def spells_of(
    rng: random.Random, begin: datetime, days: int, dying: datetime | None
) -> list[Spell]:
    """Make the bad spells of a service: minutes mostly, now and then days."""
    spells = []
    at = begin + timedelta(days=rng.expovariate(1 / 20))
    while at < begin + timedelta(days=days):
        lasts = timedelta(hours=rng.choice((0.05, 0.2, 1, 3, 8, 26, 50)) * rng.uniform(0.5, 1.2))
        weather = rng.choice([one for one in Weather if one is not Weather.UP])
        spells.append(Spell(at, at + lasts, weather))
        at += lasts + timedelta(days=rng.expovariate(1 / 25))
    if dying:
        end = dying + timedelta(days=5)
        spells = [one for one in spells if one.end < dying or one.begin > end]
        spells.append(Spell(dying, end, Weather.DOWN))
    return sorted(spells)


class Line:
    """What takes the messages of one channel, one after the other, as a lane does."""

    def __init__(
        self, network: "Network", channel: Channel, sent: Callable[[Attempt], None]
    ) -> None:
        self.channel = channel
        self.unsent: list[Message] = []
        self._network = network
        self._sent = sent
        self._queue: deque[tuple[Message, datetime]] = deque()
        self._answer: tuple[datetime, Attempt] | None = None
        self._is_cut = False

    def put(self, message: Message) -> None:
        """Queue a message."""
        if not self._queue and self._answer is None:
            self._network.at(self._network.clock(), self._begin)
        self._queue.append((message, self._network.clock()))
        members = tuple(one.delivery_id for one in message.gathered or (message,))
        claim = Claim(self._network.clock(), message.channel, message.key, members)
        self._network.claims.append(claim)

    def waiting(self) -> int:
        """Count the messages that wait to be sent."""
        return len(self._queue)

    def cut(self) -> None:
        """End as a process ends that is killed."""
        self._is_cut = True

    def stop(self) -> None:
        """End after the message that is being sent; the others become `unsent`."""
        self.unsent += [message for message, _ in self._queue]
        self._queue.clear()

    def leave(self) -> None:
        """End after all messages: as it is, since nobody puts more."""

    def join(self, timeout: float) -> None:
        """Wait so many seconds for the answer to what is being sent."""
        if self._answer:
            at, attempt = self._answer
            if at <= self._network.clock() + timedelta(seconds=timeout):
                self._sent(attempt)
        self.cut()

    def is_overdue(self) -> bool:
        """Tell whether it hangs: services here answer or time out."""
        return False

    def give_up_if_overdue(self) -> None:
        """Nothing to give up."""

    def _begin(self) -> None:
        """Send the next message: it arrives now, or not, and the answer comes later."""
        if self._is_cut or not self._queue:
            return
        message, claimed = self._queue.popleft()
        attempt = self._network.deliver(message, claimed)
        at = attempt.at
        self._answer = at, attempt
        self._network.at(at, self._end)

    def _end(self) -> None:
        """Hand back what came of a message, and go on."""
        if self._is_cut or self._answer is None:
            return
        attempt = self._answer[1]
        self._answer = None
        self._sent(attempt)
        self._begin()


class Network:
    """All receivers, and what is under way to them."""

    def __init__(self, rng: random.Random, clock: Clock, services: dict[str, Service]) -> None:
        self.clock = clock
        self.services = services
        self.claims: list[Claim] = []
        self.receipts: list[Receipt] = []
        self.lines: list[Line] = []
        self._rng = rng
        self._due: list[tuple[datetime, int, Callable[[], None]]] = []
        self._numbers = itertools.count()

    def line(
        self,
        channel: Channel,
        _clock: Clock,
        sent: Callable[[Attempt], None],
        _failed: object,
        _took: object,
    ) -> Line:
        """Open a line to a channel's service, in the place of a lane."""
        self.lines.append(Line(self, channel, sent))
        return self.lines[-1]

    def at(self, moment: datetime, what: Callable[[], None]) -> None:
        """Let something happen later."""
        heapq.heappush(self._due, (moment, next(self._numbers), what))

    def next(self) -> datetime | None:
        """Give when something happens next."""
        return self._due[0][0] if self._due else None

    def happen(self) -> None:
        """Let all happen that is due."""
        while self._due and self._due[0][0] <= self.clock():
            heapq.heappop(self._due)[2]()

    def is_busy(self) -> bool:
        """Tell whether anything is under way."""
        return bool(self._due)

    def cut(self) -> None:
        """Cut all lines, as the process at their end died."""
        for line in self.lines:
            line.cut()
        self.lines.clear()
        self._due.clear()

    def deliver(self, message: Message, claimed: datetime) -> Attempt:
        """Bring a message to its receiver, if that is to be; give what the sender will hear."""
        now = self.clock()
        spell = self.services[message.channel].spell(now)
        weather = spell.weather if spell else Weather.UP
        reason, seconds, arrives = self._fate(weather)
        refused = any(is_bad(one.delivery_id) for one in message.gathered or (message,))
        if arrives and refused:
            reason, seconds, arrives = DeliveryReason.REFUSED_BY_SERVICE, _QUICK, False
        if arrives:
            self._receive(message, claimed, acknowledged=reason is None)
        return Attempt(
            message.delivery_id,
            message.channel,
            now + timedelta(seconds=seconds),
            reason is None,
            seconds * 1000,
            reason,
            retry_after=90.0 if weather is Weather.THROTTLING else None,
        )

    def _fate(self, weather: Weather) -> tuple[DeliveryReason | None, float, bool]:
        """Say how a message fares: why it fails if it does, in how many seconds, and if it comes."""
        chance = self._rng.random()
        if weather is Weather.DOWN:
            return DeliveryReason.UNREACHABLE, _QUICK, False
        if weather is Weather.REFUSING:
            return DeliveryReason.REFUSED_BY_SERVICE, _QUICK, False
        if weather is Weather.THROTTLING:
            return DeliveryReason.THROTTLED, _QUICK, False
        if weather is Weather.HANGING or chance < _LOST:
            return DeliveryReason.TIMEOUT, TIMEOUT, chance < _LOST
        return None, 2 + 12 * chance if weather is Weather.SLOW else _QUICK, True

    def _receive(self, message: Message, claimed: datetime, *, acknowledged: bool) -> None:
        """Note what a receiver got; of some messages as they are in words."""
        members: Iterable[Message] = message.gathered or (message,)
        text = ""
        if len(self.receipts) % _SAMPLED == 0:
            form = list(MessageFormat)[len(self.receipts) // _SAMPLED % len(MessageFormat)]
            text = render(message, form).body
        self.receipts.append(
            Receipt(
                self.clock(),
                claimed,
                message.channel,
                message.key,
                tuple((one.delivery_id, one.key, one.repeat_possible) for one in members),
                message.repeat_possible,
                acknowledged,
                text,
            )
        )
