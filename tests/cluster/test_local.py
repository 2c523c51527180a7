"""A broker on loopback: up, killed, restarted and gone without a trace."""

import subprocess
from pathlib import Path

import pytest

from cluster.conftest import is_whole, until
from wirewatch.broker import local_node
from wirewatch.broker.local import LocalBroker, LocalBrokerError
from wirewatch.broker.local_ports import PortsTakenError
from wirewatch.broker.local_process import left_behind


def listed(folder: Path) -> str:
    """Give the processes that name a folder, as an operator looks for them."""
    return subprocess.run(
        ["pgrep", "-af", str(folder)], capture_output=True, text=True, check=False
    ).stdout


def test_all_nodes_are_up(broker: LocalBroker) -> None:
    """When `start` returns, each node takes connections on loopback and sees all the others."""
    assert is_whole(broker)
    assert len(set(broker.addresses)) == len(set(broker.management)) == 3
    assert all(one.startswith("127.0.0.1:") for one in broker.addresses)
    assert broker.exit_codes() == {}


def test_nobody_else_can_listen_in(broker: LocalBroker) -> None:
    """The word by which nodes know each other, and the folder, are for their owner only."""
    assert (broker.folder / ".erlang.cookie").stat().st_mode & 0o077 == 0
    assert broker.folder.stat().st_mode & 0o077 == 0
    listening = subprocess.run(["ss", "-ltnp"], capture_output=True, text=True, check=True).stdout
    numbers = [f"pid={broker.pid(node)}," for node in range(3)]
    lines = [line for line in listening.splitlines() if any(one in line for one in numbers)]
    places = {line.split()[3] for line in lines}
    assert places >= {*broker.addresses, *(one.partition("//")[2] for one in broker.management)}
    assert len(places) >= 9, lines  # and three among themselves
    assert all(place.startswith("127.0.0.1:") for place in places), lines


def test_the_others_go_on_without_a_node(broker: LocalBroker) -> None:
    """A killed node is seen to be gone, the others take connections, and it joins again."""
    broker.kill(1)
    assert until(lambda: broker.running(0) == broker.running(2) == {0, 2})
    assert broker.takes_connections(0)
    assert broker.takes_connections(2)
    assert not broker.takes_connections(1)
    assert broker.exit_codes() == {1: -9}
    broker.restart(1)
    assert until(lambda: is_whole(broker))


def test_a_minority_waits(broker: LocalBroker) -> None:
    """A node that is left alone stops taking connections, until it has others again."""
    broker.kill(0)
    broker.kill(1)
    assert until(lambda: not broker.takes_connections(2))
    assert 2 not in broker.exit_codes()
    broker.restart(0, 1)
    assert until(lambda: is_whole(broker))


def test_all_come_back_from_a_power_cut(broker: LocalBroker) -> None:
    """Nodes that were killed all at once find each other again."""
    for node in range(3):
        broker.kill(node)
    broker.restart(0, 1, 2)
    assert until(lambda: is_whole(broker))


def test_stopping_leaves_nothing(tmp_path: Path) -> None:
    """Nodes, what they have started, and what finds them are gone; the folder is as it was."""
    folder = tmp_path / "a broker"
    broker = LocalBroker(folder, 1)
    with broker:
        assert left_behind(folder)
        assert f"{folder}/n0" in listed(folder)
    assert left_behind(folder) == []
    assert listed(folder) == ""
    assert (folder / "n0" / "data").is_dir()


def test_a_folder_has_one_broker(broker: LocalBroker) -> None:
    """Another one in the same folder is refused, and the first one goes on."""
    second = LocalBroker(broker.folder, 3)
    with pytest.raises(LocalBrokerError, match="another process runs the broker there"):
        second.start()
    assert is_whole(broker)


def test_ports_that_are_taken_are_named(broker: LocalBroker, tmp_path: Path) -> None:
    """Ports of another program are not used, and nothing is left running."""
    port = int(broker.addresses[1].rpartition(":")[2])
    with pytest.raises(PortsTakenError, match=f"of the ports {port} to {port + 3}"):
        LocalBroker(tmp_path, 1, port).start()
    assert left_behind(tmp_path) == []


def test_a_node_that_trips_while_it_starts_is_begun_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nodes that start at the same moment may end over each other: that is no failed start yet."""
    sound = local_node._SETTINGS
    monkeypatch.setattr(local_node, "_SETTINGS", sound + "nonsense = 1\n")
    broker = LocalBroker(tmp_path, 1)
    try:
        broker.start(lambda _up, _every: monkeypatch.setattr(local_node, "_SETTINGS", sound))
        assert broker.takes_connections(0)
        assert "nonsense" in broker.printed(0).read_text(encoding="utf-8", errors="replace")
    finally:
        broker.stop()


def test_a_failed_start_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A node that ends while it starts is quoted, and nothing is left running."""
    monkeypatch.setattr(local_node, "_SETTINGS", local_node._SETTINGS + "nonsense = 1\n")
    with pytest.raises(LocalBrokerError, match=r"n0@127.0.0.1 ended with 1; .*nonsense"):
        LocalBroker(tmp_path, 1).start()
    assert left_behind(tmp_path) == []
    assert listed(tmp_path) == ""
