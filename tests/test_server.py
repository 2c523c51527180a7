"""The small server: who is let in, how much it takes, and that it never shows what went wrong."""

import http.client
import logging
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

import pytest

from conftest import PATIENCE
from wirewatch.web import server as module
from wirewatch.web.door import door, host_of
from wirewatch.web.server import Server
from wirewatch.web.visit import Answer, Request, Route

TOKEN = "a-token-of-the-desk"  # noqa: S105 - it opens nothing but a test


def echo(request: Request) -> Answer:
    """Answer with what was asked."""
    return Answer(f"{request.method} {request.path} {request.body.decode()}".encode())


def fail(_: Request) -> Answer:
    """Stumble over something that is nobody's business."""
    raise KeyError("the secret of /srv/wires")


def inject(_: Request) -> Answer:
    """Answer with a header that holds a line of its own."""
    return Answer(b"", HTTPStatus.OK, "text/plain\r\nSet-Cookie: a=b")


ROUTES = (
    Route(re.compile("/echo"), {"GET": echo, "POST": echo}),
    Route(re.compile("/fail"), {"GET": fail}),
    Route(re.compile("/inject"), {"GET": inject}),
)


@contextmanager
def serving(token: str = "", routes: tuple[Route, ...] = ROUTES) -> Iterator[Server]:
    """Serve until the block ends."""
    server = Server(("127.0.0.1", 0), routes, door("127.0.0.1", ["desk.example.org"], token))
    thread = threading.Thread(target=server.run, name="web")
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join(PATIENCE)
        assert not thread.is_alive()


@pytest.fixture
def served() -> Iterator[Server]:
    with serving() as server:
        yield server


def ask(
    server: Server,
    path: str = "/echo",
    method: str = "GET",
    headers: dict[str, str] | None = None,
    body: bytes | None = None,
) -> tuple[int, dict[str, str], str]:
    """Ask once; give the status, the headers, and the body."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    connection.request(method, path, body, headers or {})
    answer = connection.getresponse()
    said = answer.read().decode()
    connection.close()
    return answer.status, dict(answer.headers.items()), said


def say(server: Server, sent: bytes) -> bytes:
    """Send bytes as they are, and give all that comes back."""
    with socket.create_connection(("127.0.0.1", server.port), PATIENCE) as connection:
        connection.sendall(sent)
        came = b""
        while part := connection.recv(4096):
            came += part
    return came


def test_a_route_answers(served: Server) -> None:
    """The route that lies at the path answers, with what it was sent."""
    assert ask(served, "/echo?a=1")[::2] == (200, "GET /echo?a=1 ")
    assert ask(served, "/echo", "POST", body=b"by=me")[2] == "POST /echo by=me"


def test_a_head_has_no_body(served: Server) -> None:
    """HEAD says what GET would, without the body."""
    status, headers, body = ask(served, "/echo", "HEAD")
    assert (status, headers["Content-Length"], body) == (200, "11", "")


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/other", "GET", 404),
        ("/echo/", "GET", 404),
        ("/fail", "POST", 405),
        ("/echo", "DELETE", 501),
        ("/" + "x" * 3000, "GET", 414),
    ],
)
def test_what_is_not_there_is_said_in_a_word(
    served: Server, path: str, method: str, status: int
) -> None:
    """Paths and methods that we do not have are answered by their status, repeating nothing."""
    got, _, said = ask(served, path, method, body=b"" if method == "POST" else None)
    assert (got, said) == (status, f"{HTTPStatus(status).phrase}\n")


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1", 200),
        ("localhost:8089", 200),
        ("LOCALHOST", 200),
        ("[::1]:9", 200),
        ("desk.example.org", 200),
        ("desk.example.org.evil.example", 421),
        ("evil.example:80", 421),
        ("", 421),
        ("127.0.0.1@evil.example", 421),
        ("evil.example/127.0.0.1", 421),
    ],
)
def test_a_stranger_s_name_is_not_served(served: Server, host: str, status: int) -> None:
    """A page of a stranger, whose name was made to lead here, is told nothing."""
    assert ask(served, headers={"Host": host})[0] == status


def test_a_request_without_a_host_is_not_served(served: Server) -> None:
    """Who names no host may be anybody's page."""
    assert b" 421 " in say(served, b"GET /echo HTTP/1.0\r\n\r\n").splitlines()[0]


@pytest.mark.parametrize("said", ["a b", "a:b:c", "\x00", "[::1", "x" * 99 + ":123456"])
def test_what_is_no_host_is_none(said: str) -> None:
    """Only a name with a port, or without, is a host."""
    assert host_of(said) == ""


