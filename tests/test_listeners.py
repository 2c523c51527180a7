# ruff: noqa: F811 - fixtures of another file
"""Which servers a daemon has: figures for operators apart from links, and for strangers none."""

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from conftest import PATIENCE, STORY, Receiver, Site, Wirewatch
from test_service import Log
from test_service import log as heard  # noqa: F401 - a fixture
from wirewatch.clock import utc_now
from wirewatch.config import load_config
from wirewatch.deployment import load_deployment
from wirewatch.errors import ConfigError
from wirewatch.service import Service
from wirewatch.store.lock import StoreLock

TOKEN = "0123456789abcdef-token"  # noqa: S105 - it opens nothing but a test
METRICS = '[metrics]\nlisten = "127.0.0.1:0"\n'


def ask(port: int, path: str, headers: dict[str, str] | None = None) -> tuple[int, str]:
    """Ask a server of the daemon."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", path, headers=headers or {})
    answer = connection.getresponse()
    said = answer.read().decode()
    connection.close()
    return answer.status, said


@contextmanager
def running(site: Site, heard: Log) -> Iterator[Service]:
    """Run a daemon until the block ends."""
    service = Service(site.config, load_deployment(site.config), utc_now)
    thread = threading.Thread(target=service.run)
    thread.start()
    try:
        heard.wait_for("ready ")
        yield service
    finally:
        service.stop()
        thread.join(PATIENCE)
        assert not thread.is_alive()


def test_a_running_daemon_shows_its_figures(site: Site, heard: Log, receiver: Receiver) -> None:
    """What the daemon does is shown while it does it, and that it is well and ready."""
    site.write(f"json://{receiver.host}/hook", METRICS)
    with running(site, heard) as service:
        site.deliver("story.txt", STORY)
        receiver.wait_for("/hook")
        port = service.servers["metrics"].port
        text = ask(port, "/metrics")[1]
        while 'wirewatch_attempts_total{channel="desk",outcome="sent",reason=""} 1.0' not in text:
            text = ask(port, "/metrics")[1]
        assert 'wirewatch_inbox_watched{inbox="wires"} 1.0' in text
        assert "wirewatch_watches 1.0" in text
        assert ask(port, "/health") == (200, '{"ok": true, "reasons": []}\n')
        assert ask(port, "/ready") == (200, '{"ok": true, "reasons": []}\n')


def test_figures_and_links_are_two_servers(site: Site, heard: Log) -> None:
    """Where links are published, figures are not, and the other way round."""
    web = '[web]\nurl = "https://desk.example.org"\nlisten = "127.0.0.1:0"\n'
    site.write("json://127.0.0.1:9/x", METRICS + web)
    with running(site, heard) as service:
        links, figures = (service.servers[name].port for name in ("web", "metrics"))
        assert ask(links, "/metrics")[0] == ask(figures, "/acknowledge/x/y")[0] == 404
        assert ask(links, "/health")[0] == 404
        assert ask(links, "/acknowledge/x/y", {"Host": "desk.example.org"})[0] == 404
        assert ask(links, "/acknowledge/x/y", {"Host": "evil.example.org"})[0] == 421
        assert ask(figures, "/metrics", {"Host": "desk.example.org"})[0] == 421


def test_an_inbox_that_is_gone_is_not_ready(site: Site, heard: Log) -> None:
    """A folder that is not there any more is told of at once, though the daemon is alive."""
    site.write("json://127.0.0.1:9/x", METRICS)
    with running(site, heard) as service:
        port = service.servers["metrics"].port
        site.inbox.rename(site.folder / "elsewhere")
        status, said = ask(port, "/ready")
        assert (status, json.loads(said)["reasons"]) == (503, ["inbox wires is not watched"])
        assert ask(port, "/health")[0] == 200


def test_a_token_is_taken_from_where_it_is_kept(
    site: Site,
    heard: Log,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With a token only its holder reads figures; it stands in no file, error or configuration."""
    monkeypatch.setenv("METRICS_TOKEN", TOKEN)
    site.write("json://127.0.0.1:9/x", METRICS + 'token = "${env:METRICS_TOKEN}"\n')
    assert TOKEN not in repr(load_config(site.config))
    with running(site, heard) as service:
        port = service.servers["metrics"].port
        assert ask(port, "/metrics")[0] == ask(port, "/health")[0] == 401
        assert ask(port, "/metrics", {"Authorization": f"Bearer {TOKEN}"})[0] == 200
    assert not any(TOKEN in line for _, line in heard.lines)


