"""`wirewatch serve` as a process: its start, its end, and what keeps it from starting."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest

from conftest import PATIENCE, Site, Wirewatch
from pages_desk import fill

SERVE = (sys.executable, "-m", "wirewatch", "--config")


@pytest.fixture
def filled(site: Site, wirewatch: Wirewatch) -> Site:
    fill(site, wirewatch)
    return site


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_it_is_stopped(filled: Site, end: signal.Signals) -> None:
    """It says where it is when it is there, tells systemd so, and ends well on SIGTERM and Ctrl-C."""
    notified = filled.folder / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(notified))
        manager.settimeout(PATIENCE)
        environment = os.environ | {"NOTIFY_SOCKET": str(notified)}
        command = [*SERVE, str(filled.config), "serve", "--port", "0"]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
        ) as process:
            assert process.stdout
            address = process.stdout.readline().removeprefix("pages at ").strip()
            assert manager.recv(100) == b"READY=1"
            with urllib.request.urlopen(address, timeout=PATIENCE) as page:  # noqa: S310 - loopback
                assert "Majilis" in page.read().decode()
            process.send_signal(end)
            _, said = process.communicate(timeout=PATIENCE)
            assert process.returncode == 0
            assert "Traceback" not in said


def test_without_its_libraries_it_says_what_to_install(filled: Site) -> None:
    """Who has not installed the extra is told how; every other command works without it."""
    script = "import sys; sys.modules['datasette'] = None; from wirewatch.cli import main; main()"
    command = [sys.executable, "-c", script, "--config", str(filled.config)]
    ran = subprocess.run([*command, "serve"], capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert "pip install 'wirewatch[web]'" in ran.stderr
    assert subprocess.run([*command, "check"], capture_output=True, check=False).returncode == 0


def test_without_a_store_it_does_not_start(site: Site, wirewatch: Wirewatch) -> None:
    """It says that there is none yet, and what makes it."""
    ran = wirewatch("serve", "--port", "0")
    assert ran.code == 1
    assert "there is no store" in ran.err
    assert not site.database.exists()


def test_a_port_that_is_taken_is_told(filled: Site, wirewatch: Wirewatch) -> None:
    """It says which, and what to do."""
    assert filled.database.exists()
    with socket.create_server(("127.0.0.1", 0)) as held:
        ran = wirewatch("serve", "--port", held.getsockname()[1])
    assert ran.code == 2
    assert "choose another port" in ran.err
