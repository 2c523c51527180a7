"""The link to the broker, as the daemon's threads see it: plain calls, which wait."""

import asyncio
import concurrent.futures
import contextlib
import threading
from collections.abc import Coroutine, Iterable, Sequence
from typing import Any, TypeVar

from wirewatch.broker.access import Access, BrokerError, BrokerUnavailableError
from wirewatch.broker.client import errors
from wirewatch.broker.consumer import Consumer
from wirewatch.broker.letter import Letter, Parcel
from wirewatch.broker.pair import Pair
from wirewatch.broker.topology import Declared

_T = TypeVar("_T")
_PATIENCE = 5.0  # seconds for what the broker does at once
_MARGIN = 5.0  # seconds more for the link's own thread, which keeps to the time itself
_CLOSING = 15.0


class Link:
    """A broker, for as long as it is open: lost connections are made anew.

    `declared` is declared on each new connection, before anything else. Every call can be made
    from any thread.
    """

    def __init__(self, access: Access, name: str, declared: Sequence[Declared] = ()) -> None:
        self.name = name
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ending = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name=f"link-{name}", daemon=True)
        self._begun = threading.Event()
        self._changed = threading.Condition()
        self._pair = Pair(access, name, tuple(declared), self._noted)

    def open(self) -> None:
        """Start to connect; what fails is tried again. Raises BrokerError without the library."""
        errors()  # which loads it
        self._thread.start()
        self._begun.wait(_PATIENCE)

    def close(self) -> None:
        """End it: what was taken and not acknowledged goes back. Nobody waits any longer."""
        if self._loop is None:
            return
        with contextlib.suppress(RuntimeError):  # it has ended
            self._loop.call_soon_threadsafe(self._ending.set)
        self._thread.join(_CLOSING)

    @property
    def connected(self) -> bool:
        """Tell whether letters can be published and taken."""
        return self._pair.connected

    @property
    def blocked(self) -> str:
        """Say why the broker takes nothing from us although we are connected; "" where it does."""
        return self._pair.blocked

    @property
    def trouble(self) -> str:
        """Say why there is no connection; "" where there is."""
        return self._pair.trouble

    def wait(self, seconds: float) -> bool:
        """Wait until it is connected. Tells whether it is."""
        with self._changed:
            return self._changed.wait_for(lambda: self.connected, seconds)

    def publish(self, exchange: str, key: str, letters: Sequence[Letter], patience: float) -> None:
        """Publish letters in their order, and wait until all are confirmed.

        Raises BrokerUnavailableError when they are not, for whatever reason: then some may lie
        there and others not. Whoever tries again has to begin with the first of them.
        """
        self._call(self._pair.publish((exchange, key), letters, patience), patience)

    def consume(self, queue: str, prefetch: int) -> Consumer:
        """Subscribe to a queue, now and after each reconnect; `prefetch` parcels in advance.

        All who take from a queue with one taker at a time must have the same `prefetch`: what
        one had in hand must find room in the hands of the next, else its order is lost.
        Raises BrokerUnavailableError when the link is not open.
        """
        consumer = Consumer(queue, prefetch, self._quietly)
        self._call(self._pair.subscribe(consumer), _PATIENCE)
        return consumer

    def depths(self, queues: Iterable[str]) -> dict[str, tuple[int, int] | None]:
        """Count what is ready and who takes, by queue; None for one that is not there.

        Raises BrokerUnavailableError.
        """
        return self._call(self._pair.depths(tuple(queues)), _PATIENCE)

    def delete(self, queues: Iterable[str]) -> None:
        """Delete queues with all that lies in them; they need not be there.

        Raises BrokerUnavailableError.
        """
        self._call(self._pair.delete(tuple(queues)), _PATIENCE)

    def ask(
        self, exchange: str, key: str, letter: Letter, seconds: float, most: int = 0
    ) -> list[Letter]:
        """Ask, and give all answers that come in time; when `most` have come, no more.

        Raises BrokerUnavailableError.
        """
        return self._call(self._pair.ask((exchange, key), letter, seconds, most), seconds)

    def answer(self, asked: Parcel, letter: Letter) -> None:
        """Answer what was asked; who asked may have gone. Raises BrokerUnavailableError."""
        self._call(self._pair.answer(asked, letter), _PATIENCE)

    def drop(self) -> None:
        """Lose the connections: all that was taken and not acknowledged goes back."""
        self._quietly(self._pair.drop())

    def _run(self) -> None:
        """Be the link's own thread."""
        asyncio.run(self._live())

    async def _live(self) -> None:
        """Keep the connections until it is to end."""
        self._loop = asyncio.get_running_loop()
        self._begun.set()
        await self._pair.keep(self._ending)

    def _noted(self) -> None:
        """Wake who waits for the connections."""
        with self._changed:
            self._changed.notify_all()

    def _quietly(self, work: Coroutine[Any, Any, None]) -> None:
        """Have something done; when it cannot be, that is all."""
        with contextlib.suppress(BrokerError):
            self._call(work, _PATIENCE)

    def _call(self, work: Coroutine[Any, Any, _T], seconds: float) -> _T:
        """Have something done in the link's thread, and give what came of it.

        Raises BrokerUnavailableError where it cannot be done, and what it raises itself.
        """
        if self._loop is None or self._loop.is_closed():
            work.close()
            raise BrokerUnavailableError("the link is not open")
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result(seconds + _MARGIN)
        except concurrent.futures.CancelledError as error:
            raise BrokerUnavailableError("the connection ended meanwhile") from error
        except TimeoutError as error:
            future.cancel()
            raise BrokerUnavailableError(f"no word of the broker in {seconds:g} seconds") from error
        except errors().CONNECTION_EXCEPTIONS as error:
            raise BrokerUnavailableError(f"the connection ended meanwhile: {error}") from error
