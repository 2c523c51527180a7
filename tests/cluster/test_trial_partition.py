"""The trial of a cluster whose lines are cut: of the desk that sends, and of a broker's node.

The desk that is cut off from the broker can still tell people: the worst that can happen.
"""

import os
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from cluster.books import Books
from cluster.conftest import comes_back
from cluster.house import House
from cluster.partition import Network, Room, need_network
from cluster.phone import Phone
from cluster.steps import Steps
from cluster.watch import leader_of
from cluster.wire import Feeder
from wirewatch.broker.local import LocalBroker

FILES = int(os.environ.get("WIREWATCH_FILES", "20000")) * 3 // 20
_AHEAD = 200  # files that may be under way
_TICK = 4  # seconds until a silent node is taken for dead


@dataclass
class Site:
    """A cluster with lines that can be cut."""

    steps: Steps
    broker: LocalBroker
    nodes: list[Room]
    desk: Room
    """In which the desk is that sends first."""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Give a cluster at work, and end it."""
    need_network()
    with ExitStack() as ends:
        network = ends.enter_context(Network())
        streets = ends.enter_context(Network())  # by which people are told
        nodes = [network.room() for _ in range(3)]
        hosts = [room.host for room in nodes]
        broker = LocalBroker(tmp_path / "broker", hosts=hosts, tick=_TICK)
        ends.callback(broker.stop, 0.0)
        broker.start()
        phone = ends.enter_context(Phone(streets.address))
        room = network.room()
        streets.reach(room)
        house = House(tmp_path, broker.addresses, f"trial-{uuid.uuid4().hex[:8]}", phone.url)
        ends.callback(house.discard)
        house.desks[0].prefix = room.prefix
        feeder = Feeder(house.inboxes, FILES, house.done, _AHEAD)
        ends.callback(feeder.stop)
        yield Site(Steps(Books(house, feeder, phone), parts=5), broker, nodes, room)


def test_lines_are_cut(site: Site, figures: list[str]) -> None:
    """Whoever is cut off, each file is accounted for, each alert told, and desks hold the same."""
    steps = site.steps
    _start(steps)
    steps.advance()
    _desk_is_cut_off(site)
    steps.advance()
    _node_is_cut_off(site)
    wrong = steps.finish()
    figures.append(steps.figures())
    assert not wrong, "\n".join(wrong)


def _start(steps: Steps) -> None:
    """Start all, the desk in the room first, so that it sends."""
    house = steps.books.house
    house.found()
    first = house.desks[0]
    first.start()
    steps.need(lambda: bool(first.rows("SELECT 1 FROM cluster_leads")), f"{first.name} leads")
    for member in house:
        if member is not first:
            member.start()
    steps.books.feeder.start()


def _desk_is_cut_off(site: Site) -> None:
    """Cut off the desk that sends, and mend its line when others have gone on."""
    site.steps.are_abreast()
    victim = site.steps.books.house.sender()
    assert victim is site.steps.books.house.desks[0], "the desk in the room does not send"
    site.steps.taken_over(victim, site.desk.cut, "cut off")
    site.steps.go_on(f"{victim.name}, cut off")
    site.desk.mend()


def _node_is_cut_off(site: Site) -> None:
    """Cut off the node on which the log leads, and mend its line when the others have gone on."""
    queue = f"{site.steps.books.house.prefix}.log"
    node = leader_of(site.broker.management, queue)
    assert node is not None, "no node says where the log leads"
    site.nodes[node].cut()
    site.steps.go_on(f"node {node}, cut off")
    site.nodes[node].mend()
    assert comes_back(site.broker, node), site.steps.books.found()
