"""The deliveries' journey: claim what is due, send it in its channel's lane, record the attempt.

One thread keeps the outbox; each channel has a thread of its own that sends, one message after
the other, so that a broken or slow channel delays no other. A turn of the outbox records what
came back and claims what is due in one short transaction; what is due at once is claimed by the
transaction that accepts its article, and waits for no turn. Between sending and recording lies
the only window in which a crash can repeat a message; a repeat carries the same key.
"""

import queue
import random
import threading
import time
from collections.abc import Iterable, Mapping, Sequence

from wirewatch.alerts.policy import Policy
from wirewatch.clock import Clock
from wirewatch.durations import SLOW, Durations
from wirewatch.model import Attempt, Message
from wirewatch.notify.send import Channel
from wirewatch.pipeline.acts import Alone, OutboxTurn, Performer, TakeUp
from wirewatch.pipeline.lane import Lane
from wirewatch.pipeline.patience import Patience
from wirewatch.pulse import Pulses
from wirewatch.store.channels import next_due
from wirewatch.store.claims import claim, room
from wirewatch.store.database import Store, StoreUnavailableError, Transaction

_AHEAD = 16  # messages claimed for a lane at once: it never waits for a commit
_GATHER = 0.05  # seconds for which attempts may wait in a burst, to be recorded together
_IDLE = 5.0  # seconds after which the thread looks around, and says that it is well
_STOP = 4.0  # seconds that sending may still take when the process stops
_RETRY_STORE = 1.0  # seconds


