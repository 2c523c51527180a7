"""A server on loopback that says exactly the bytes that a test wants, right or wrong, plain or TLS."""

import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from conftest import PATIENCE

Script = Callable[[socket.socket, bytes], None]
"""Answers one request on an open connection, which is closed afterwards."""


class ScriptedServer:
    """Reads one request a connection, and has the next script answer it; then the last, for ever."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.scripts: list[Script] = [says(200)]
        self.asked: list[bytes] = []
        self.closing = threading.Event()
        self._tls = tls
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self.host = f"127.0.0.1:{self.port}"
        self._start(self._accept)

    def _start(self, run: Callable[..., None], *arguments: object) -> None:
        """Run something in a thread that `close` waits for."""
        thread = threading.Thread(target=run, args=arguments)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        """Take connections until the server is closed."""
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            self._open.append(client)
            self._start(self._serve, client)

    def _serve(self, client: socket.socket) -> None:
        """Serve one connection: one request, one script."""
        try:
            with self._tls.wrap_socket(client, server_side=True) if self._tls else client as talk:
                request = _request(talk)
                if not request:
                    return
                self.asked.append(request)
                script = self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]
                script(talk, request)
        except OSError:
            pass  # the client has heard enough

    def idle(self) -> None:
        """Wait until all that was asked is answered, and its connection closed."""
        for thread in self._threads[1:]:
            thread.join(PATIENCE)

    def close(self) -> None:
        """End whatever is still being said, and stop."""
        self.closing.set()
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        for client in self._open:
            cut(client)
        for thread in self._threads:
            thread.join(PATIENCE)
            assert not thread.is_alive()


def cut(client: socket.socket) -> None:
    """End a connection, from whichever thread, if it still is one."""
    try:
        client.shutdown(socket.SHUT_RDWR)
    except OSError:
        client.close()


def _request(client: socket.socket) -> bytes:
    """Read a whole request, as long as it says; nothing when the client went away."""
    read = b""
    while b"\r\n\r\n" not in read:
        part = client.recv(65_536)
        if not part:
            return b""
        read += part
    head, _, body = read.partition(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length:")
    )
    while len(body) < length:
        body += client.recv(65_536)
    return head + b"\r\n\r\n" + body


def says(code: int, *headers: str) -> Script:
    """Make a script that answers with a code and headers, and in the body what it was asked."""

    def answer(client: socket.socket, request: bytes) -> None:
        body = b"" if code == 204 else request
        lines = (
            f"HTTP/1.1 {code} Said",
            "Connection: close",
            *headers,
            f"Content-Length: {len(body)}",
            "",
            "",
        )
        client.sendall("\r\n".join(lines).encode() + body)

    return answer


def resets(after: bytes) -> Script:
    """Make a script that says something, and then resets the connection."""

    def answer(client: socket.socket, _: bytes) -> None:
        client.sendall(after)
        linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"  # on, for no time: close is a reset
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

    return answer


def closes(after: bytes) -> Script:
    """Make a script that says something, and then closes the connection in good order."""

    def answer(client: socket.socket, _: bytes) -> None:
        client.sendall(after)

    return answer


@contextmanager
def scripted(tls: ssl.SSLContext | None = None) -> Iterator[ScriptedServer]:
    """Give a server, and stop it at the end."""
    server = ScriptedServer(tls)
    try:
        yield server
    finally:
        server.close()


def certificate(folder: Path) -> Path:
    """Make a certificate for loopback, signed by itself, and its key, in one file."""
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl to make a certificate with")
    made, key = folder / "loopback.pem", folder / "loopback.key"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", "2", "-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
            *("-keyout", str(key), "-out", str(made)),
        ],
        check=True,
        capture_output=True,
        timeout=60,
    )
    made.write_bytes(key.read_bytes() + made.read_bytes())
    return made


def server_tls(pem: Path) -> ssl.SSLContext:
    """Give what a server needs to speak TLS with a certificate."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pem)
    return context