@pytest.mark.parametrize(
    ("given", "status"),
    [
        (f"Bearer {TOKEN}", 200),
        (f"bearer  {TOKEN} ", 200),
        (f"Basic {TOKEN}", 401),
        (f"Bearer {TOKEN}x", 401),
        (f"Bearer {TOKEN[:-1]}", 401),
        ("Bearer ", 401),
        ("Bearer \xe9", 401),
        (None, 401),
    ],
)
def test_where_there_is_a_token_it_is_needed(given: str | None, status: int) -> None:
    """Only who holds the token is let in, by whatever name; the others are told that one is needed."""
    headers = {"Host": "10.0.0.7:9464"} | ({"Authorization": given} if given else {})
    with serving(TOKEN) as server:
        got, answered, said = ask(server, headers=headers)
    assert got == status
    assert (answered.get("WWW-Authenticate") is not None) == (status == 401)
    assert TOKEN not in said


def test_every_answer_is_closed(served: Server) -> None:
    """No answer runs, loads, frames, or is kept anywhere; it does not say what serves it."""
    for path in ("/echo", "/other"):
        headers = ask(served, path)[1]
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"
        assert headers["Server"] == "Wirewatch"


def test_no_header_holds_another(served: Server) -> None:
    """A line end in what becomes a header does not begin a new one."""
    assert "Set-Cookie" not in ask(served, "/inject")[1]


def test_what_goes_wrong_inside_stays_inside(
    served: Server, caplog: pytest.LogCaptureFixture
) -> None:
    """A page that fails says so without a reason; the log has it, and the next page is served."""
    with caplog.at_level(logging.ERROR):
        status, _, said = ask(served, "/fail")
    assert (status, said) == (500, "")
    assert "page-failed error=KeyError" in caplog.text
    assert ask(served)[0] == 200


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"Content-Length: 2001", 413),
        (b"Content-Length: 99999999999999999999", 411),
        (b"Content-Length: -1", 411),
        (b"Transfer-Encoding: chunked", 411),
        (b"Content-Length: 0\r\nTransfer-Encoding: chunked", 411),
        (b"\r\n".join(b"X-%d: y" % n for n in range(200)), 431),
        (b"X: " + b"y" * 70_000, 431),
    ],
)
def test_a_request_has_an_end(served: Server, head: bytes, status: int) -> None:
    """What is too long, or does not say how long it is, is not read."""
    sent = b"POST /echo HTTP/1.0\r\nHost: localhost\r\n" + head + b"\r\n\r\n"
    first = say(served, sent).split(b"\r\n")[0]
    assert str(status).encode() in first


@pytest.mark.parametrize(
    "sent", [b"\x16\x03\x01\x02\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9\r\n\r\n"]
)
def test_what_is_no_request_is_refused(served: Server, sent: bytes) -> None:
    """Who speaks another tongue is refused, and nothing of it is repeated."""
    came = say(served, sent)
    assert b"HTTP/9" not in came
    assert ask(served)[0] == 200


def test_only_so_many_are_served_at_once(served: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who comes when all places are taken is asked to come again; then there is one free."""
    monkeypatch.setattr(module, "_MOST_VISITORS", 2)
    places = [socket.create_connection(("127.0.0.1", served.port), PATIENCE) for _ in range(2)]
    while len(served._server._visitors) < 2:
        assert served._server._visitors is not None
    assert b" 503 " in say(served, b"")
    for place in places:
        place.close()
    while served._server._visitors:
        assert served._server._visitors is not None
    assert ask(served)[0] == 200


def test_who_takes_too_long_is_parted_with(served: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who sends a byte now and then does not hold a place for ever."""
    monkeypatch.setattr(module, "_PATIENCE", -1.0)
    monkeypatch.setattr(module, "_LOOK", 0.01)
    served._wakeup.ring()
    with socket.create_connection(("127.0.0.1", served.port), PATIENCE) as slow:
        slow.sendall(b"GET /echo HT")
        assert slow.recv(100) == b""


def test_a_port_is_free_again_at_the_end() -> None:
    """A server that has ended leaves its port to the next, though a visitor is still there."""
    with serving() as server:
        port = server.port
        place = socket.create_connection(("127.0.0.1", port), PATIENCE)
    again = Server(("127.0.0.1", port), ROUTES, door("127.0.0.1"))
    again.close()
    place.close()


def test_it_listens_on_addresses_of_either_kind() -> None:
    """An address of IPv6 is listened on as one of IPv4 is."""
    server = Server(("::1", 0), ROUTES, door("::1"))
    assert server.port
    server.close()
