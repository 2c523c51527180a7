"""From the outbox through Apprise to an HTTP service that answers well, badly or never."""

import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from channel_desk import FIRST, MOST, REPEAT, SECRET, Desk
from conftest import PATIENCE, START, ManualClock, told
from scripted import Script, ScriptedServer, certificate, closes, resets, says, scripted, server_tls
from wirewatch.notify.send import Channel, Sender
from wirewatch.notify.trial import trial_message
from wirewatch.pipeline import lane as lane_module
from wirewatch.states import DeliveryReason
from wirewatch.store.accept import accept
from wirewatch.store.database import Store


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted() as made:
        yield made


@pytest.fixture
def desk(store: Store, clock: ManualClock, server: ScriptedServer) -> Desk:
    """Give the outbox with one alert, for a channel of which each part of the URL is secret."""
    accept(store, [told("a", "Alpha met.")], START)
    return Desk(store, clock, f"json://user:{SECRET}@{server.host}/{SECRET}?+X-Key={SECRET}")


def fails(desk: Desk, reason: DeliveryReason, code: int | None, error: str) -> None:
    """Send what is due, and hold against what is given how the failure is written down."""
    desk.drain()
    row, [attempt] = desk.row(), desk.attempts()
    assert (row["state"], row["reason"], row["attempts"]) == ("failed", reason.value, 1)
    assert row["finished"] is None
    assert (attempt["ok"], attempt["reason"], attempt["http_code"]) == (0, reason.value, code)
    assert attempt["error"] == error
    assert SECRET not in str([row, attempt])


def succeeds_when_due(desk: Desk, server: ScriptedServer, *, repeat: bool) -> None:
    """Nothing goes before it is due; then it goes once, under the same key, and is sent."""
    wait = desk.due_in()
    desk.clock.now += wait - timedelta(milliseconds=1)
    desk.drain()
    assert len(server.asked) == 1
    desk.clock.now += timedelta(milliseconds=1)
    desk.drain()
    desk.clock.now += timedelta(days=1)
    desk.drain()
    row = desk.row()
    assert (row["state"], row["reason"], row["due"], row["attempts"]) == ("sent", None, None, 2)
    assert [attempt["ok"] for attempt in desk.attempts()] == [0, 1]
    assert len(server.asked) == 2
    key = str(row["key"]).encode()
    assert [key in request for request in server.asked] == [True, True]
    assert [REPEAT.encode() in request for request in server.asked] == [False, repeat]


@pytest.mark.parametrize("code", [200, 201, 202, 204])
def test_a_service_that_takes_it(desk: Desk, server: ScriptedServer, code: int) -> None:
    """Any answer of success ends a delivery with one attempt, which knows the code."""
    server.scripts = [says(code)]
    desk.drain()
    desk.clock.advance(86_400)
    desk.drain()
    row, [attempt] = desk.row(), desk.attempts()
    assert (row["state"], row["reason"], row["due"], row["attempts"]) == ("sent", None, None, 1)
    assert (attempt["ok"], attempt["http_code"], attempt["error"]) == (1, code, None)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("script", "code", "wish"),
    [
        (says(429), 429, 0),
        (says(429, "Retry-After: 120"), 429, 120),
        (says(429, "Retry-After: Mon, 02 Mar 2026 12:01:30 GMT"), 429, 90),
        (says(429, "Retry-After: Mon, 02 Mar 2026 11:00:00 GMT"), 429, 0),
        (says(429, "Retry-After: 999999999"), 429, 86_400),
        (says(503, "Retry-After: 30"), 503, 30),
        (says(503, "Retry-After: Mon, 02 Mar 2026 12:10:00 GMT"), 503, 600),
        (says(500), 500, 0),
        (says(502), 502, 0),
        (says(401), 401, 0),
        (says(404), 404, 0),
        (says(413), 413, 0),
    ],
)
def test_a_service_that_says_no(
    desk: Desk, server: ScriptedServer, script: Script, code: int, wish: int
) -> None:
    """A refusal is tried again when the service wishes, else soon; it has not arrived before."""
    server.scripts = [script, says(200)]
    reason = DeliveryReason.THROTTLED if code == 429 else DeliveryReason.HTTP_ERROR
    fails(desk, reason, code, "HTTP 429: too many requests" if code == 429 else f"HTTP {code}")
    if wish:
        assert desk.due_in() == timedelta(seconds=wish)
    else:
        assert FIRST <= desk.due_in() <= MOST
    succeeds_when_due(desk, server, repeat=False)


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(desk: Desk, server: ScriptedServer, code: int) -> None:
    """Where a redirect leads nothing arrives, no secret above all; it is said to be one."""
    with scripted() as elsewhere:
        server.scripts = [says(code, f"Location: http://{elsewhere.host}/taken"), says(200)]
        said = f"HTTP {code}: the service is elsewhere, and redirects are not followed"
        fails(desk, DeliveryReason.REFUSED_BY_SERVICE, code, said)
        assert FIRST <= desk.due_in() <= MOST
        succeeds_when_due(desk, server, repeat=False)
        assert elsewhere.asked == []


