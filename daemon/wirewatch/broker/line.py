"""One connection to the broker, kept: it is opened again for as long as it is wanted.

All here runs in the link's own thread.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING

from wirewatch.broker.access import Access, BrokerError
from wirewatch.broker.client import opened, shut

if TYPE_CHECKING:
    from wirewatch.broker.client import Channel, Connection

NOT_YET = "not connected yet"

_FIRST_WAIT = 0.2  # seconds before connecting again
_LONGEST_WAIT = 5.0
_STANDING = 5.0  # seconds after which a connection is no failed attempt
_PREPARING = 30.0  # seconds for all that is done before it is of use
_CLOSING = 2.0


class Line:
    """A kept connection. `prepare` makes it of use, `changed` is called when it stands or falls."""

    def __init__(
        self,
        access: Access,
        name: str,
        prepare: Callable[["Connection"], Awaitable[None]],
        changed: Callable[[], None],
    ) -> None:
        self.name = name
        self.address = ""
        self.trouble = NOT_YET
        self.connection: Connection | None = None
        self._access = access
        self._prepare = prepare
        self._changed = changed
        self._loss: asyncio.Future[str] | None = None
        self._leaving: asyncio.Task[None] | None = None
        self._waits = waits()

    async def keep(self) -> None:
        """Connect, again and again, until cancelled."""
        while True:
            began = time.monotonic()
            attempt = asyncio.create_task(self._stand())
            attempt.add_done_callback(_reason)  # what nobody asks for would be logged
            try:
                await asyncio.wait({attempt})
            finally:
                attempt.cancel()
                await asyncio.wait({attempt, self._leaving or attempt}, timeout=2 * _CLOSING)
            self.fall(_reason(attempt))
            if time.monotonic() - began > _STANDING:
                self._waits = waits()
            await asyncio.sleep(next(self._waits))

    def lose(self, why: str, *, wanted: bool = False) -> None:
        """Give the connection up; it is opened again, at once where that was `wanted`."""
        if wanted:
            self._waits = waits()
        if self._loss is not None and not self._loss.done():
            self._loss.set_result(why)
            self.fall(why)

    def mind(self, channel: "Channel", what: str) -> Callable[[], None]:
        """Give the connection up when a channel of it closes. Gives what ends that."""
        loss, ended = self._loss, False

        def closed(_channel: object, error: BaseException | None) -> None:
            if loss is self._loss and not ended:
                self.lose(f"{what}: {error}")

        def forget() -> None:
            nonlocal ended
            ended = True

        channel.close_callbacks.add(closed)
        return forget

    async def _stand(self) -> str:
        """Connect, and wait for the connection's end. Gives its reason."""
        connection = await self._opened()
        loss: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._loss = loss
        try:
            connection.close_callbacks.add(lambda _, error: self._closed(loss, error))
            async with asyncio.timeout(_PREPARING):
                await self._prepare(connection)
            if not loss.done():
                self.connection, self.trouble = connection, ""
                self._changed()
            return await loss
        finally:
            self._loss = None
            self._leaving = asyncio.create_task(shut(connection, _CLOSING))
            await asyncio.shield(self._leaving)  # half a farewell would never end

    def _closed(self, loss: "asyncio.Future[str]", error: BaseException | None) -> None:
        """Note that the broker, or the way to it, is gone."""
        if loss is self._loss:
            self.lose(f"{self.address}: {str(error or '') or 'nothing was heard of it'}")

    async def _opened(self) -> "Connection":
        """Try all nodes in turn, a random one first. Raises BrokerError when none lets us in."""
        addresses = self._access.addresses
        first = random.randrange(len(addresses))  # noqa: S311 - spreads the work, keeps no secret
        faults = []
        for address in (*addresses[first:], *addresses[:first]):
            try:
                connection = await opened(self._access, address, self.name)
            except BrokerError as error:
                faults.append(str(error))
            else:
                self.address = address
                return connection
        raise BrokerError("no broker lets us in: " + "; ".join(sorted(faults)))

    def fall(self, why: str) -> None:
        """Note that nothing stands, and why."""
        self.connection, self.trouble = None, why
        self._changed()


def waits() -> Iterator[float]:
    """Give how long to wait before each further attempt: longer each time, half of it random."""
    wait = _FIRST_WAIT
    while True:
        yield wait * (0.5 + random.random() / 2)  # noqa: S311 - keeps machines from coming as one
        wait = min(2 * wait, _LONGEST_WAIT)


def _reason(attempt: "asyncio.Task[str]") -> str:
    """Say why a connection ended, or was none."""
    if attempt.cancelled() or not attempt.done():
        return "the connection was lost while it was prepared"
    error = attempt.exception()
    if isinstance(error, TimeoutError):
        return f"the broker did not do its part within {_PREPARING:g} seconds; is most of it up?"
    if isinstance(error, BrokerError):
        return str(error)
    return f"{type(error).__name__}: {error}" if error else attempt.result()
