"""A broker whose nodes lose sight of each other: most go on, the others wait, and come back."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cluster.conftest import comes_back, is_whole, until
from cluster.partition import Network, Room, need_network
from wirewatch.broker.local import Host, LocalBroker

_TICK = 4  # seconds until a silent node is taken for dead


@pytest.fixture(scope="module")
def network() -> Iterator[Network]:
    """Give a network of our own."""
    need_network()
    with Network() as network:
        yield network


@pytest.fixture(scope="module")
def rooms(network: Network) -> list[Room]:
    """Give a room for each of three nodes."""
    return [network.room() for _ in range(3)]


@pytest.fixture(scope="module")
def spread(rooms: list[Room], tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalBroker]:
    """Give a broker of which each node is in a room of its own."""
    hosts = [room.host for room in rooms]
    broker = LocalBroker(tmp_path_factory.mktemp("spread"), hosts=hosts, tick=_TICK)
    broker.start()
    yield broker
    broker.stop(0.0)


@pytest.mark.parametrize("alone", [0, 2])
def test_most_go_on_and_a_node_cut_off_waits(
    spread: LocalBroker, rooms: list[Room], alone: int
) -> None:
    """Cut off, a node stops taking connections while the others go on; mended, it is back."""
    assert is_whole(spread)
    others = {0, 1, 2} - {alone}
    rooms[alone].cut()
    assert until(lambda: all(spread.running(node) == others for node in others))
    assert until(lambda: not rooms[alone].reaches(spread.addresses[alone]))
    assert all(spread.takes_connections(node) for node in others)
    assert spread.exit_codes() == {}
    rooms[alone].mend()
    assert comes_back(spread, alone)


def test_a_desk_is_cut_off(spread: LocalBroker, network: Network) -> None:
    """A process in a room of its own reaches each node, unless its line is cut."""
    desk = network.room()
    assert all(desk.reaches(address) for address in spread.addresses)
    desk.cut()
    assert not any(desk.reaches(address) for address in spread.addresses)
    assert is_whole(spread)
    desk.mend()
    assert until(lambda: desk.reaches(spread.addresses[0]))


def test_a_broker_listens_where_it_is_told(network: Network, tmp_path: Path) -> None:
    """Nodes outside of rooms take connections at the machine's own address in the network."""
    desk = network.room()
    with LocalBroker(tmp_path, hosts=[Host(network.address)]) as broker:
        assert broker.addresses[0].startswith(network.address)
        assert desk.reaches(broker.addresses[0])
        broker.stop(0.0)
