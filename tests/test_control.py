# ruff: noqa: F811 - fixtures of another file
"""The daemon's own socket: what is asked there is done, noted, announced; and nothing ends it."""

import getpass
import http.client
import json
import socket
import stat
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import PATIENCE, START, STORY, Answer, ManualClock, Receiver, Site, Wirewatch, told
from test_listeners import running
from test_service import Log, rows
from test_service import log as heard  # noqa: F401 - a fixture
from wirewatch.control.asker import signed, user_of
from wirewatch.control.client import Daemon, NoDaemonError, NotGrantedError
from wirewatch.control.wishes import Begun, Hush, StoreDesk, TakenOn, WishError
from wirewatch.pipeline.acts import Alone
from wirewatch.store.accept import accept
from wirewatch.store.database import Store, StoreUnavailableError, UnstorableError, open_reader
from wirewatch.web import server as module
from wirewatch.web.controlling import Controlling, ControlServer

ME = getpass.getuser()
HUSH = Hush("2h", "on air", rule="kz-*")


@contextmanager
def serving(server: ControlServer) -> Iterator[None]:
    """Serve until the block ends."""
    thread = threading.Thread(target=server.run, name="control")
    thread.start()
    try:
        yield
    finally:
        server.stop()
        thread.join(PATIENCE)
        assert not thread.is_alive()


@pytest.fixture
def woken() -> list[str]:
    """Give what each announcement found committed: who had taken the alerts on."""
    return []


@pytest.fixture
def path(store: Store, clock: ManualClock, woken: list[str]) -> Iterator[Path]:
    """Serve the socket of a store; give where it is."""
    found = store.path.with_name("wirewatch.db.socket")

    def look() -> None:
        with open_reader(store.path).conn as reader:
            rows = reader.execute("SELECT acknowledged_by FROM alerts").fetchall()
        woken.append(", ".join(str(by) for (by,) in rows))

    with serving(ControlServer(found, Controlling(Alone(store.sibling()), clock, look).routes)):
        yield found


def ring(store: Store, count: int = 1) -> None:
    """Raise some alerts."""
    accept(store, [told(f"f{n}", f"Story{n} begins.") for n in range(count)], START)