CLOSED = "the connection was closed without an answer"


@pytest.mark.parametrize(
    "script",
    [
        resets(b""),
        closes(b""),
        resets(b"HTTP/1.1 200 OK\r\nContent-"),
        resets(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf of it"),
        closes(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf of it"),
        closes(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhalf"),
        closes(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nno number\r\n"),
        closes(b"\x00\xff\x00 babble\r\n\r\n"),
        closes(b"SSH-2.0-OpenSSH_9.2\r\n"),
        closes(b"HTTP/1.1 2000000000000000000000 What\r\n\r\n"),
        closes(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500 + b"\r\n"),
        closes(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n"),
    ],
)
def test_an_answer_that_is_none(desk: Desk, server: ScriptedServer, script: Script) -> None:
    """Half an answer, or none, or no HTTP, leaves open whether it arrived: it goes, and says so."""
    server.scripts = [script, says(200)]
    fails(desk, DeliveryReason.TIMEOUT, None, CLOSED)
    assert FIRST <= desk.due_in() <= MOST
    succeeds_when_due(desk, server, repeat=True)


@pytest.mark.parametrize("head", ["Content-Length: 1000000000000", "Transfer-Encoding: chunked"])
def test_a_very_large_answer_is_not_read(desk: Desk, server: ScriptedServer, head: str) -> None:
    """A service that says yes and then says far too much has said yes; the rest is not heard."""
    said: list[bytes] = []
    over = threading.Event()

    def floods(client: socket.socket, _: bytes) -> None:
        client.sendall(f"HTTP/1.1 200 OK\r\n{head}\r\n\r\n".encode())
        part = b"f000\r\n" + b"x" * 0xF000 + b"\r\n"
        try:
            while len(said) < 1_600:  # 98 MB
                client.sendall(part)
                said.append(part)
        finally:
            over.set()

    server.scripts = [floods]
    desk.drain()
    assert over.wait(PATIENCE)
    row, [attempt] = desk.row(), desk.attempts()
    assert (row["state"], attempt["http_code"], attempt["error"]) == ("sent", 200, None)
    assert len(said) < 800, "no more was sent than the system's own buffers take"


@pytest.mark.parametrize(
    "head", ["Content-Length: 1000000000000", "Connection: close", "Transfer-Encoding: chunked"]
)
def test_an_answer_that_does_not_end(desk: Desk, server: ScriptedServer, head: str) -> None:
    """An answer that goes on for ever, a little at a time, is given its time, and no more."""
    part = b"1\r\nx\r\n"

    def trickles(client: socket.socket, _: bytes) -> None:
        client.sendall(f"HTTP/1.1 200 OK\r\n{head}\r\n\r\n".encode())
        while True:
            client.sendall(part)
            server.closing.wait(0.005)

    server.scripts = [trickles, says(200)]
    desk.timeout = 0.1
    fails(desk, DeliveryReason.TIMEOUT, None, "no answer in time")
    assert "lane-desk" not in [thread.name for thread in threading.enumerate()]
    desk.timeout = 5.0
    succeeds_when_due(desk, server, repeat=True)


def test_a_service_that_hangs(
    desk: Desk, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nothing at all is answered the lane's own time ends it, and another takes its place."""
    held = threading.Event()

    def hangs(_: socket.socket, __: bytes) -> None:
        held.set()
        server.closing.wait(PATIENCE)

    server.scripts = [hangs, says(200)]
    deliveries = desk.outbox()
    deliveries.turn()
    assert held.wait(PATIENCE)
    deliveries.turn()
    assert desk.row()["state"] == "sending"
    monkeypatch.setattr(lane_module, "_GRACE", -desk.timeout)  # its time is over
    deliveries.turn()
    monkeypatch.undo()
    row, [attempt] = desk.row(), desk.attempts()
    assert (row["state"], row["reason"], row["attempts"]) == ("failed", "timeout", 1)
    assert (attempt["http_code"], attempt["error"]) == (None, "no answer in time")
    assert FIRST <= desk.due_in() <= MOST
    succeeds_when_due(desk, server, repeat=True)


def test_a_connection_that_was_closed_meanwhile(server: ScriptedServer) -> None:
    """A connection that is kept for the next message, and that the service closed, costs none."""
    server.scripts = [closes(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")]
    sender = Sender(Channel("desk", f"json://{server.host}/hook"), ManualClock())
    for count in (1, 2, 3):
        assert sender.send(trial_message("desk", START)).ok
        server.idle()
        assert len(server.asked) == count


def test_a_service_that_takes_no_connection(
    desk: Desk, server: ScriptedServer, closed_port: int
) -> None:
    """Where nobody listens nothing can have arrived, and the next message says no such thing."""
    elsewhere, desk.url = desk.url, desk.url.replace(server.host, f"127.0.0.1:{closed_port}")
    fails(desk, DeliveryReason.UNREACHABLE, None, "Connection refused")
    desk.url = elsewhere
    desk.clock.now += desk.due_in()
    desk.drain()
    assert (desk.row()["state"], desk.row()["attempts"]) == ("sent", 2)
    [request] = server.asked
    assert REPEAT.encode() not in request


def test_a_service_that_stays_broken_is_given_up(desk: Desk, server: ScriptedServer) -> None:
    """What fails for three days is dead, with the last code; it was tried ever more rarely."""
    server.scripts = [says(500)]
    waits = []
    for _ in range(200):
        desk.drain()
        if desk.row()["state"] == "dead":
            break
        waits.append(desk.due_in())
        desk.clock.now += waits[-1]
    assert (desk.row()["state"], desk.row()["reason"]) == ("dead", "gave-up")
    assert len(server.asked) == len(desk.attempts()) == desk.row()["attempts"] == len(waits) + 1
    assert max(waits) <= timedelta(hours=1)
    assert timedelta(days=3) <= desk.clock() - START <= timedelta(days=3, hours=1)
    assert desk.attempts()[-1]["http_code"] == 500


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("tls"))


def test_a_certificate_that_nobody_vouches_for(
    desk: Desk, pem: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A service that cannot prove who it is gets nothing; it gets all as soon as it can."""
    with scripted(server_tls(pem)) as server:
        desk.url = f"jsons://user:{SECRET}@{server.host}/{SECRET}"
        desk.drain()
        row, [attempt] = desk.row(), desk.attempts()
        assert (row["state"], row["reason"]) == ("failed", "unreachable")
        assert "certificate verify failed" in str(attempt["error"])
        assert SECRET not in str([row, attempt])
        assert server.asked == []
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(pem))
        desk.clock.now += desk.due_in()
        desk.drain()
        assert (desk.row()["state"], desk.row()["attempts"]) == ("sent", 2)
        [request] = server.asked
        assert REPEAT.encode() not in request