@pytest.mark.parametrize("address", ["0.0.0.0:9464", "10.0.0.7:9464", "[::]:9464", "desk:9464"])
def test_beyond_this_machine_a_token_is_needed(
    wirewatch: Wirewatch, site: Site, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is shown to others without a token, and the fault says what to do."""
    metrics = f'[metrics]\nlisten = "{address}"\n'
    site.write("json://127.0.0.1:9/x", metrics)
    ran = wirewatch("check")
    assert ran.code == 2
    assert "metrics.listen" in ran.err
    assert "is reached by others" in ran.err
    assert '"${credential:metrics}"' in ran.err
    monkeypatch.setenv("METRICS_TOKEN", TOKEN)
    site.write("json://127.0.0.1:9/x", metrics + 'token = "${env:METRICS_TOKEN}"\n')
    assert wirewatch("check").code == 0


@pytest.mark.parametrize(
    "address", ["127.0.0.1:9464", "localhost:9464", "[::1]:9464", "127.0.0.2:1"]
)
def test_on_this_machine_none_is_needed(wirewatch: Wirewatch, site: Site, address: str) -> None:
    """Whoever is on this machine may read figures."""
    site.write("json://127.0.0.1:9/x", f'[metrics]\nlisten = "{address}"\n')
    assert wirewatch("check").code == 0


@pytest.mark.parametrize("token", ["s3cret", "a b c d e f g h i j", "пароль-пароль-пароль"])
def test_a_token_that_is_none(wirewatch: Wirewatch, site: Site, token: str) -> None:
    """A token that is quickly guessed, or cannot stand in a header, is a fault that does not show it."""
    site.write("json://127.0.0.1:9/x", METRICS + f'token = "{token}"\n')
    ran = wirewatch("check")
    assert ran.code == 2
    assert "metrics.token: the token is short" in ran.err
    assert token not in ran.err


def test_a_token_that_is_missing_is_said_once(wirewatch: Wirewatch, site: Site) -> None:
    """Where the token's place is empty that is the fault, and not that there is no token."""
    extra = '[metrics]\nlisten = "0.0.0.0:9464"\ntoken = "${env:NOT_SET}"\n'
    site.write("json://127.0.0.1:9/x", extra)
    ran = wirewatch("check")
    assert "NOT_SET is not set" in ran.err
    assert "is reached by others" not in ran.err


def test_without_the_key_no_port_is_listened_on(site: Site, heard: Log) -> None:
    """Nothing but the socket beside the store is served unless somebody wants it."""
    with running(site, heard) as service:
        assert {name: one.port for name, one in service.servers.items()} == {"control": 0}


def test_a_port_that_is_taken_stops_the_start(site: Site) -> None:
    """Where something else listens the daemon says so, and holds neither ports, store nor lock."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = f'[metrics]\nlisten = "127.0.0.1:{other.getsockname()[1]}"\n'
        web = '[web]\nurl = "https://desk.example.org"\nlisten = "127.0.0.1:0"\n'
        site.write("json://127.0.0.1:9/x", web + taken)
        with pytest.raises(
            ConfigError, match=r"metrics\.listen: cannot listen on .*another daemon"
        ):
            Service(site.config, load_deployment(site.config), utc_now)
    assert StoreLock.holder(site.database) is None
