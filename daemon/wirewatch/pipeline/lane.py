"""A lane: the thread of one channel, in which its messages go out one after the other.

It keeps the time itself. Apprise would do that in a pool that all services share, where a few
that hang hold up all the others.
"""

import queue
import threading
import time
from collections.abc import Callable

from wirewatch.clock import Clock
from wirewatch.durations import SLOW, Durations
from wirewatch.model import Attempt, Message
from wirewatch.notify.send import Channel, Sender
from wirewatch.pipeline.journal import tell_attempt
from wirewatch.states import DeliveryReason

_GRACE = 5.0  # seconds beyond a channel's timeout: connections keep that one themselves


class Lane:
    """One channel's thread; `sent` and `failed` are called from it, `took` counts its time."""

    def __init__(
        self,
        channel: Channel,
        clock: Clock,
        sent: Callable[[Attempt], None],
        failed: Callable[[BaseException], None],
        took: Durations | None = None,
    ) -> None:
        self.channel = channel
        self._clock = clock
        self._sender = Sender(channel, clock, self._went_on)
        self._sent = sent
        self._failed = failed
        self._took = took or Durations(SLOW)
        self.may_send: Callable[[Message], bool] = _always
        self._stopping = False
        self._messages: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self._sending: tuple[Message, float] | None = None
        self._given_up = False
        self._lock = threading.Lock()
        self.unsent: list[Message] = []
        self._thread = threading.Thread(target=self._run, name=f"lane-{channel.name}", daemon=True)
        self._thread.start()

    def put(self, message: Message) -> None:
        """Queue a message."""
        self._messages.put(message)

    def waiting(self) -> int:
        """Count the messages that wait to be sent."""
        return self._messages.qsize()

    def stop(self) -> None:
        """Ask the lane to end after the message it is sending; the others become `unsent`."""
        self._stopping = True
        self._messages.put(None)

    def leave(self) -> None:
        """Ask the lane to end after all the messages that it has."""
        self._messages.put(None)

    def join(self, timeout: float) -> None:
        """Wait for the end."""
        self._thread.join(timeout)

    def is_overdue(self) -> bool:
        """Tell whether a message has been under way for longer than the channel may take."""
        sending = self._sending
        patience = self.channel.timeout + _GRACE
        return sending is not None and time.monotonic() - sending[1] > patience

    def give_up_if_overdue(self) -> Attempt | None:
        """End a lane that hangs; give the attempt that it was making, and leave the rest `unsent`.

        The thread itself cannot be ended; whatever it may still come back with is not heard.
        """
        with self._lock:
            if not self.is_overdue() or self._sending is None:
                return None
            message, begun = self._sending
            self._sending = None
            self._given_up = True
        while not self._messages.empty():
            left = self._messages.get()
            if left is not None:
                self.unsent.append(left)
        attempt = Attempt(
            message.delivery_id,
            self.channel.name,
            self._clock(),
            False,
            (time.monotonic() - begun) * 1000,
            DeliveryReason.TIMEOUT,
            error="no answer in time",
        )
        tell_attempt(message, attempt)
        return attempt

    def _run(self) -> None:
        """Send until asked to stop."""
        try:
            while (message := self._next()) is not None:
                if self._stopping:
                    self.unsent.append(message)
                elif self.may_send(message) and not self._send(message):
                    return
        except BaseException as error:  # noqa: BLE001 - the top of a thread: its end ends the outbox
            self._failed(error)

    def _next(self) -> Message | None:
        """Wait for a message, ready to send it."""
        if self._messages.empty():
            self._sender.prepare()
        return self._messages.get()

    def _went_on(self) -> None:
        """Give a message of many parts the time for the next one."""
        with self._lock:
            if self._sending is not None and not self._given_up:
                self._sending = (self._sending[0], time.monotonic())

    def _send(self, message: Message) -> bool:
        """Send one message; tell whether the lane is still wanted."""
        self._sending = (message, time.monotonic())
        attempt = self._sender.send(message)
        self._took.note(attempt.milliseconds / 1000)
        with self._lock:
            wanted = not self._given_up
            if wanted:
                self._sending = None
                self._sent(attempt)
        if wanted:
            tell_attempt(message, attempt)
        return wanted


def _always(_message: Message) -> bool:
    """Let every message go."""
    return True
