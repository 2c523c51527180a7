"""What arrives while a page is open, sent to it as events (server-sent events, WHATWG HTML 9.2).

One look at the store serves all pages that are open: SQLite says cheaply whether anything has been
committed since the last one.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from wirewatch.errors import StoreError
from wirewatch.store.database import DatabaseError

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
State = tuple[int, ...]

_LOOK = 0.25  # seconds between two looks
_BREATH = 15.0  # seconds after which a line is sent that says nothing, so that no proxy hangs up
_MOST = 200  # pages that are open at once
_NOTHING = ": \n\n"
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"x-accel-buffering", b"no"),  # a proxy is to pass each event on at once
]


class FullError(RuntimeError):
    """As many pages are open as may be."""


@dataclass
class Watch:
    """Looks at the store for all pages that are open, as long as any is.

    `read` gives what changes whenever the store has.
    """

    read: Callable[[], Awaitable[State]]
    state: State = ()
    _open: int = 0
    _closing: bool = False
    _moved: asyncio.Condition = field(default_factory=asyncio.Condition)
    _task: asyncio.Task[None] | None = None

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Count a page as open. Raises FullError when too many are."""
        if self._open >= _MOST:
            raise FullError
        self._open += 1
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._look())
        try:
            yield
        finally:
            self._open -= 1

    async def changes(self) -> AsyncIterator[bool]:
        """Give True whenever the store has changed, False when it has not for a while.

        Ends when the server does. What changes between two turns is one change.
        """
        seen: State = ()
        while not self._closing:
            async with self._moved:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._until_other_than(seen), _BREATH)
                has_changed, seen = self.state != seen, self.state
            yield has_changed

    async def close(self) -> None:
        """Let every page go: the server ends."""
        self._closing = True
        async with self._moved:
            self._moved.notify_all()
        if self._task:
            self._task.cancel()

    async def _until_other_than(self, seen: State) -> None:
        """Wait for another state, or the end."""
        await self._moved.wait_for(lambda: self.state != seen or self._closing)

    async def _look(self) -> None:
        """Look until no page is open any more."""
        state = self.state
        while self._open:
            with contextlib.suppress(StoreError, DatabaseError):  # it may be restored just now
                state = await self.read()
            if state != self.state:
                async with self._moved:
                    self.state = state
                    self._moved.notify_all()
            await asyncio.sleep(_LOOK)


async def stream(
    watch: Watch, receive: Receive, send: Send, news: Callable[[], AsyncIterator[str]]
) -> None:
    """Answer with what there is of news after each change, until the page is closed."""
    gone = asyncio.create_task(_closed(receive))
    talk = asyncio.create_task(_talk(watch, send, news))
    try:
        await asyncio.wait({gone, talk}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (gone, talk):
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError, OSError):
            await talk


async def _talk(watch: Watch, send: Send, news: Callable[[], AsyncIterator[str]]) -> None:
    """Send what there is after each change."""
    await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
    await _say(send, _NOTHING)
    async for has_changed in watch.changes():
        if has_changed:
            async for said in news():
                await _say(send, said)
        else:
            await _say(send, _NOTHING)
    await send({"type": "http.response.body", "body": b""})


async def _say(send: Send, text: str) -> None:
    """Send a piece."""
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


async def _closed(receive: Receive) -> None:
    """Wait until the visitor has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


def event(name: str, number: int, value: object) -> str:
    """Write one event; its number is what a page gives when it comes back."""
    return f"event: {name}\nid: {number}\ndata: {json.dumps(value, ensure_ascii=False)}\n\n"
