"""The trial of a cluster: each kind of process ends in the midst of its work, and nothing is lost."""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from cluster.books import Books
from cluster.house import House, Member
from cluster.phone import Phone
from cluster.steps import Steps
from cluster.watch import leader_of, taker_of
from cluster.wire import Feeder
from wirewatch.broker.local import LocalBroker

FILES = int(os.environ.get("WIREWATCH_FILES", "20000"))
_AHEAD = 400  # files that may be under way: the log is to stay short, as desks wait for its end


@pytest.fixture
def steps(broker: LocalBroker, tmp_path: Path) -> Iterator[Steps]:
    """Give a cluster at work, and end it."""
    with Phone() as phone:
        house = House(tmp_path, broker.addresses, f"trial-{uuid.uuid4().hex[:8]}", phone.url)
        feeder = Feeder(house.inboxes, FILES, house.done, _AHEAD)
        try:
            house.start()
            feeder.start()
            yield Steps(Books(house, feeder, phone))
        finally:
            feeder.stop()
            house.discard()


def test_every_kind_of_process_ends(steps: Steps, broker: LocalBroker, figures: list[str]) -> None:
    """Whatever is killed, each file is accounted for, each alert told, and desks hold the same."""
    house = steps.books.house
    for victim in (house.workers[0], house.intakes[0], house.intakes[1]):
        steps.advance()
        _ends(steps, victim)
    steps.advance()
    _ends(steps, next(desk for desk in house.desks if desk is not house.sender()))
    steps.advance()
    _ends(steps, _relaying(steps, broker))
    steps.advance()
    _node_ends(steps, broker)
    for _ in range(2):
        steps.advance()
        _sender_ends(steps)
    wrong = steps.finish()
    figures.append(steps.figures())
    assert not wrong, "\n".join(wrong)


def _ends(steps: Steps, victim: Member) -> None:
    """Kill a process, and start it again when others have gone on."""
    victim.kill()
    steps.go_on(victim.name)
    victim.start()


def _sender_ends(steps: Steps) -> None:
    """Kill the desk that sends, and start it again when others have gone on."""
    steps.are_abreast()
    victim = steps.books.house.sender()
    steps.taken_over(victim, victim.kill, "killed")
    steps.go_on(f"{victim.name}, which sent")
    victim.start()


def _relaying(steps: Steps, broker: LocalBroker) -> Member:
    """Give the desk that copies the log."""
    house = steps.books.house
    found: list[Member] = []

    def known() -> bool:
        port = taker_of(broker.management, f"{house.prefix}.log")
        found[:] = [desk for desk in house.desks if port and desk.has_port(port)]
        return bool(found)

    steps.need(known, "the broker says who takes from the log")
    return found[0]


def _node_ends(steps: Steps, broker: LocalBroker) -> None:
    """End the node on which the log leads, and start it again when the others have gone on."""
    node = leader_of(broker.management, f"{steps.books.house.prefix}.log")
    assert node is not None, "no node says where the log leads"
    broker.kill(node)
    steps.go_on(f"node {node}, where the log led")
    broker.restart(node)
