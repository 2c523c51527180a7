"""The two kept connections of a link: one publishes, the other takes.

They are two as a broker without room reads nothing more from who publishes, and would not hear
either what is acknowledged. All here runs in the link's own thread, but for what is only read.
"""

import asyncio
import logging
import uuid
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from wirewatch.broker.access import Access, BrokerUnavailableError
from wirewatch.broker.asking import Asking
from wirewatch.broker.client import errors, hear_alarms, sending
from wirewatch.broker.consumer import Consumer
from wirewatch.broker.declaring import declare, delete, depths
from wirewatch.broker.letter import Letter, Parcel
from wirewatch.broker.line import NOT_YET, Line
from wirewatch.broker.press import Press
from wirewatch.broker.topology import Declared, Kind, Queue
from wirewatch.event import Event

if TYPE_CHECKING:
    from wirewatch.broker.client import Connection

_log = logging.getLogger(__name__)
_CLOSING = 5.0
_CLOSED = "closed"


class Pair:
    """Both connections and what is done by them; `changed` is called when they stand or fall."""

    def __init__(
        self,
        access: Access,
        name: str,
        declared: Sequence[Declared],
        changed: Callable[[], None],
    ) -> None:
        self._press = Press()
        self._name = name
        self._declared = declared
        self._changed = changed
        self._in = Line(access, f"{name} (takes)", self._begin_in, self._in_changed)
        self._out = Line(access, f"{name} (publishes)", self._begin_out, self._out_changed)
        self._asking = Asking()
        self._consumers: list[Consumer] = []
        self._own: dict[str, str] = {}
        self._sessions = 0
        self._all_stands = asyncio.Event()
        self._told = (False, NOT_YET, "")

    @property
    def connected(self) -> bool:
        """Tell whether both stand."""
        return self._in.connection is not None and self._out.connection is not None

    @property
    def blocked(self) -> str:
        """Say why the broker takes nothing."""
        return self._press.blocked

    @property
    def trouble(self) -> str:
        """Say why one of them does not stand."""
        return self._in.trouble or self._out.trouble

    async def keep(self, ending: asyncio.Event) -> None:
        """Keep both until it is to end."""
        lines = [asyncio.create_task(line.keep()) for line in (self._in, self._out)]
        await ending.wait()
        for line in lines:
            line.cancel()
        await asyncio.wait(lines, timeout=_CLOSING)
        self._in.fall(_CLOSED)
        self._out.fall(_CLOSED)
        for consumer in self._consumers:
            consumer.end(for_good=True)

    async def subscribe(self, consumer: Consumer) -> None:
        """Subscribe, now and for each connection to come."""
        self._consumers.append(consumer)
        if (connection := self._in.connection) is not None:
            try:
                await self._begin(consumer, connection)
            except errors().CONNECTION_EXCEPTIONS as error:
                self._in.lose(f"queue {consumer.queue}: {error}")

    async def publish(
        self, to: tuple[str, str], letters: Sequence[Letter], patience: float
    ) -> None:
        """Publish letters. Raises BrokerUnavailableError."""
        self._check()
        await self._press.publish(to, letters, patience)

    async def depths(self, queues: Iterable[str]) -> dict[str, tuple[int, int] | None]:
        """Count what is ready and who takes. Raises BrokerUnavailableError."""
        return await depths(self._taking(), queues)

    async def delete(self, queues: Iterable[str]) -> None:
        """Delete queues. Raises BrokerUnavailableError."""
        await delete(self._taking(), queues)

    async def ask(
        self, to: tuple[str, str], letter: Letter, seconds: float, most: int
    ) -> list[Letter]:
        """Ask, and give the answers. Raises BrokerUnavailableError."""
        self._check()
        return await self._asking.ask(self._taking(), to, letter, seconds, most)

    async def answer(self, asked: Parcel, letter: Letter) -> None:
        """Answer what was asked. Raises BrokerUnavailableError."""
        self._check()
        options = sending(letter, kept=False, question=asked.question)
        await self._asking.send(("", asked.reply_to), options)

    async def drop(self) -> None:
        """Lose both connections."""
        for line in (self._in, self._out):
            line.lose("dropped on purpose", wanted=True)

    def _check(self) -> None:
        """Raise BrokerUnavailableError where nothing can be published."""
        if self._out.connection is None:
            raise BrokerUnavailableError(self.trouble)
        self._press.check()

    def _taking(self) -> "Connection":
        """Give the connection that takes. Raises BrokerUnavailableError where there is none."""
        if self._in.connection is None:
            raise BrokerUnavailableError(self.trouble)
        return self._in.connection

    async def _begin_in(self, connection: "Connection") -> None:
        """Declare all, and subscribe anew."""
        self._sessions += 1
        self._own = {
            one.name: f"{one.name}.{uuid.uuid4().hex}"
            for one in self._declared
            if isinstance(one, Queue) and one.kind is Kind.TRANSIENT
        }
        await declare(connection, self._declared, self._own)
        self._all_stands.set()
        for consumer in self._consumers:  # one that is added meanwhile comes last
            await self._begin(consumer, connection)

    async def _begin(self, consumer: Consumer, connection: "Connection") -> None:
        """Subscribe, once a connection."""
        if not consumer.closed and consumer.session != self._sessions:
            queue = self._own.get(consumer.queue, consumer.queue)
            await consumer.begin(connection, self._in, self._sessions, queue)

    async def _begin_out(self, connection: "Connection") -> None:
        """Publish by a new connection, once all is declared."""
        hear_alarms(connection, self._heard)
        await self._all_stands.wait()
        await self._press.begin(connection, self._out)
        await self._asking.begin(connection, self._out)

    def _in_changed(self) -> None:
        """Note that the connection that takes stands, or fell."""
        if self._in.connection is None:
            self._all_stands.clear()
            self._asking.end()
            self._consumers = [one for one in self._consumers if not one.closed]
            for consumer in self._consumers:
                consumer.end()
        self._tell()

    def _out_changed(self) -> None:
        """Note that the connection that publishes stands, or fell."""
        if self._out.connection is None:
            self._press.end()
        self._tell()

    def _heard(self, why: str) -> None:
        """Note that the broker has no room for what we publish; "" when it has again."""
        self._press.heard(why)
        self._tell()

    def _tell(self) -> None:
        """Log what is not as it was logged last, and let the link know."""
        before, now = self._told, (self.connected, self.trouble, self._press.blocked)
        if now == before:
            return
        self._told = now
        where = {"link": self._name}
        if now[0] and not before[0]:
            nodes = {"takes": self._in.address, "publishes": self._out.address}
            _log.info(Event("broker-connected", **where, **nodes))
        if not now[0] and now[1] not in {before[1], _CLOSED}:
            _log.warning(Event("broker-lost", **where, reason=now[1]))
        if now[2] and not before[2]:
            _log.warning(Event("broker-blocked", **where, reason=now[2]))
        if before[2] and not now[2]:
            _log.info(Event("broker-unblocked", **where))
        self._changed()
