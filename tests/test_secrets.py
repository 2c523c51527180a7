"""Secrets: what stands in a channel's URL is shown nowhere and stored nowhere."""

import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest

from conftest import PATIENCE, STORY, Answer, Receiver, Site, Wirewatch
from wirewatch.deployment import load_deployment

SECRET = "p@ss/w0rd-9f3a"  # noqa: S105 - it opens nothing
TOKEN = "tok3n-77e1c2"  # noqa: S105 - neither does this
FORMS = (SECRET, quote(SECRET, safe=""), TOKEN)


def shown_in(text: str) -> list[str]:
    return [form for form in FORMS if form in text]


def stored_in(folder: Path) -> list[str]:
    """Name the files below a folder, the inbox aside, that hold a secret in any form."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.parent.name != "inbox"]
    assert any(path.suffix == ".db" for path in files)
    held = [(path, path.read_bytes()) for path in files]
    return [path.name for path, data in held if any(form.encode() in data for form in FORMS)]


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plant the secrets where the configuration refers to them."""
    monkeypatch.setenv("DESK_PASSWORD", quote(SECRET, safe=""))
    monkeypatch.setenv("DESK_TOKEN", TOKEN)


JSON = "json://user:${env:DESK_PASSWORD}@{host}/${env:DESK_TOKEN}?+Auth=${env:DESK_TOKEN}"
MAIL = (
    "mailto://user:${env:DESK_PASSWORD}@{host}?mode=insecure"
    "&from=a@example.org&to=${env:DESK_TOKEN}@example.org"
)
FAILING = {
    "error": (JSON, Answer(500)),
    "throttled": (JSON, Answer(429, {"Retry-After": "60"})),
    "redirected": (JSON, Answer(302, {"Location": f"http://127.0.0.1/{TOKEN}"})),
    "gone": (JSON, None),
    "mail gone": (MAIL, None),
}


@pytest.fixture(params=FAILING)
def failing(
    request: pytest.FixtureRequest, secrets: None, site: Site, receiver: Receiver, closed_port: int
) -> Site:
    """Give a site whose channel fails in one way or another, and whose URL is full of secrets."""
    _ = secrets
    url, answer = FAILING[request.param]
    if answer:
        receiver.answers[f"/{TOKEN}"] = answer
    site.write(url.replace("{host}", receiver.host if answer else f"127.0.0.1:{closed_port}"))
    return site


def test_no_command_shows_a_secret(failing: Site, wirewatch: Wirewatch) -> None:
    """However a channel fails, no command prints a secret of its URL, and no file of ours holds it."""
    failing.deliver("story.txt", STORY)
    commands = [
        ("check",),
        ("check", "--json"),
        ("ingest", failing.inbox),
        ("send-test", "desk"),
        ("status",),
        ("status", "--json"),
        ("alerts", "list"),
        ("alerts", "list", "--json"),
        ("alerts", "show", 1),
        ("alerts", "show", "--json", 1),
        ("alerts", "retry", 1),
    ]
    ran = {words: wirewatch(*words) for words in commands}
    assert [words for words, one in ran.items() if shown_in(one.out + one.err)] == []
    assert ran["send-test", "desk"].code == 1
    assert '"error": ' in ran["alerts", "show", "--json", 1].out
    assert stored_in(failing.folder) == []


def test_the_daemon_logs_no_secret(secrets: None, site: Site, receiver: Receiver) -> None:
    """The most talkative log of a daemon whose channel fails does not hold the URL's secrets."""
    _ = secrets
    receiver.answers[f"/{TOKEN}"] = Answer(500)
    site.write("json://user:${env:DESK_PASSWORD}@" + receiver.host + "/${env:DESK_TOKEN}")
    site.deliver("story.txt", STORY)
    command = [sys.executable, "-m", "wirewatch", "--config", str(site.config), "run", "--verbose"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as daemon:
        receiver.wait_for(f"/{TOKEN}")
        daemon.send_signal(signal.SIGTERM)
        _out, err = daemon.communicate(timeout=PATIENCE)
    assert " ready " in err
    assert shown_in(err) == []
    assert stored_in(site.folder) == []


@pytest.mark.usefixtures("secrets")
@pytest.mark.parametrize(
    "url",
    [
        "${env:DESK_TOKEN}",
        "${env:DESK_TOKEN}:x",
        "json:/${env:DESK_TOKEN}",
        "nosuch://${env:DESK_TOKEN}/${env:DESK_PASSWORD}",
        "twilio://ACaaaaaa:bbbbbbbbb@${env:DESK_PASSWORD}",
        "kavenegar://${env:DESK_PASSWORD}/1",
        "ntfy://user:${env:DESK_PASSWORD}@127.0.0.1/${env:DESK_TOKEN}/another",
    ],
)
def test_a_fault_in_a_secret_url_does_not_show_it(
    site: Site, wirewatch: Wirewatch, url: str
) -> None:
    """A URL that cannot be used is named by its place in the configuration, not by what it says."""
    site.write(url)
    for words in (("check",), ("check", "--json"), ("run",), ("send-test", "desk")):
        ran = wirewatch(*words)
        assert ran.code == 2
        assert "channel[1].url" in ran.out + ran.err
        assert shown_in(ran.out + ran.err) == []


def test_a_missing_secret_is_named(site: Site, wirewatch: Wirewatch) -> None:
    """A reference that leads nowhere is a fault that names the variable and a remedy."""
    site.write("json://127.0.0.1/${env:WIREWATCH_TEST_NOT_SET}")
    ran = wirewatch("check")
    assert ran.code == 2
    assert "the environment variable WIREWATCH_TEST_NOT_SET is not set" in ran.err


@pytest.mark.usefixtures("secrets")
def test_what_holds_a_secret_does_not_print_it(site: Site) -> None:
    """The configuration and the channels can be printed, for instance by a traceback, unharmed."""
    site.write("json://user:${env:DESK_PASSWORD}@127.0.0.1/${env:DESK_TOKEN}")
    deployment = load_deployment(site.config)
    assert TOKEN in deployment.channels["desk"].url
    assert shown_in(f"{deployment!r} {deployment.config} {deployment.channels}") == []
