"""Word to the service manager: what a real socket receives."""

import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import PATIENCE
from wirewatch.systemd import notify, reloading


@pytest.fixture
def manager() -> Iterator[socket.socket]:
    """Give a datagram socket, as systemd has one."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.settimeout(PATIENCE)
        yield listening


def test_a_state_reaches_the_service_manager(
    manager: socket.socket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each state is one datagram on the socket that systemd names."""
    address = str(tmp_path / "notify")
    manager.bind(address)
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    for state in ("READY=1", "WATCHDOG=1", "STOPPING=1"):
        assert notify(state) is True
        assert manager.recv(100) == state.encode()


def test_a_reload_is_announced_with_its_time(
    manager: socket.socket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RELOADING=1 comes with the time in microseconds, READY=1 also after a reload that failed."""
    manager.bind(str(tmp_path / "notify"))
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    before = time.monotonic_ns() // 1000
    with pytest.raises(MemoryError), reloading():
        raise MemoryError
    first, second = manager.recv(100).decode().split("\n")
    assert first == "RELOADING=1"
    assert before <= int(second.removeprefix("MONOTONIC_USEC=")) <= time.monotonic_ns() // 1000
    assert manager.recv(100) == b"READY=1"


def test_an_abstract_socket_is_reached_too(
    manager: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that begins with @ stands for an abstract socket, as in sd_notify(3)."""
    name = f"wirewatch-test-{os.getpid()}"
    manager.bind(f"\0{name}")
    monkeypatch.setenv("NOTIFY_SOCKET", f"@{name}")
    assert notify("READY=1") is True
    assert manager.recv(100) == b"READY=1"


def test_without_a_service_manager_nothing_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Started by hand, the daemon tells nobody and does not mind."""
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    assert notify("READY=1") is False


@pytest.mark.parametrize("address", ["{tmp}/nobody", "@wirewatch-nobody-listens"])
def test_a_service_manager_that_is_gone_does_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    """A socket that nobody reads does not stop the daemon from doing its work."""
    monkeypatch.setenv("NOTIFY_SOCKET", address.format(tmp=tmp_path))
    assert notify("WATCHDOG=1") is False
