"""The phone of the benches: a small HTTP server that notes when each story's message arrived.

It runs as a process of its own and does as little as it can. Times are of CLOCK_MONOTONIC, which
is the same for all processes of a machine.
"""

import asyncio
import contextlib
import http.client
import json
import re
import subprocess
import sys
import time
from types import TracebackType
from typing import Any, Self

_STORY = re.compile(rb"story-(\d+)")
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_SLOW = 1.0  # seconds that the path /slow takes to answer
_TAKEN = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


class _Connection(asyncio.Protocol):
    """One connection, kept alive as long as the other side wants."""

    def __init__(self, arrivals: dict[int, int], counts: dict[str, int]) -> None:
        self._arrivals = arrivals
        self._counts = counts
        self._received = b""
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every whole request."""
        now = time.monotonic_ns()
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            length = _LENGTH.search(self._received, 0, end + 2)
            whole = end + 4 + (int(length[1]) if length else 0)
            if len(self._received) < whole:
                return
            request, self._received = self._received[:whole], self._received[whole:]
            late = _SLOW if request.startswith(b"POST /slow") else 0.0
            if late:
                loop = asyncio.get_running_loop()
                loop.call_later(late, self._transport.write, self._answer(request, now))
            else:
                self._transport.write(self._answer(request, now))

    def _answer(self, request: bytes, now: int) -> bytes:
        """Note a message, or give what was noted."""
        if request.startswith(b"POST"):
            found = _STORY.search(request)
            if found:
                self._arrivals.setdefault(int(found[1]), now)
            self._counts["messages"] += 1
            path = request[6 : request.index(b" ", 6)].partition(b"?")[0].decode()
            self._counts[path] = self._counts.get(path, 0) + 1
            return _TAKEN
        wanted: object = self._arrivals if request.startswith(b"GET /arrivals") else self._counts
        body = json.dumps(wanted).encode()
        return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


async def _serve() -> None:
    """Serve until the parent closes our standard input."""
    arrivals: dict[int, int] = {}
    counts = {"messages": 0}
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(arrivals, counts), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


class Receiver:
    """The receiver as a process, for a `with` block."""

    def __enter__(self) -> Self:
        """Start it."""
        self._process = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self._process.stdout  # noqa: S101 - asked for above
        self.port = int(self._process.stdout.readline())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop it."""
        self._process.communicate(timeout=10)

    @property
    def url(self) -> str:
        """Give the Apprise URL that leads here."""
        return f"json://127.0.0.1:{self.port}/hook"

    def arrivals(self) -> dict[int, int]:
        """Give when each story's first message arrived, in nanoseconds."""
        return {int(number): moment for number, moment in self._ask("/arrivals").items()}

    def counts(self) -> dict[str, int]:
        """Count the messages by path, repeats included, and `messages` in all."""
        return self._ask("/counts")

    def messages(self) -> int:
        """Count the messages, repeats included."""
        return self.counts()["messages"]

    def wait_for(self, count: int, timeout: float) -> bool:
        """Wait until so many messages have arrived."""
        deadline = time.monotonic() + timeout
        while self.messages() < count:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.1)
        return True

    def _ask(self, path: str) -> dict[str, int]:
        """Ask the process."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        with contextlib.closing(connection):
            connection.request("GET", path)
            found: dict[str, int] = json.loads(connection.getresponse().read())
        return found


if __name__ == "__main__":
    asyncio.run(_serve())
