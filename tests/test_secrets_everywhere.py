"""A full run with a secret in every place one can stand, and services that say them back: nothing shows one."""

import base64
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from conftest import PATIENCE, STORY, Answer, Receiver, Site, Wirewatch
from postbox import Postbox, serving
from test_docs import commands

PLANTED = {
    "user": "us3r-a81b77", "password": "p@ss/w0rd 9f3a+x", "path": "tok3n-77e1c2", "query": "k3y=5d0f&1a",
    "header": "h3ader-c0ffee", "file": "f1le-41d2e9", "credential": "cr3d-8b6a70", "mail": "m@il pa55/77",
    "recipient": "s0mebody-x51c",
}  # fmt: skip
CHANNELS = """
[[channel]]
name = "refuses"
url = "json://${env:S_USER}:${env:S_PASSWORD}@{host}/${env:S_PATH}?+X-Token=${env:S_HEADER}&:key=${env:S_QUERY}"
[[channel]]
name = "redirects"
url = "json://{host}/elsewhere/${env:S_PATH}/?+Authorization=${env:S_HEADER}"
[[channel]]
name = "whole"
url = "${file:desk.url}"
[[channel]]
name = "credential"
url = "form://{host}/${credential:desk}"
[[channel]]
name = "gone"
url = "xml://${env:S_USER}:${env:S_PASSWORD}@{closed}/${env:S_PATH}"
[[channel]]
name = "mail"
url = "mailto://wire:${env:S_MAIL}@{mail}?mode=insecure&from=a@example.org&to=${env:S_RECIPIENT}@example.org"
[[channel]]
name = "push"
url = "ntfy://${env:S_USER}:${env:S_PASSWORD}@{host}/${env:S_PATH}"
[web]
url = "http://127.0.0.1:1"
listen = "127.0.0.1:0"
[alarms]
channels = ["refuses", "mail"]
failing = "1s"
"""
RULE = """
[[rule]]
name = "r"
title = "Rule"
query = "majilis"
channels = ["desk", "refuses", "redirects", "whole", "credential", "gone", "mail", "push"]
"""


def forms(secret: str) -> set[bytes]:
    """Give a secret in each way in which it may be written down."""
    pairs = [secret, f"{PLANTED['user']}:{secret}", f"\0wire\0{secret}"]
    written = {secret, quote(secret), quote(secret, safe=""), json.dumps(secret)[1:-1]}
    written |= {base64.b64encode(pair.encode()).decode() for pair in pairs}
    return {one.encode() for one in written}


class Leaks:
    """All that is looked for, and a look."""

    def __init__(self, seal: bytes = b"") -> None:
        self.forms = {name: forms(secret) for name, secret in PLANTED.items()}
        if seal:
            self.forms["seal"] = {seal, seal.hex().encode(), base64.b64encode(seal)}

    def in_bytes(self, data: bytes) -> list[str]:
        return [name for name, forms in self.forms.items() if any(one in data for one in forms)]

    def in_text(self, text: str) -> list[str]:
        return self.in_bytes(text.encode("utf-8", "surrogateescape"))


@pytest.fixture
def planted(
    site: Site, receiver: Receiver, closed_port: int, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Site]:
    """Give a site full of secrets, whose services say back what they were sent."""
    for name, secret in PLANTED.items():
        monkeypatch.setenv(f"S_{name.upper()}", quote(secret, safe=""))
    for path in (PLANTED["path"], f"elsewhere/{PLANTED['path']}/"):
        echo = {"Location": f"http://127.0.0.1/{PLANTED['path']}", "X-Echo": PLANTED["header"]}
        receiver.answers[f"/{path}"] = Answer(302 if "elsewhere" in path else 500, echo)
    receiver.answers[f"/{PLANTED['file']}"] = Answer(429, {"Retry-After": PLANTED["file"]})
    receiver.answers[f"/{PLANTED['credential']}"] = Answer(418)
    (site.folder / "desk.url").write_text(f"json://{receiver.host}/{PLANTED['file']}\n")
    (site.folder / "credentials").mkdir()
    (site.folder / "credentials" / "desk").write_text(PLANTED["credential"])
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(site.folder / "credentials"))
    plain = base64.b64encode(f"\0wire\0{PLANTED['mail']}".encode()).decode()
    box = Postbox(rcpt=f"550 {PLANTED['recipient']}@example.org: {PLANTED['mail']} {plain} no")
    with serving(box, password=PLANTED["mail"]) as mail:
        texts = {"{host}": receiver.host, "{closed}": f"127.0.0.1:{closed_port}", "{mail}": mail}
        channels = CHANNELS
        for mark, text in texts.items():
            channels = channels.replace(mark, text)
        site.write(f"json://{receiver.host}/hook", channels)
        (site.folder / "rules.toml").write_text(RULE)
        archive = site.config.read_text().replace("settle = ", 'after = "archive"\nsettle = ')
        site.config.write_text(archive)
        yield site


