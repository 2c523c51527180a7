"""Alerts taken on by a link: shown first, taken by the button, and only with the right token."""

import errno
import http.client
import json
import os
import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

import pytest

from conftest import PATIENCE, START, STORY, ManualClock, Receiver, Site, Wirewatch, told
from wirewatch.clock import utc_now
from wirewatch.deployment import load_deployment
from wirewatch.errors import ConfigError
from wirewatch.pipeline.acts import Alone
from wirewatch.seal import is_sealed, seal_of, token_of
from wirewatch.service import Service
from wirewatch.store.accept import accept
from wirewatch.store.claims import claim
from wirewatch.store.database import Store, StoreUnavailableError
from wirewatch.store.lock import StoreLock
from wirewatch.web.acknowledging import Acknowledging, Desk
from wirewatch.web.door import door
from wirewatch.web.server import Server

SEAL = b"s" * 32


class Answer(NamedTuple):
    """What the server said."""

    code: int
    headers: dict[str, str]
    page: str


def served(desk: Desk) -> Server:
    """Serve the pages of a desk, on some port."""
    return Server(("127.0.0.1", 0), Acknowledging(desk).routes, door("127.0.0.1"))


class Visitor:
    """Somebody with a link, and a server to follow it to."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def ask(self, method: str, path: str, form: dict[str, str] | str | None = None) -> Answer:
        """Ask the server once."""
        connection = http.client.HTTPConnection("127.0.0.1", self._server.port, timeout=PATIENCE)
        body = urlencode(form) if isinstance(form, dict) else form
        connection.request(method, path, body)
        answer = connection.getresponse()
        page = answer.read().decode()
        connection.close()
        return Answer(answer.status, dict(answer.headers.items()), page)


@pytest.fixture
def visitor(store: Store, clock: ManualClock) -> Iterator[Visitor]:
    server = served(Desk(own := store.sibling(), SEAL, clock, Alone(own)))
    thread = threading.Thread(target=server.run)
    thread.start()
    yield Visitor(server)
    server.stop()
    thread.join(PATIENCE)
    assert not thread.is_alive()


def ring(store: Store, count: int = 1, headline: str = "Story") -> str:
    """Raise alerts that go out in one message; give its ref."""
    accept(store, [told(f"f{n}", f"{headline}{n} begins.") for n in range(count)], START)
    if count > 1:
        store.db.execute("UPDATE deliveries SET reason = 'quiet-hours'")
    with store.write() as db:
        [message] = claim(db, START, {"desk": 8})
    return message.key


def link(ref: str) -> str:
    return f"/acknowledge/{ref}/{token_of(SEAL, ref)}"


def taken(store: Store) -> list[str | None]:
    """Name who has taken each alert on."""
    return [row["acknowledged_by"] for row in store.db["alerts"].rows]


def test_a_link_shows_what_is_to_be_taken_on(store: Store, visitor: Visitor) -> None:
    """To look at a link takes nothing on: chats and mail readers do that by themselves."""
    answer = visitor.ask("GET", link(ring(store)))
    assert (answer.code, taken(store)) == (200, [None])
    assert "<strong>First rule</strong> Story0 begins." in answer.page
    assert '<form method="post">' in answer.page


def test_the_button_takes_it_on(store: Store, visitor: Visitor, clock: ManualClock) -> None:
    """The button notes who has taken the alert on, and when; once more changes nothing."""
    path = link(ring(store))
    answer = visitor.ask("POST", path, {"by": "Ayan <b>"})
    assert answer.code == 200
    assert "taken on by Ayan &lt;b&gt;, 2026-03-02T12:00Z" in answer.page
    clock.advance(60)
    visitor.ask("POST", path, {"by": "Somebody else"})
    assert taken(store) == ["Ayan <b>"]
    assert "<form" not in visitor.ask("GET", path).page


def test_a_name_is_not_needed(store: Store, visitor: Visitor) -> None:
    """Whoever gives no name is somebody; a name holds nothing unseen, and has an end."""
    visitor.ask("POST", link(ring(store)), {})
    assert taken(store) == ["somebody, by link"]


@pytest.mark.parametrize(
    ("by", "kept"),
    [("a\x1b[31m\u202eb\n", "a [31m b"), ("x" * 500, "x" * 60), ("  ", "somebody, by link")],
)
def test_names_are_cleaned(store: Store, visitor: Visitor, by: str, kept: str) -> None:
    """What cannot be seen does not reach the store, nor what is too long."""
    visitor.ask("POST", link(ring(store)), {"by": by})
    assert taken(store) == [kept]


def test_a_message_that_gathers_takes_all_on(store: Store, visitor: Visitor) -> None:
    """The link of a digest stands for all its alerts, of which some are shown."""
    path = link(ring(store, 25))
    page = visitor.ask("GET", path).page
    assert page.count("<li>") == 20
    assert "and 5 more" in page
    visitor.ask("POST", path, {"by": "Ayan"})
    assert taken(store) == ["Ayan"] * 25


@pytest.mark.parametrize("change", ["ref", "token", "short", "path", "query"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_without_the_token_there_is_nothing(
    store: Store, visitor: Visitor, method: str, change: str
) -> None:
    """A link that is not ours shows and changes nothing, and does not say what is wrong with it."""
    ref = ring(store)
    token = token_of(SEAL, ref)
    paths = {
        "ref": f"/acknowledge/{'0' * 16}/{token}",
        "token": f"/acknowledge/{ref}/{'0' * 32}",
        "short": f"/acknowledge/{ref}/{token[:-1]}",
        "path": f"/acknowledge/../{ref}/{token}",
        "query": f"{link(ref)}?x=1",
    }
    answer = visitor.ask(method, paths[change], {"by": "Eve"} if method == "POST" else None)
    assert (answer.code, taken(store)) == (404, [None])
    assert "Story" not in answer.page


def test_a_page_is_closed(store: Store, visitor: Visitor) -> None:
    """What an article says is text; a page runs nothing, loads nothing, and is kept nowhere."""
    answer = visitor.ask("GET", link(ring(store, 1, "<script>alert(1)</script>")))
    assert "<script" not in answer.page
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "Python" not in answer.headers["Server"]


@pytest.mark.parametrize("form", ["by=" + "x" * 3000, "&".join(["by=x"] * 9)])
def test_too_much_is_refused(store: Store, visitor: Visitor, form: str) -> None:
    """A form that is none of ours takes nothing on, and does not end the server."""
    path = link(ring(store))
    assert visitor.ask("POST", path, form).code == 413
    assert taken(store) == [None]
    assert visitor.ask("GET", path).code == 200


def test_a_store_that_cannot_be_written_is_said(
    store: Store, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where it cannot be noted, the page says so, and the next try may do better."""
    path = link(ring(store))
    own = store.sibling()
    server = served(Desk(own, SEAL, clock, Alone(own)))
    thread = threading.Thread(target=server.run)
    thread.start()

    def refuse() -> object:
        raise StoreUnavailableError("locked")

    with monkeypatch.context() as locked:
        locked.setattr(own, "write", refuse)
        assert Visitor(server).ask("POST", path, {}).code == 503
    assert Visitor(server).ask("POST", path, {}).code == 200
    server.stop()
    thread.join(PATIENCE)