def raw(path: Path, sent: bytes) -> bytes:
    """Send bytes as they are, and give all that comes back."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(PATIENCE)
        connection.connect(str(path))
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
        came = b""
        with suppress(ConnectionResetError):
            while part := connection.recv(4096):
                came += part
    return came


def form(path: str, body: bytes) -> bytes:
    """Write a request with a form."""
    head = f"POST {path} HTTP/1.0\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def test_an_alert_is_taken_on(store: Store, path: Path, woken: list[str]) -> None:
    """Who takes alerts on is noted: the name that was given, and the user whom the kernel names."""
    ring(store, 3)
    store.db.execute("UPDATE alerts SET acknowledged = '2026', acknowledged_by = 'x' WHERE id = 2")
    found = Daemon(path).acknowledge(["1", "2", "99"], "Ayan")
    assert found == TakenOn((1, 2), 1, 1, ("99",))
    assert [row["acknowledged_by"] for row in store.db["alerts"].rows] == [
        f"Ayan ({ME})", "x", None,
    ]  # fmt: skip
    assert woken == [f"Ayan ({ME}), x, None"]


def test_a_message_s_ref_stands_for_its_alerts(store: Store, path: Path) -> None:
    """An alert can be named as messages name it."""
    ring(store)
    [row] = store.db["deliveries"].rows
    assert Daemon(path).acknowledge([str(row["key"])]).alerts == (1,)
    assert [row["acknowledged_by"] for row in store.db["alerts"].rows] == [ME]


def test_deliveries_go_again(store: Store, path: Path, woken: list[str]) -> None:
    """What failed, died or was kept silent is due at once; what was sent is not."""
    ring(store, 4)
    for number, state in enumerate(("dead", "sent", "suppressed", "dead"), start=1):
        store.db.execute("UPDATE deliveries SET state = ? WHERE id = ?", [state, number])
    daemon = Daemon(path)
    assert daemon.retry([1, 2, 99]) == 1
    assert daemon.retry([], dead=True) == 1
    states = [row["state"] for row in store.db["deliveries"].rows]
    assert states == ["pending", "sent", "suppressed", "pending"]
    assert len(woken) == 2


def test_a_silence_begins_and_ends(store: Store, path: Path) -> None:
    """A silence has pattern, end, author and comment as they were given, and ends before its time."""
    daemon = Daemon(path)
    assert daemon.silence(HUSH, "Ayan") == Begun(1, "2026-03-02T14:00:00.000Z")
    [row] = store.db["silences"].rows
    del row["created"]
    assert row == {
        "id": 1,
        "rule": "kz-*",
        "channel": "*",
        "source": "*",
        "until": "2026-03-02T14:00:00.000Z",
        "author": f"Ayan ({ME})",
        "comment": "on air",
        "ended": None,
    }
    assert [daemon.unsilence(number) for number in (1, 1, 99)] == [True, False, False]


@pytest.mark.parametrize(
    ("hush", "field", "said"),
    [
        (replace(HUSH, rule="*"), "rule", "name a rule, a channel or a source"),
        (replace(HUSH, rule=""), "rule", "name a rule, a channel or a source"),
        (replace(HUSH, channel="x" * 201), "channel", "at most 200 characters"),
        (replace(HUSH, comment=" \x00 "), "comment", "say why"),
        (replace(HUSH, comment="x" * 1001), "comment", "at most 1000 characters"),
        (replace(HUSH, until=""), "until", "is no time"),
        (replace(HUSH, until="soon"), "until", "is no time"),
        (replace(HUSH, until="2026-03-02T11:00"), "until", "is over"),
        (replace(HUSH, until="9999-12-31T23:59:59-14:00"), "until", "is no time"),
        (replace(HUSH, until="99999999d"), "until", "is no time"),
    ],
)
def test_what_makes_no_sense_is_said(  # noqa: PLR0917 - fixtures, and what is asked
    store: Store, clock: ManualClock, path: Path, hush: Hush, field: str, said: str
) -> None:
    """A silence that cannot be is refused with the field and the reason, over the socket and not."""
    for desk in (Daemon(path), StoreDesk(Alone(store), clock)):
        with pytest.raises(WishError, match=said) as refused:
            desk.silence(hush)
        assert refused.value.field == field
    assert not store.db["silences"].count


@pytest.mark.parametrize(
    ("route", "body", "field"),
    [
        ("/acknowledge", b"", "alert"),
        ("/retry", b"alert=one", "alert"),
        ("/retry", b"alert=" + b"9" * 19, "alert"),
        ("/retry", b"alert=%D9%A3", "alert"),
        ("/unsilence", b"silence=-1", "silence"),
        ("/unsilence", b"", "silence"),
        ("/acknowledge", b"alert=\xff", ""),
        ("/acknowledge", b"&".join(b"alert=1" for _ in range(1001)), ""),
    ],
)
def test_a_form_that_is_none_is_said(path: Path, route: str, body: bytes, field: str) -> None:
    """What is no number, no form, or too much of it is refused by name."""
    head, _, said = raw(path, form(route, body)).partition(b"\r\n\r\n")
    assert b" 400 " in head.splitlines()[0]
    assert json.loads(said)["field"] == field


def test_a_name_holds_nothing_unseen(store: Store, path: Path) -> None:
    """Names and comments are cleaned of what acts on a terminal, and a name has an end."""
    daemon = Daemon(path)
    daemon.silence(replace(HUSH, comment="a\x1b[31m\ud800b"), "x\u202e" * 99)
    [row] = store.db["silences"].rows
    assert row["comment"] == "a [31m?b"
    assert row["author"] == ("x " * 30).strip() + f" ({ME})"


def test_too_much_is_not_read(path: Path) -> None:
    """A form beyond the limit is refused before it is read, and not even sent by our own client."""
    with pytest.raises(WishError, match="too much at once: 70006 bytes of 64000"):
        Daemon(path).acknowledge(["1" * 70_000])
    head = b"POST /retry HTTP/1.0\r\nHost: localhost\r\nContent-Length: 64001\r\n\r\n"
    assert b" 413 " in raw(path, head).splitlines()[0]


def test_a_stranger_is_told_nothing(path: Path) -> None:
    """Neither another name of a host nor a GET gets anything done."""
    assert b" 421 " in raw(path, b"POST /retry HTTP/1.0\r\nHost: evil\r\nContent-Length: 0\r\n\r\n")
    assert b" 405 " in raw(path, b"GET /retry HTTP/1.0\r\nHost: localhost\r\n\r\n")
    assert b" 404 " in raw(path, form("/", b""))


def test_who_comes_when_it_is_full_is_told_so(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The number of connections has an end; who comes beyond is told that it is busy."""
    monkeypatch.setattr(module, "_MOST_VISITORS", 0)
    with pytest.raises(NotGrantedError, match="just now: it is busy"):
        Daemon(path).acknowledge(["1"])


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (StoreUnavailableError("the disk is full"), "just now: the disk is full"),
        (UnstorableError("no text"), "refused it: no text"),
        (KeyError("x"), "refused it: Internal Server Error; see its log"),
    ],
)
def test_what_the_store_refuses_is_said(
    path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, said: str
) -> None:
    """What the store says reaches who asked; what nobody foresaw stands in the log."""

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(StoreDesk, "acknowledge", fail)
    with pytest.raises(NotGrantedError, match=said):
        Daemon(path).acknowledge(["1"])
    monkeypatch.undo()
    assert Daemon(path).acknowledge(["1"]).unknown == ("1",)


