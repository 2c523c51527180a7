"""Publishes letters in their order, and waits until the broker has confirmed each."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from wirewatch.broker.access import BrokerUnavailableError
from wirewatch.broker.client import errors, sending
from wirewatch.broker.letter import Letter

if TYPE_CHECKING:
    from wirewatch.broker.client import Channel, Connection
    from wirewatch.broker.line import Line

_DRAINED = 16  # letters that are written before the network is waited for


class Press:
    """The publishing end of a line. All here runs in the link's thread.

    What fails is given up with its connection, so that nothing overtakes it. While the broker
    has no room, the connection is kept until it says that it has: its letters wait there.
    """

    def __init__(self) -> None:
        self.blocked = ""
        self._line: Line | None = None
        self._channel: Channel | None = None
        self._stale = False
        self._turn = asyncio.Lock()

    async def begin(self, connection: "Connection", line: "Line") -> None:
        """Publish by a new connection from now on."""
        channel = await connection.channel(on_return_raises=True)
        line.mind(channel, "publishing")
        self._line, self._channel = line, channel

    def end(self) -> None:
        """Forget a lost connection."""
        self._channel = None
        self._stale, self.blocked = False, ""

    def heard(self, why: str) -> None:
        """Note that the broker takes nothing, and why; "" when it does again."""
        self.blocked = why
        if self._stale and not why:
            self._give_up("letters waited for the broker's room for too long")

    async def publish(
        self, to: tuple[str, str], letters: Sequence[Letter], patience: float
    ) -> None:
        """Publish to an exchange by a key. Raises BrokerUnavailableError, as Link.publish does."""
        channel, begun = self._channel, False
        try:
            async with asyncio.timeout(patience), self._turn:
                standing = self._standing(channel)
                begun = True
                failure = await _published(standing, to, letters)
        except TimeoutError as error:
            why = f"not confirmed within {patience:g} seconds"
            if begun:
                self._give_up(why)
            raise BrokerUnavailableError(f"{_place(to)}: {self._full() or why}") from error
        if failure is not None:
            why = _reason(failure)
            self._give_up(why)
            if isinstance(failure, ValueError | TypeError):  # the letter's fault, not the broker's
                raise failure
            raise BrokerUnavailableError(f"{_place(to)}: {why}") from failure

    def check(self) -> None:
        """Raise BrokerUnavailableError where the broker takes nothing."""
        if self.blocked:
            raise BrokerUnavailableError(self._full())

    def _standing(self, channel: "Channel | None") -> "Channel":
        """Give a channel that is there still. Raises BrokerUnavailableError where it is not."""
        self.check()
        if channel is None or channel is not self._channel:
            raise BrokerUnavailableError("the connection to the broker was lost meanwhile")
        return channel

    def _full(self) -> str:
        """Say that the broker has no room; nothing where it has."""
        return self.blocked and f"the broker takes nothing ({self.blocked}); make room there"

    def _give_up(self, why: str) -> None:
        """Lose the connection, at once or when the broker takes something again."""
        if self.blocked:
            self._stale = True
        elif self._line is not None:
            self._line.lose(why, wanted=True)


async def _published(
    channel: "Channel", to: tuple[str, str], letters: Sequence[Letter]
) -> BaseException | None:
    """Publish letters, and give the first failure once all are confirmed or failed."""
    ready = [sending(letter) for letter in letters]
    wire: Any = await channel.get_underlay_channel()
    tasks = [
        asyncio.create_task(
            wire.basic_publish(
                exchange=to[0],
                routing_key=to[1],
                mandatory=True,
                wait=number % _DRAINED == 0,
                **options,
            )
        )
        for number, options in enumerate(ready)
    ]
    results = await asyncio.gather(*tasks, return_exceptions=True)
    return next((one for one in results if isinstance(one, BaseException)), None)


def _place(to: tuple[str, str]) -> str:
    """Say where something goes."""
    return f"exchange {to[0]}" if to[0] else f"queue {to[1]}"


def _reason(failure: BaseException) -> str:
    """Say why a letter was not confirmed."""
    raised = errors()
    if isinstance(failure, raised.PublishError):
        return "no queue is there to take it"
    if isinstance(failure, raised.DeliveryError):
        return "the broker refused it; the queue may be full"
    return f"the connection to the broker was lost ({failure!r})"