def test_the_seal_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    """The secret stays what it is, and nobody else may read it; without it no link is ours."""
    store = tmp_path / "store" / "wirewatch.db"
    seal = seal_of(store)
    assert seal_of(store) == seal
    assert len(seal) == 32
    assert (store.parent / "wirewatch.db.seal").stat().st_mode & 0o777 == 0o600
    ref = "0123456789abcdef"
    assert is_sealed(seal, ref, token_of(seal, ref))
    assert not is_sealed(b"another", ref, token_of(seal, ref))
    assert json.dumps(token_of(seal, ref)) != json.dumps(token_of(seal, ref[::-1]))


def test_a_seal_that_cannot_be_written_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the disk is full no seal is made, rather than half of one."""

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="full"):
        seal_of(tmp_path / "wirewatch.db")
    assert list(tmp_path.iterdir()) == []


WEB = """
[web]
url = "http://127.0.0.1:{port}"
listen = "127.0.0.1:{port}"
"""


def test_a_message_of_the_daemon_holds_a_link_that_works(site: Site, receiver: Receiver) -> None:
    """The running daemon sends a link with each message, and serves it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    site.write(f"json://{receiver.host}/hook", WEB.format(port=port))
    service = Service(site.config, load_deployment(site.config), utc_now)
    thread = threading.Thread(target=service.run)
    thread.start()
    site.deliver("story.txt", STORY)
    [got] = receiver.wait_for("/hook")
    said = json.loads(got.body)["message"]
    found = re.search(r"http://127\.0\.0\.1:\d+(/acknowledge/\w+/\w+)", said)
    assert found
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("POST", found[1], "by=Ayan")
    page = connection.getresponse().read().decode()
    connection.close()
    service.stop()
    thread.join(PATIENCE)
    assert "taken on by Ayan" in page


@pytest.mark.parametrize(
    ("web", "fault"),
    [
        ('[web]\nlisten = "127.0.0.1:8089"\n', "nobody knows where links lead"),
        ('[web]\nurl = "https://desk.example"\nlisten = "8089"\n', "no address to listen on"),
        ('[web]\nurl = "https://desk.example"\nlisten = "a:99999"\n', "no address to listen on"),
    ],
)
def test_an_address_that_cannot_be(wirewatch: Wirewatch, site: Site, web: str, fault: str) -> None:
    """A server without the address of its links, or on none that there is, is a fault."""
    site.write("json://127.0.0.1:9/x", web)
    ran = wirewatch("check")
    assert ran.code == 2
    assert fault in ran.err


def test_a_port_that_is_taken_stops_the_start(site: Site) -> None:
    """Where something else listens the daemon says so, and holds neither store nor lock."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        site.write("json://127.0.0.1:9/x", WEB.format(port=other.getsockname()[1]))
        with pytest.raises(ConfigError, match="cannot listen on"):
            Service(site.config, load_deployment(site.config), utc_now)
    assert StoreLock.holder(site.database) is None


def test_without_a_server_messages_hold_no_link(
    wirewatch: Wirewatch, site: Site, receiver: Receiver
) -> None:
    """Where nothing listens no link is sent, and no secret is made."""
    site.deliver("a.txt", STORY)
    wirewatch("ingest", site.inbox)
    [got] = receiver.at("/hook")
    assert "/acknowledge/" not in got.body
    assert not (site.folder / "wirewatch.db.seal").exists()
