"""The lanes of all channels: what is claimed goes into them, and what comes of it comes back.

Safe to call from any thread.
"""

import math
import queue
import threading
import time
from collections.abc import Callable, Iterable, Mapping

from wirewatch.clock import Clock
from wirewatch.durations import SLOW, Durations
from wirewatch.model import Attempt, Message
from wirewatch.notify.send import Channel
from wirewatch.pipeline.lane import Lane

AHEAD = 16
"""Messages claimed for a lane at once: it never waits for a commit."""


class Lanes:
    """The lanes that there are; `woken` is called when there is something to do."""

    def __init__(
        self, channels: Mapping[str, Channel], clock: Clock, woken: Callable[[], None]
    ) -> None:
        self.channels = channels
        self.took: dict[str, Durations] = {}
        """How long sending took, by channel."""
        self.done: queue.SimpleQueue[Attempt] = queue.SimpleQueue()
        """What was attempted and is not taken back yet."""
        self.failure: BaseException | None = None
        """What a lane died of."""
        self._clock = clock
        self._woken = woken
        self._lanes: dict[str, Lane] = {}
        self._leaving: list[Lane] = []
        self._homeless: list[Message] = []
        self._until: dict[int, float] = {}  # when claims end that do
        self._ended = False
        self._lock = threading.Lock()

    def put(self, messages: Iterable[Message], until: float = math.inf) -> None:
        """Pass claimed messages to the lanes; none is begun after a moment of `time.monotonic`.

        What comes after the end stays claimed, and the next start makes it due again. What was
        claimed for a channel that is gone meanwhile is given back. What is claimed anew is not
        given back for an earlier claim: it would be claimed once more while it is sent.
        """
        fresh = {message.delivery_id: message for message in messages}
        with self._lock:
            self._homeless = [one for one in self._homeless if one.delivery_id not in fresh]
            for message in fresh.values() if not self._ended else ():
                if until < math.inf:
                    self._until[message.delivery_id] = until
                self._pass_on(message)

    def give_back(self, messages: Iterable[Message]) -> None:
        """Take claims that no lane is to have, for the next turn to give back."""
        with self._lock:
            self._homeless += messages if not self._ended else ()
        self._woken()

    def replace(self, channels: Mapping[str, Channel]) -> None:
        """Go on with other channels; what a changed one has been given, its old lane sends."""
        with self._lock:
            for name, lane in list(self._lanes.items()):
                if lane.channel != channels.get(name):
                    self._leaving.append(self._lanes.pop(name))
                    lane.leave()
            self.channels = channels

    def drop(self) -> None:
        """Begin no message any more; what the lanes still have is forgotten."""
        with self._lock:
            for lane in self._lanes.values():
                lane.stop()
            self._lanes.clear()
            self._homeless.clear()
            self._until.clear()

    def attempts(self) -> list[Attempt]:
        """Take the attempts that were made; those too of lanes that hang, which are replaced."""
        attempts = []
        while not self.done.empty():
            attempts.append(self.done.get())
        with self._lock:
            for lane in [*self._lanes.values(), *self._leaving]:
                attempt = lane.give_up_if_overdue()
                if attempt:
                    attempts.append(attempt)
                    self._forget(lane)
        return attempts

    def homeless(self) -> list[Message]:
        """Give what was claimed and has no lane, until `housed`."""
        return list(self._homeless)

    def housed(self, given_back: Iterable[Message]) -> None:
        """Note that some without a lane were given back."""
        known = set(map(id, given_back))
        with self._lock:
            self._homeless = [one for one in self._homeless if id(one) not in known]

    def have_news(self) -> bool:
        """Tell whether there are attempts to take back."""
        overdue = any(lane.is_overdue() for lane in self._lanes.values())
        return overdue or not self.done.empty()

    def is_busy(self) -> bool:
        """Tell whether a lane has enough to do for its attempts to be recorded together."""
        return any(map(_is_busy, self._lanes.values()))

    def end(self, patience: float) -> list[Message]:
        """End the lanes after the message that each is sending; give what they had not begun."""
        with self._lock:
            self._ended = True
            lanes = [*self._lanes.values(), *self._leaving]
        for lane in lanes:
            lane.stop()
        deadline = time.monotonic() + patience
        for lane in lanes:
            lane.join(max(0.0, deadline - time.monotonic()))
        return self._homeless + [message for lane in lanes for message in lane.unsent]

    def _pass_on(self, message: Message) -> None:
        """Give a message to its channel's lane, if there still is such a channel."""
        if message.channel in self.channels:
            self._lane(message.channel).put(message)
        else:
            self._homeless.append(message)
            self._woken()

    def _may_send(self, message: Message) -> bool:
        """Tell whether the claim on a message still holds; where not, it is given back."""
        if time.monotonic() <= self._until.pop(message.delivery_id, math.inf):
            return True
        with self._lock:
            self._homeless.append(message)
        self._woken()
        return False

    def _forget(self, lane: Lane) -> None:
        """Take out a lane that was given up; what it had not begun goes to its successor.

        One that was leaving has none.
        """
        name = lane.channel.name
        if self._lanes.get(name) is lane:
            del self._lanes[name]
        else:
            self._leaving.remove(lane)
        for message in lane.unsent:
            self._pass_on(message)

    def _lane(self, name: str) -> Lane:
        """Give a channel's lane, made when it is first needed."""
        lane = self._lanes.get(name)
        if lane is None:
            channel = self.channels[name]
            took = self.took.setdefault(name, Durations(SLOW))
            lane = Lane(channel, self._clock, self._sent, self._failed, took)
            lane.may_send = self._may_send
            self._lanes[name] = lane
        return lane

    def _failed(self, error: BaseException) -> None:
        """Note that a lane died."""
        self.failure = error
        self._woken()

    def _sent(self, attempt: Attempt) -> None:
        """Take back an attempt from a lane."""
        self.done.put(attempt)
        lane = self._lanes.get(attempt.channel)
        if lane is None or not _is_busy(lane):
            self._woken()  # else the turn that is due in a moment records it with others


def _is_busy(lane: Lane) -> bool:
    """Tell whether a lane has enough to do for its attempts to be recorded together."""
    return lane.waiting() > AHEAD // 2
