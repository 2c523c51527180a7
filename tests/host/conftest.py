"""A host with Wirewatch installed on it, and its service with a configuration of its own."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from conftest import Receiver
from host.machine import Machine, booted, missing

INSTALL = "/mnt/source/systemd/install.sh"
CONFIG = "/etc/wirewatch/wirewatch.toml"
STORE = "/var/lib/wirewatch/wirewatch.db"
INBOX = "/var/spool/wirewatch/inbox"
ARCHIVE = "/var/spool/wirewatch/archive"
DROP_IN = "/etc/systemd/system/wirewatch.service.d/trial.conf"
UNIT = "wirewatch.service"

_RULES = """
[[rule]]
name = "kz-az"
query = "@parliament:KZ AND @parliament:AZ"
channels = ["desk"]
"""


@pytest.fixture(scope="session", autouse=True)
def _can_boot() -> None:
    """Leave these tests out, and say why, where no host can be booted."""
    lack = missing()
    if lack:
        pytest.skip(f"no systemd of one's own can be booted here: {lack}")


@pytest.fixture(scope="session")
def host() -> Iterator[Machine]:
    """Give a host on which Wirewatch is installed."""
    with booted() as machine:
        machine.run(INSTALL, "install")
        yield machine


@dataclass(frozen=True)
class Service:
    """The installed service, and what reaches it."""

    host: Machine

    def configure(self, inbox: str = "", extra: str = "") -> None:
        """Write the configuration; `inbox` and `extra` are added to it."""
        self.host.put(
            CONFIG,
            f'[store]\npath = "{STORE}"\n[[inbox]]\nname = "wires"\npath = "{INBOX}"\n'
            f'after = "archive"\nsettle = "10ms"\n{inbox}\n[rules]\npaths = ["rules/*.toml"]\n'
            f'[[channel]]\nname = "desk"\nurl = "${{credential:desk}}"\n{extra}',
        )

    def start(self) -> None:
        """Start it, and wait until it is ready."""
        started = self.host.run("systemctl", "start", UNIT, check=False)
        assert started.returncode == 0, started.stderr + self.host.journal()

    def deliver(self, name: str, content: bytes, inbox: str = INBOX) -> None:
        """Put a file into an inbox as agencies do, for everybody to read."""
        folder = self.host.file(inbox)
        part = folder / f".{name}.part"
        part.write_bytes(content)
        part.chmod(0o644)
        part.rename(folder / name)

    def ask(self, *words: str) -> str:
        """Give what a command says that the service's user gives, whatever it thinks of that."""
        words = ("runuser", "-u", "wirewatch", "--", "wirewatch", *words)
        return self.host.run(*words, check=False).stdout

    def drop_in(self, text: str) -> None:
        """Change the unit, as `systemctl edit` does."""
        self.host.put(DROP_IN, text)
        self.host.run("systemctl", "daemon-reload")


@pytest.fixture
def service(host: Machine, receiver: Receiver) -> Iterator[Service]:
    """Give the service with an empty store, not started; its channel is the receiver's /hook."""
    host.put("/etc/wirewatch/credentials/desk", f"json://{receiver.host}/hook\n")
    for rules in host.file("/etc/wirewatch/rules").iterdir():
        rules.unlink()
    host.put("/etc/wirewatch/rules/desk.toml", _RULES)
    made = Service(host)
    made.configure()
    yield made
    host.run("systemctl", "stop", UNIT, "wirewatch-retry.timer")
    host.run("systemctl", "reset-failed", UNIT, check=False)
    host.run("rm", "-rf", DROP_IN, "/var/lib/wirewatch", ARCHIVE, INBOX)
    host.run("systemctl", "daemon-reload")
    host.run("systemd-tmpfiles", "--create", "/etc/tmpfiles.d/wirewatch.conf")


@pytest.fixture(scope="session")
def seeds() -> dict[str, bytes]:
    """Give the seeds: a file of each format."""
    folder = Path(os.path.abspath(__file__)).parents[2] / "seeds"  # noqa: PTH100 - no links followed
    return {
        told.name.removesuffix(".expected.json") + file.suffix: file.read_bytes()
        for told in folder.glob("*.expected.json")
        for file in folder.glob(told.name.removesuffix("expected.json") + "*")
        if file != told
    }
