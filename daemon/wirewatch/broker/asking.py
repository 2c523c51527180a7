"""Questions and their answers: one is asked, as many may answer as are there."""

import asyncio
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from wirewatch.broker.access import BrokerUnavailableError
from wirewatch.broker.client import parcel, sending
from wirewatch.broker.letter import Letter

if TYPE_CHECKING:
    from wirewatch.broker.client import Channel, Connection
    from wirewatch.broker.line import Line


class Asking:
    """What is asked, and the queue of our own that answers come to."""

    def __init__(self) -> None:
        self._out: Channel | None = None
        self._answers: Channel | None = None
        self._queue = ""
        self._waiting: dict[str, asyncio.Queue[Letter]] = {}
        self._turn = asyncio.Lock()

    async def begin(self, connection: "Connection", line: "Line") -> None:
        """Ask and answer by a new connection from now on."""
        self._out = await connection.channel(publisher_confirms=False)
        line.mind(self._out, "asking")

    def end(self) -> None:
        """Forget the queue of a lost connection."""
        self._answers, self._queue = None, ""

    async def ask(
        self, back: "Connection", to: tuple[str, str], letter: Letter, seconds: float, most: int
    ) -> list[Letter]:
        """Ask at an exchange by a key, and give the answers that come in time by `back`.

        Ends sooner when `most` have come; with 0 it does not.
        """
        question = uuid.uuid4().hex
        answers: asyncio.Queue[Letter] = asyncio.Queue()
        self._waiting[question] = answers
        came: list[Letter] = []
        try:
            async with asyncio.timeout(seconds):
                await self._listen(back, to[0])
                options = sending(letter, kept=False, reply_to=self._queue, question=question)
                await self.send(to, options)
                while not most or len(came) < most:
                    came.append(await answers.get())
        except TimeoutError:
            pass  # who has not answered by now does not
        finally:
            del self._waiting[question]
        return came

    async def send(self, to: tuple[str, str], options: Mapping[str, Any]) -> None:
        """Send to an exchange by a key; nobody says whether it came.

        Raises BrokerUnavailableError.
        """
        if self._out is None:
            raise BrokerUnavailableError("there was no connection to the broker yet")
        wire = await self._out.get_underlay_channel()
        await wire.basic_publish(exchange=to[0], routing_key=to[1], **options)

    async def _listen(self, back: "Connection", name: str) -> None:
        """Have a queue that answers come to, once."""
        async with self._turn:
            if self._queue:
                return
            channel = self._answers = await back.channel(publisher_confirms=False)
            queue = f"{name}.answers.{uuid.uuid4().hex}"
            await channel.declare_queue(queue, exclusive=True, auto_delete=True)
            wire = await channel.get_underlay_channel()
            await wire.basic_consume(queue, self._came, no_ack=True)
            self._queue = queue

    async def _came(self, delivered: Any) -> None:  # noqa: ANN401 - the library's own
        """Give an answer to who asked; what is too late is forgotten."""
        answer = parcel(delivered, 0)
        if answers := self._waiting.get(answer.question):
            answers.put_nowait(answer.letter)
