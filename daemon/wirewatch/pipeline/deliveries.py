"""The deliveries' journey: claim what is due, send it in its channel's lane, record the attempt.

One thread keeps the outbox; each channel has a thread of its own that sends, one message after
the other, so that a broken or slow channel delays no other. A turn of the outbox records what
came back and claims what is due in one short transaction; what is due at once is claimed by the
transaction that accepts its article, and waits for no turn. Between sending and recording lies
the only window in which a crash can repeat a message; a repeat carries the same key.
"""

import math
import random
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence

from wirewatch.alerts.policy import Policy
from wirewatch.clock import Clock
from wirewatch.durations import Durations
from wirewatch.model import Attempt, Message
from wirewatch.notify.send import Channel
from wirewatch.pipeline.acts import Alone, OutboxTurn, Performer, TakeUp
from wirewatch.pipeline.lanes import AHEAD, Lanes
from wirewatch.pipeline.mandate import Mandate
from wirewatch.pipeline.patience import Patience
from wirewatch.pulse import Pulses
from wirewatch.store.channels import next_due
from wirewatch.store.claims import claim, room
from wirewatch.store.database import Store, StoreUnavailableError, Transaction

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
        self.mandate: Callable[[], Mandate] = Mandate
        self._patience = patience
        self._clock = clock
        self._pulses = pulses or Pulses()
        self._settled = channels  # for which what waits for other ones is retired
        self._unrecorded: list[Attempt] = []
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self.finished = threading.Event()
        """Set when all is recorded, after the end."""
        self._lanes = Lanes(channels, clock, self.wake)

    @property
    def channels(self) -> Mapping[str, Channel]:
        """Give the channels as they are now."""
        return self._lanes.channels

    @property
    def took(self) -> Mapping[str, Durations]:
        """Give how long sending took, by channel."""
        return self._lanes.took

    @property
    def policies(self) -> Mapping[str, Policy]:
        """Give what each channel wants to hear and when."""
        return self._patience.policies

    def start(self) -> None:
        """Take up what an earlier process left; call it once, before `run` or `drain`."""
        self.performer.perform(TakeUp(self._clock(), tuple(self.channels)))

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
        while not self._stopping.is_set() and not self._lanes.failure:
            woken = self._wake.wait(self._turn_or_wait(woken=woken))
            self._wake.clear()
        self._finish()
        self.finished.set()
        if self._lanes.failure:
            raise self._lanes.failure

    def drain(self) -> None:
        """Deliver what is due now, each once, and return when all has been recorded."""
        while not self._lanes.failure:
            self.turn()
            if len(room(self._store.db, self.channels, 1)) == len(self.channels):
                break
            self._wake.wait(_GATHER)
            self._wake.clear()
        self._finish()
        if self._lanes.failure:
            raise self._lanes.failure

    def turn(self) -> None:
        """Record what came back and claim what is due, in one transaction; pass it to the lanes."""
        self._unrecorded += self._lanes.attempts()
        homeless, channels = self._lanes.homeless(), self.channels
        until = time.monotonic() + self.mandate().lease
        messages = self.performer.perform(self._next_turn(homeless, channels))
        if messages or self._unrecorded:
            self._pulses.moved("deliver")
        self._unrecorded = []
        self._settled = channels
        self._lanes.housed(homeless)
        self.put(messages, until)

    def _next_turn(
        self, homeless: Sequence[Message], channels: Mapping[str, Channel]
    ) -> OutboxTurn:
        """Say what there is to do, with what came back and what was given back."""
        changed = None
        if homeless or channels is not self._settled:
            changed = tuple(name for name in channels if channels[name] != self._settled.get(name))
        turn = self._closing(homeless, channels)
        return turn._replace(changed=changed, ahead=0 if self._stopping.is_set() else AHEAD)

    def _closing(self, unsent: Sequence[Message], channels: Mapping[str, Channel]) -> OutboxTurn:
        """Say what is to be recorded and given back."""
        return OutboxTurn(
            self._clock(),
            self._patience,
            tuple(channels),
            tuple(self._unrecorded),
            random.getrandbits(32),
            tuple(message.delivery_id for message in unsent),
            epoch=self.mandate().epoch,
        )

    def claim(self, db: Transaction) -> list[Message]:
        """Claim what is due and finds room in its lane; `put` it when that is committed."""
        if self._stopping.is_set():
            return []
        free = room(db, self.channels, AHEAD)
        patience = self._patience
        return claim(db, self._clock(), free, patience.policies, patience.gather_after)

    def replace(self, channels: Mapping[str, Channel], patience: Patience) -> None:
        """Go on with other channels. Safe to call from any thread.

        What a changed channel has been given already is still sent by its old lane; what waits
        for a channel that is gone is dead after the next turn.
        """
        self._lanes.replace(channels)
        self._patience = patience
        self.wake()

    def put(self, messages: Iterable[Message], until: float = math.inf) -> None:
        """Pass claimed messages to the lanes, where it is still ours to send them.

        None is begun after a moment of `time.monotonic`. Safe to call from any thread.
        """
        if self.mandate().held:
            self._lanes.put(messages, until)

    def give_back(self, messages: Iterable[Message]) -> None:
        """Let the next turn give claims back that came too late. Safe to call from any thread."""
        if self.mandate().held:
            self._lanes.give_back(messages)

    def _turn_or_wait(self, *, woken: bool = False) -> float:
        """Take a turn if there is, or may be, work; give the seconds until there is some."""
        try:
            if not self.mandate().held:
                return self._stand_by()
            due = None if woken else next_due(self._store.db, self._open_channels())
            back = self._unrecorded or self._lanes.have_news()
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
        longest = _GATHER if self._lanes.is_busy() else _IDLE
        if due is None:
            return longest
        return min(longest, max(0.0, (due - self._clock()).total_seconds()))

    def _stand_by(self) -> float:
        """Send nothing; what was told before is still made known. Gives the seconds to wait."""
        self._lanes.drop()
        self._unrecorded += self._lanes.attempts()
        if self._unrecorded:
            self.performer.perform(self._closing([], self.channels))
            self._unrecorded = []
        self._pulses.rests("deliver")
        return _IDLE

    def _open_channels(self) -> Iterable[str]:
        """Name the channels whose lanes have room for more."""
        return room(self._store.db, self.channels, AHEAD)

    def _finish(self) -> None:
        """End the lanes after the message that each is sending, and record what came of those.

        What a lane had not begun is given back; what one still hangs on stays claimed, and the next
        start makes it due again.
        """
        unsent = self._lanes.end(_STOP)
        self._unrecorded += self._lanes.attempts()
        if not (self.mandate().held or self._unrecorded):
            return
        try:
            self.performer.perform(self._closing(unsent, self.channels))
        except StoreUnavailableError:
            return  # they go again at the next start, marked as possible repeats
        self._unrecorded = []