def ran_for_a_while(site: Site, receiver: Receiver) -> str:
    """Run the daemon, at its most talkative, until each service was asked; give its log."""
    command = [sys.executable, "-m", "wirewatch", "--config", str(site.config), "run", "--verbose"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as daemon:
        try:
            for path in ("hook", PLANTED["path"], PLANTED["file"], PLANTED["credential"]):
                receiver.wait_for(f"/{path}")
            (site.folder / "rules.toml").write_text("broken")
            daemon.send_signal(signal.SIGHUP)
        finally:
            daemon.send_signal(signal.SIGTERM)
        return daemon.communicate(timeout=6 * PATIENCE)[1]


def asked(site: Site, wirewatch: Wirewatch) -> dict[str, str]:
    """Give what every command says."""
    (site.folder / "rules.toml").write_text(RULE)
    given: dict[str, list[tuple[object, ...]]] = {
        "alerts show": [(1,), (1, "--json")], "alerts list": [(), ("--json",)],
        "alerts preview": [(1,), ("--digest",)], "alerts retry": [(1,)], "alerts ack": [(1,)],
        "check": [(), ("--json",)], "status": [(), ("--json",)], "prove": [(1,)],
        "routes test": [(1,), (1, "--json")], "rules list": [(), ("--json",)],
        "ingest": [(site.inbox,)], "search": [("majilis", "--json")], "tail": [("--no-follow",)],
        "query": [("SELECT * FROM articles",)], "show": [(1,)], "db export": [("articles",)],
        "send-test": [(name,) for name in ("refuses", "redirects", "whole", "credential", "gone",
                                           "mail", "push", "nobody")],
    }  # fmt: skip
    said = {}
    for name in sorted(set(commands()) - {"run", "serve", "cluster up"}):
        for words in given.get(name, [()]):
            ran = wirewatch(*name.split(), *words)
            said[f"{name} {words}"] = ran.out + ran.err
    return said


def test_nothing_shows_a_secret(planted: Site, receiver: Receiver, wirewatch: Wirewatch) -> None:
    """No command, no log line, no row, no page of the store and no file of ours holds a secret."""
    planted.deliver("story.txt", STORY)
    log = ran_for_a_while(planted, receiver)
    seal = (planted.folder / "wirewatch.db.seal").read_bytes()
    leaks = Leaks(seal)
    assert " ready inboxes=" in log
    assert leaks.in_text(log) == []
    said = asked(planted, wirewatch)
    assert [(name, leaks.in_text(text)) for name, text in said.items() if leaks.in_text(text)] == []
    assert "SMTP 550" in said["send-test ('mail',)"]
    ours = {planted.folder / "desk.url", planted.folder / "wirewatch.db.seal"}
    files = [path for path in planted.folder.rglob("*") if path.is_file() and path not in ours]
    files = [path for path in files if path.parent.name != "credentials"]
    assert any("archive" in path.parts for path in files)
    assert [
        (path.name, found) for path in files if (found := leaks.in_bytes(path.read_bytes()))
    ] == []
    with sqlite3.connect(planted.database) as store:
        [(attempts,)] = store.execute("SELECT count(*) FROM attempts WHERE error != ''")
    store.close()
    assert attempts >= 6


def test_a_process_that_dies_shows_no_secret(planted: Site) -> None:
    """A fault that nobody foresaw ends the daemon with its reason, and its traceback has no secret."""
    script = (
        "from wirewatch.notify import send\n"
        "def call(instance, *_):\n"
        "    urls = [one.url() for one in instance]\n"
        "    raise RuntimeError(' '.join(urls))\n"
        "send._call = call\n"
        "from wirewatch.cli import main\n"
        "main()\n"
    )
    planted.deliver("story.txt", STORY)
    command = [sys.executable, "-c", script, "--config", str(planted.config), "run", "--verbose"]
    died = subprocess.run(
        command, capture_output=True, text=True, timeout=6 * PATIENCE, check=False, env=os.environ
    )
    assert died.returncode == 1
    assert "RuntimeError" in died.stderr
    assert Leaks().in_text(died.stderr + died.stdout) == []
    store = Path(planted.database)
    held = b"".join(path.read_bytes() for path in store.parent.glob("wirewatch.db*"))
    assert Leaks().in_bytes(held) == []
