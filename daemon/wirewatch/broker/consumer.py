"""A subscription to a queue: what it hands out waits here until somebody takes it."""

import threading
import time
from collections import deque
from collections.abc import Callable, Coroutine, Iterable
from typing import TYPE_CHECKING, Any

from wirewatch.broker.client import parcel
from wirewatch.broker.letter import Parcel
from wirewatch.broker.receipts import Receipts

if TYPE_CHECKING:
    from wirewatch.broker.client import Channel, Connection
    from wirewatch.broker.line import Line

Done = Callable[[Coroutine[Any, Any, None]], None]
"""Has something done in the link's thread, and waits for it; when it fails, that is all."""


class Consumer:
    """Hands out a queue's letters, as parcels that want to be acknowledged.

    A subscription ends with its channel, never by itself: a queue with one taker at a time would
    hand what comes after to the next one, before what this one has in hand.
    """

    def __init__(self, queue: str, prefetch: int, done: Done) -> None:
        self.queue = queue
        self._prefetch = prefetch
        self._done = done
        self._changed = threading.Condition()
        self._waiting: deque[Parcel] = deque()
        self._receipts = Receipts()
        self._session = 0  # while there is no connection
        self._woken = False
        self._closed = False
        self._channel: Channel | None = None
        self._forget: Callable[[], None] | None = None

    def take(self, most: int, seconds: float) -> list[Parcel]:
        """Wait for a first parcel, and give what is there then, `most` at the most.

        Gives none when the time is over, when the link is lost meanwhile, and when woken.
        """
        until = time.monotonic() + seconds
        with self._changed:
            session = self._session
            while not self._waiting and not self._woken and not self._closed:
                left = until - time.monotonic()
                lost = session and session != self._session
                if lost or left <= 0 or not self._changed.wait(left):
                    break
                session = session or self._session
            self._woken = False
            return [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]

    def acknowledge(self, parcels: Iterable[Parcel]) -> None:
        """Tell that parcels are done with; it is on its way when this ends.

        What an earlier connection handed out is left alone: it comes again.
        """
        with self._changed:
            channel, session = self._channel, self._session
            tags = [one.tag for one in parcels if one.session == session]
            told = self._receipts.acknowledge(tags)
        if told and channel is not None:
            self._done(_tell(channel, told))

    def wake(self) -> None:
        """End the wait of whoever takes, or the next one."""
        with self._changed:
            self._woken = True
            self._changed.notify_all()

    def close(self) -> None:
        """End the subscription; what was not acknowledged goes back, as it was."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._changed.notify_all()
        self._done(self._leave())

    @property
    def closed(self) -> bool:
        """Tell whether it was ended."""
        return self._closed

    @property
    def session(self) -> int:
        """Give the connection that it is subscribed on; 0 where there is none."""
        return self._session

    async def begin(self, connection: "Connection", line: "Line", session: int, queue: str) -> None:
        """Subscribe; called in the link's thread for each new connection."""
        channel = await connection.channel(publisher_confirms=False)
        self._forget = line.mind(channel, f"queue {queue}")
        await channel.set_qos(self._prefetch)
        with self._changed:
            self._channel, self._session, self._receipts = channel, session, Receipts()
            self._changed.notify_all()
        wire = await channel.get_underlay_channel()
        wire.on_consumer_cancel_callbacks.add(
            lambda _: line.lose(f"queue {queue}: the broker ended the subscription")
        )

        async def arrived(delivered: Any) -> None:  # noqa: ANN401 - the library's own
            self._keep(parcel(delivered, session))

        await wire.basic_consume(queue, arrived)

    def end(self, *, for_good: bool = False) -> None:
        """Forget a lost connection: what it handed out goes back."""
        with self._changed:
            self._closed |= for_good
            self._channel, self._session = None, 0
            self._waiting.clear()
            self._changed.notify_all()

    def _keep(self, one: Parcel) -> None:
        """Keep a parcel for whoever takes it."""
        with self._changed:
            if one.session == self._session and not self._closed:
                self._waiting.append(one)
                self._changed.notify()

    async def _leave(self) -> None:
        """Close the channel, which is no loss."""
        channel, self._channel = self._channel, None
        if channel is not None and self._forget is not None:
            self._forget()
            await channel.close()


async def _tell(channel: "Channel", told: list[tuple[int, bool]]) -> None:
    """Send acknowledgements, and wait until the last is on its way."""
    wire = await channel.get_underlay_channel()
    last = len(told) - 1
    for number, (tag, all_before) in enumerate(told):
        await wire.basic_ack(tag, all_before, wait=number == last)