def test_where_no_daemon_is_that_is_said(tmp_path: Path) -> None:
    """Each reason for which nobody answers is told from the others, with what to do."""
    path = tmp_path / "wirewatch.db.socket"
    assert not Daemon(path).is_there()
    with pytest.raises(NoDaemonError, match=rf"no daemon answers at {path}: .* `wirewatch run`"):
        Daemon(path).retry([1])
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(path))
        with pytest.raises(NoDaemonError, match="it does not run"):
            Daemon(path).retry([1])
        other.listen()
        assert Daemon(path).is_there()
        with pytest.raises(NoDaemonError, match="takes too long"):
            Daemon(path, 0.01).retry([1])


@pytest.mark.parametrize(
    "said",
    [
        b"SSH-2.0-x\r\n",
        b"HTTP/1.0 200 OK\r\n\r\n[]",
        b"HTTP/1.0 200 OK\r\n\r\n{}",
        b"HTTP/1.0 799 What\r\n\r\n",
        b"",
    ],
)
def test_what_is_no_daemon_is_not_believed(tmp_path: Path, said: bytes) -> None:
    """Another program at the socket gives an error of ours, not one of the library's."""
    path = tmp_path / "other.socket"
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(path))
        other.listen()

        def answer() -> None:
            visitor, _ = other.accept()
            visitor.recv(65536)
            visitor.sendall(said)
            visitor.close()

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(NoDaemonError, match=f"no daemon answers at {path}"):
            Daemon(path).unsilence(1)
        thread.join(PATIENCE)