class Deliveries:
    """The outbox at work: call `run` in a thread, or `drain` to send what is due and return."""

    def __init__(
        self,
        store: Store,
        channels: Mapping[str, Channel],
        patience: Patience,
        clock: Clock,
        pulses: Pulses | None = None,
    ) -> None:
        self._store = store
        self.performer: Performer = Alone(store)
        self._channels = channels
        self._patience = patience
        self._clock = clock
        self._pulses = pulses or Pulses()
        self.took: dict[str, Durations] = {}
        """How long sending took, by channel."""
        self._lanes: dict[str, Lane] = {}
        self._leaving: list[Lane] = []
        self._homeless: list[Message] = []
        self._settled = channels  # for which what waits for other ones is retired
        self._done: queue.SimpleQueue[Attempt] = queue.SimpleQueue()
        self._unrecorded: list[Attempt] = []
        self._failure: BaseException | None = None
        self._lanes_change = threading.Lock()
        self._ended = False
        self._wake = threading.Event()
        self._stopping = threading.Event()

    @property
    def channels(self) -> Mapping[str, Channel]:
        """Give the channels as they are now."""
        return self._channels

    @property
    def policies(self) -> Mapping[str, Policy]:
        """Give what each channel wants to hear and when."""
        return self._patience.policies

    def start(self) -> None:
        """Take up what an earlier process left; call it once, before `run` or `drain`."""
        self.performer.perform(TakeUp(self._clock(), tuple(self._channels)))

    def wake(self) -> None:
        """Tell that something is due."""
        self._wake.set()

    def stop(self) -> None:
        """Ask `run` to end."""
        self._stopping.set()
        self._wake.set()

    def run(self) -> None:
        """Deliver until asked to stop; then let what is being sent end, and record it.

        Raises what a lane died of, should one die: there is no half-dead outbox.
        """
        woken = True
        while not self._stopping.is_set() and not self._failure:
            woken = self._wake.wait(self._turn_or_wait(woken=woken))
            self._wake.clear()
        self._finish()
        if self._failure:
            raise self._failure

    def drain(self) -> None:
        """Deliver what is due now, each once, and return when all has been recorded."""
        while not self._failure:
            self.turn()
            if len(room(self._store.db, self._channels, 1)) == len(self._channels):
                break
            self._wake.wait(_GATHER)
            self._wake.clear()
        self._finish()
        if self._failure:
            raise self._failure

    def turn(self) -> None:
        """Record what came back and claim what is due, in one transaction; pass it to the lanes."""
        self._unrecorded += self._returned()
        self._unrecorded += self._given_up()
        homeless, channels = list(self._homeless), self._channels
        messages = self.performer.perform(self._next_turn(homeless, channels))
        if messages or self._unrecorded:
            self._pulses.moved("deliver")
        self._unrecorded = []
        self._settled = channels
        del self._homeless[: len(homeless)]
        self.put(messages)

    def _next_turn(
        self, homeless: Sequence[Message], channels: Mapping[str, Channel]
    ) -> OutboxTurn:
        """Say what there is to do, with what came back and what was given back."""
        changed = None
        if homeless or channels is not self._settled:
            changed = tuple(name for name in channels if channels[name] != self._settled.get(name))
        turn = self._closing(homeless, channels)
        return turn._replace(changed=changed, ahead=0 if self._stopping.is_set() else _AHEAD)

    def _closing(self, unsent: Sequence[Message], channels: Mapping[str, Channel]) -> OutboxTurn:
        """Say what is to be recorded and given back."""
        return OutboxTurn(
            self._clock(),
            self._patience,
            tuple(channels),
            tuple(self._unrecorded),
            random.getrandbits(32),
            tuple(message.delivery_id for message in unsent),
        )

    def claim(self, db: Transaction) -> list[Message]:
        """Claim what is due and finds room in its lane; `put` it when that is committed."""
        if self._stopping.is_set():
            return []
        free = room(db, self._channels, _AHEAD)
        patience = self._patience
        return claim(db, self._clock(), free, patience.policies, patience.gather_after)

    def replace(self, channels: Mapping[str, Channel], patience: Patience) -> None:
        """Go on with other channels. Safe to call from any thread.

        What a changed channel has been given already is still sent by its old lane; what waits
        for a channel that is gone is dead after the next turn.
        """
        with self._lanes_change:
            for name, lane in list(self._lanes.items()):
                if lane.channel != channels.get(name):
                    self._leaving.append(self._lanes.pop(name))
                    lane.leave()
            self._channels, self._patience = channels, patience
            self.wake()

    def put(self, messages: Iterable[Message]) -> None:
        """Pass claimed messages to the lanes. Safe to call from any thread.

        What comes after the end stays claimed, and the next start makes it due again. What was
        claimed for a channel that is gone meanwhile is given back.
        """
        with self._lanes_change:
            for message in messages if not self._ended else ():
                self._pass_on(message)

    def _pass_on(self, message: Message) -> None:
        """Give a message to its channel's lane, if there still is such a channel."""
        if message.channel in self._channels:
            self._lane(message.channel).put(message)
        else:
            self._homeless.append(message)
            self.wake()

    def _turn_or_wait(self, *, woken: bool = False) -> float:
        """Take a turn if there is, or may be, work; give the seconds until there is some."""
        try:
            due = None if woken else next_due(self._store.db, self._open_channels())
            overdue = any(lane.is_overdue() for lane in self._lanes.values())
            back = overdue or self._unrecorded or not self._done.empty()
            if woken or back or (due and due <= self._clock()):
                self.turn()
                due = next_due(self._store.db, self._open_channels())
        except StoreUnavailableError:
            self._pulses.held("deliver", "the store cannot be written")
            return _RETRY_STORE
        if due is None or due > self._clock():
            self._pulses.rests("deliver")
        else:
            self._pulses.works("deliver")
        longest = _GATHER if any(map(_is_busy, self._lanes.values())) else _IDLE
        if due is None:
            return longest
        return min(longest, max(0.0, (due - self._clock()).total_seconds()))

    def _open_channels(self) -> Iterable[str]:
        """Name the channels whose lanes have room for more."""
        return room(self._store.db, self._channels, _AHEAD)

    def _returned(self) -> list[Attempt]:
        """Take the attempts that the lanes have made."""
        attempts = []
        while not self._done.empty():
            attempts.append(self._done.get())
        return attempts

    def _given_up(self) -> list[Attempt]:
        """Replace lanes whose service neither answers nor fails; give the attempts they made."""
        attempts = []
        with self._lanes_change:
            for lane in [*self._lanes.values(), *self._leaving]:
                attempt = lane.give_up_if_overdue()
                if attempt:
                    attempts.append(attempt)
                    self._forget(lane)
        return attempts

    def _forget(self, lane: Lane) -> None:
        """Take out a lane that was given up; what it had not begun goes to its successor."""
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
            channel = self._channels[name]
            took = self.took.setdefault(name, Durations(SLOW))
            lane = Lane(channel, self._clock, self._sent, self._failed, took)
            self._lanes[name] = lane
        return lane

    def _failed(self, error: BaseException) -> None:
        """Note that a lane died."""
        self._failure = error
        self._wake.set()

    def _sent(self, attempt: Attempt) -> None:
        """Take back an attempt from a lane."""
        self._done.put(attempt)
        lane = self._lanes.get(attempt.channel)
        if lane is None or not _is_busy(lane):
            self._wake.set()  # else the turn that is due in a moment records it with others

    def _finish(self) -> None:
        """End the lanes after the message that each is sending, and record what came of those.

        What a lane had not begun is given back; what one still hangs on stays claimed, and the next
        start makes it due again.
        """
        with self._lanes_change:
            self._ended = True
            lanes = [*self._lanes.values(), *self._leaving]
        for lane in lanes:
            lane.stop()
        deadline = time.monotonic() + _STOP
        for lane in lanes:
            lane.join(max(0.0, deadline - time.monotonic()))
        self._unrecorded += self._returned()
        unsent = self._homeless + [message for lane in lanes for message in lane.unsent]
        try:
            self.performer.perform(self._closing(unsent, self._channels))
        except StoreUnavailableError:
            return  # they go again at the next start, marked as possible repeats
        self._unrecorded = []
        self._lanes.clear()


def _is_busy(lane: Lane) -> bool:
    """Tell whether a lane has enough to do for its attempts to be recorded together."""
    return lane.waiting() > _AHEAD // 2
