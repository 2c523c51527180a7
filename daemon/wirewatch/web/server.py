"""A small server: few connections at once, each with one short request and little time.

It answers what its routes answer. What goes wrong inside is logged, and never shown.
"""

import contextlib
import logging
import re
import socket
import sys
import threading
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

from wirewatch.control.asker import user_of
from wirewatch.event import Event
from wirewatch.wakeup import Wakeup
from wirewatch.web.door import Door
from wirewatch.web.visit import Answer, Request, Route, answer, plain

_log = logging.getLogger("wirewatch.web")

_MOST_VISITORS = 16  # at once; who comes beyond is asked to come again
_PATIENCE = 10.0  # seconds for a whole request with its answer
_LOOK = 1.0  # seconds between two looks for visitors who take too long
_LONGEST_PATH = 2_000
_LONGEST_BODY = 2_000  # bytes; a form with a name is all that is ever sent
_LENGTH = re.compile(r"\d{1,9}")
_BUSY = b"HTTP/1.0 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"
_BROKEN = b"HTTP/1.0 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n"
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; form-action 'self'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


class Server:
    """Serves routes: `run` it in a thread. Its port is bound when it is made. Raises OSError.

    In the place of an address it takes a socket that listens already.
    """

    def __init__(
        self,
        address: tuple[str, int] | socket.socket,
        routes: tuple[Route, ...],
        door: Door,
        longest_body: int = _LONGEST_BODY,
    ) -> None:
        known = {"routes": routes, "door": door, "longest_body": longest_body}
        self._server = _Listening(address, type("Handler", (_Handler,), known))
        self._wakeup = Wakeup()
        self._stopping = False

    @property
    def port(self) -> int:
        """Give the port that it listens on; 0 where it is a socket in the file system."""
        return self._server.server_port

    def run(self) -> None:
        """Serve until asked to stop."""
        while not self._stopping:
            _, ready = self._wakeup.wait(_LOOK, self._server.socket)
            if ready:
                self._server.handle_request()
            self._server.part_with(time.monotonic() - _PATIENCE)
        self.close()

    def stop(self) -> None:
        """Ask the server to end."""
        self._stopping = True
        self._wakeup.ring()

    def close(self) -> None:
        """Let go of the port; `run` does so at its end."""
        self._server.server_close()
        self._wakeup.close()


class _Listening(ThreadingHTTPServer):
    """The listening socket, and a thread for each of a few visitors."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = _MOST_VISITORS
    timeout = 0.0  # it is asked only when somebody waits, who may have gone again

    def __init__(
        self, address: tuple[str, int] | socket.socket, handler: type[BaseHTTPRequestHandler]
    ) -> None:
        self._visitors: dict[socket.socket, float] = {}
        self._changing = threading.Lock()
        if isinstance(address, socket.socket):
            super().__init__(("", 0), handler, bind_and_activate=False)
            self.socket.close()
            self.socket, self.server_port = address, 0
        else:
            if ":" in address[0]:
                self.address_family = socket.AF_INET6
            super().__init__(address, handler)
        self.socket.setblocking(False)

    def server_bind(self) -> None:
        """Bind, without a look at what DNS calls this machine, which can take seconds."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        host, self.server_port = self.server_address[:2]
        self.server_name = str(host)

    def process_request(self, request: socket.socket, client_address: object) -> None:  # type: ignore[override]
        """Serve a visitor, if there is room."""
        with self._changing:
            is_room = len(self._visitors) < _MOST_VISITORS
            if is_room:
                self._visitors[request] = time.monotonic()
        if is_room:
            request.setblocking(True)
            super().process_request(request, client_address)
            return
        with contextlib.suppress(OSError):
            request.send(_BUSY)
        super().shutdown_request(request)

    def shutdown_request(self, request: socket.socket) -> None:  # type: ignore[override]
        """Part with a visitor who has been served."""
        with self._changing:
            self._visitors.pop(request, None)
        super().shutdown_request(request)

    def part_with(self, before: float) -> None:
        """Part with visitors who came before a moment, and send or read byte by byte."""
        with self._changing:
            slow = [one for one, since in self._visitors.items() if since < before]
        for one in slow:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: socket.socket, client_address: object) -> None:  # type: ignore[override]
        """Log what went wrong, but not what was asked: an address may hold what opens it."""
        del client_address
        error = sys.exc_info()[1]
        if isinstance(error, OSError):  # the visitor has gone, or took too long
            return
        _log.error(Event("page-failed", error=type(error).__name__), exc_info=True)
        with contextlib.suppress(OSError):
            request.send(_BROKEN)


class _Handler(BaseHTTPRequestHandler):
    """One visitor, with one request."""

    routes: ClassVar[tuple[Route, ...]]
    door: ClassVar[Door]
    longest_body: ClassVar[int]
    timeout = _PATIENCE

    def do_GET(self) -> None:
        """Answer a request that brings nothing along."""
        self._say(self._answered(b""))

    do_HEAD = do_GET  # noqa: N815 - the name is the library's

    def do_POST(self) -> None:
        """Answer a request with a form."""
        length = self.headers.get("Content-Length", "")
        if not _LENGTH.fullmatch(length) or "Transfer-Encoding" in self.headers:
            self._say(plain(HTTPStatus.LENGTH_REQUIRED))
        elif int(length) > self.longest_body:
            self._say(plain(HTTPStatus.REQUEST_ENTITY_TOO_LARGE))
        else:
            self._say(self._answered(self.rfile.read(int(length))))

    def _answered(self, body: bytes) -> Answer:
        """Let the door decide, then the routes."""
        if len(self.path) > _LONGEST_PATH:
            return plain(HTTPStatus.REQUEST_URI_TOO_LONG)
        headers = {name.lower(): value for name, value in self.headers.items()}
        user = user_of(self.connection)
        request = Request(self.command, self.path, headers, body, user)
        return self.door.refusal(request) or answer(self.routes, request)

    def _say(self, said: Answer) -> None:
        """Send an answer."""
        self.send_response(said.status)
        sent = {"Content-Type": said.kind, "Content-Length": str(len(said.body))}
        for name, value in (_HEADERS | sent | dict(said.headers)).items():
            self.send_header(name, " ".join(value.split()))  # never a line of its own
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(said.body)

    def version_string(self) -> str:
        """Say who answers, and not in which version."""
        return "Wirewatch"

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer what is no request that we know, without repeating any of it."""
        del message, explain
        self.command = getattr(self, "command", None) or "GET"
        self._say(plain(HTTPStatus(code)))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Log nothing: an address holds what opens it."""