def test_who_may_not_ask_is_told_so(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who may not open the socket is told whose member to become."""

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(http.client.HTTPConnection, "request", refuse)
    with pytest.raises(NoDaemonError, match="become a member of its group"):
        Daemon(path).unsilence(1)


def test_only_owner_and_group_may_ask(path: Path) -> None:
    """The socket is for the daemon's user and group, whatever the umask."""
    assert stat.S_IMODE(path.stat().st_mode) == 0o660


def test_whom_nobody_knows_is_not_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A user beyond the namespace has no name here; one without an entry stands by number."""
    ours, theirs = socket.socketpair(socket.AF_UNIX)
    with ours, theirs, socket.socket() as other:
        assert user_of(ours) == ME
        assert user_of(other) == ""
        for user, name in ((65_534, ""), (4_000_000_001, "uid 4000000001")):
            said = struct.pack("iII", 1, user, 0)
            monkeypatch.setattr(socket.socket, "getsockopt", lambda *_, said=said: said)
            assert user_of(ours) == name


@pytest.mark.parametrize(
    ("name", "user", "by"),
    [
        ("Ayan", "press", "Ayan (press)"),
        ("press", "press", "press"),
        ("", "press", "press"),
        ("Ayan", "", "Ayan"),
        (" \n", "", "somebody, by the socket"),
    ],
)
def test_a_name_stands_beside_its_user(name: str, user: str, by: str) -> None:
    """A name that anybody may give does not stand for the user who gave it."""
    assert signed(name, user) == by


WORDS = st.sampled_from(
    [b"POST", b"GET", b" /retry", b" /silence", b" /acknowledge", b" HTTP/1.1", b"\r\n", b"\r\n\r\n",
     b"Host: localhost", b"Content-Length: 7", b"Content-Length: -1", b"Expect: 100-continue",
     b"alert=1", b"&", b"%", b"by=%00", b"until=2h", b"comment=x", b"rule=[", b"\xff"],
)  # fmt: skip


@given(st.lists(st.one_of(WORDS, st.binary(max_size=40)), max_size=30).map(b"".join))
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_hostile_input_never_ends_it(path: Path, sent: bytes) -> None:
    """Whatever is sent, the next request is answered."""
    raw(path, sent)
    assert Daemon(path).acknowledge(["99"]).unknown == ("99",)


@given(
    st.sampled_from(["/acknowledge", "/retry", "/silence", "/unsilence"]),
    st.dictionaries(
        st.sampled_from(["alert", "by", "dead", "rule", "channel", "until", "comment", "silence"]),
        st.text(max_size=80),
    ),
)
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_hostile_fields_are_answered(path: Path, route: str, fields: dict[str, str]) -> None:
    """Whatever stands in a form, it is done or refused by name, and never stumbled over."""
    body = urlencode(fields, errors="replace").encode()
    status = raw(path, form(route, body)).split(b" ", 2)[1]
    assert status in {b"200", b"400"}


def test_a_retry_goes_out_at_once(
    site: Site, heard: Log, receiver: Receiver, wirewatch: Wirewatch
) -> None:
    """What is asked of a daemon by a command or a page goes out, though it was not due for hours."""
    site.write(f"json://{receiver.host}/hook", '[delivery]\nfirst_retry = "1h"\n')
    receiver.answers["/hook"] = Answer(500)
    with running(site, heard):
        site.deliver("story.txt", STORY)
        receiver.wait_for("/hook")
        while rows(site, "deliveries")[0]["state"] != "failed":
            heard.wait_for("not-sent ")
        assert Daemon(site.folder / "wirewatch.db.socket").retry([1], "Ayan") == 1
        receiver.wait_for("/hook", 2)
        heard.wait_for("deliveries-retried alerts=1 deliveries=1")
        receiver.answers["/hook"] = Answer(200)
        while rows(site, "deliveries")[0]["attempts"] != 2:
            heard.wait_for("not-sent ", 2)
        assert wirewatch("alerts", "retry", "1").out == "1 deliveries are due again\n"
        receiver.wait_for("/hook", 3)


def test_commands_ask_the_daemon_where_one_runs(
    site: Site, heard: Log, receiver: Receiver, wirewatch: Wirewatch
) -> None:
    """Commands change the same rows, whether a daemon does it for them or the store itself."""
    add = ("silences", "add", "--rule", "kz-*", "--until", "2h", "--comment", "on air")
    with running(site, heard):
        site.deliver("story.txt", STORY)
        receiver.wait_for("/hook")
        assert wirewatch("alerts", "ack", "1", "--by", "Ayan").out == "1 acknowledged\n"
        assert wirewatch("alerts", "ack", "7").code == 1
        heard.wait_for("alerts-taken-on alerts=1 by=", 1)
        assert wirewatch(*add).out.startswith("silence 1 until ")
        assert wirewatch(*add[:4], "--until", "now", "--comment", "x").code == 2
        assert wirewatch("silences", "end", "1").out == "silence 1 has ended\n"
    assert not (site.folder / "wirewatch.db.socket").exists()
    assert wirewatch("alerts", "ack", "1").out == "0 acknowledged, 1 had been before\n"
    assert wirewatch(*add).out.startswith("silence 2 until ")
    db = open_reader(site.database)
    assert [row["acknowledged_by"] for row in db["alerts"].rows] == [f"Ayan ({ME})"]
    assert [row["author"] for row in db["silences"].rows] == [ME, ME]
    db.close()
