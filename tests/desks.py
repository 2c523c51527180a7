"""Desks on the double of a broker: each with its store, following one log."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import cluster_double
from conftest import PATIENCE, ManualClock
from wirewatch.broker.link import Link
from wirewatch.broker.topology import Settings
from wirewatch.cluster.account import Account, Question
from wirewatch.cluster.answering import Answering
from wirewatch.cluster.election import Election
from wirewatch.cluster.following import Following
from wirewatch.cluster.measuring import Measuring
from wirewatch.cluster.proposals import Proposals
from wirewatch.cluster.relay import Relay
from wirewatch.cluster.stance import Stance
from wirewatch.pulse import Pulses
from wirewatch.states import Role
from wirewatch.store.database import Store
from wirewatch.store.digest import content_digest

SETTINGS = Settings()


def broker_of(*names: str) -> cluster_double.Broker:
    """Make a broker with a queue for each desk."""
    return cluster_double.Broker(
        {
            SETTINGS.desks: [SETTINGS.desk(name) for name in names],
            SETTINGS.asks: [SETTINGS.asked(name) for name in names],
        }
    )


def linked(broker: cluster_double.Broker) -> Link:
    """Make a link to it."""
    return cast("Link", cluster_double.Link(broker))


class Desk:
    """A desk with its threads: it follows the log, copies it, and proposes."""

    def __init__(
        self, folder: Path, broker: cluster_double.Broker, name: str, clock: ManualClock
    ) -> None:
        self.broker = broker
        self.link = linked(broker)
        self.relay_link = linked(broker)
        self.store = Store.open(folder / f"{name}.db")
        pulses = Pulses()
        queue = SETTINGS.desk(name)
        self.following = Following(self.link, queue, self.store.sibling(), clock, pulses)
        self.relay = Relay(self.relay_link, SETTINGS.log, SETTINGS.desks, pulses)
        self.proposals = Proposals(self.link, SETTINGS.log)
        self.measuring = Measuring(self.store.path)
        self.election = Election(self.link, SETTINGS.lead, name, clock, pulses)
        self.following.done = [self.measuring.done, self.election.done, self.proposals.done]
        own = (self.store.sibling(), self.following, self.election, self.measuring)
        self.stance = Stance(*own)
        self.answering = Answering(self.link, SETTINGS.asked(name), self._tell, pulses)
        self.name = name
        works = (self.following.run, self.relay.run, self.answering.run)
        self._threads = [threading.Thread(target=work, daemon=True) for work in works]

    def _tell(self, question: Question) -> Account:
        """Say how this desk is."""
        known = (self.name, Role.DESK, self.election.instance, "1.0", "r1", self.relay.copied)
        return Account(*known, "", self.stance.follows(question))

    def start(self) -> None:
        """Start the threads."""
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """End the threads, and what they held goes back."""
        for part in (self.following, self.relay, self.answering):
            part.stop()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(PATIENCE)
        self.store.close()

    def digest(self) -> str:
        """Digest what desks have in common."""
        return content_digest(self.store.db)


@contextmanager
def desks(folder: Path, clock: ManualClock, *names: str) -> Iterator[list[Desk]]:
    """Have desks at work."""
    broker = broker_of(*names)
    made = [Desk(folder, broker, name, clock) for name in names]
    for desk in made:
        desk.start()
    try:
        yield made
    finally:
        for desk in made:
            desk.end()


def come_to(desk: Desk, position: int) -> None:
    """Wait until a desk has come to a position of the log. Fails where it does not in time."""
    reached = threading.Event()
    desk.following.done.append(
        lambda _: reached.set() if desk.following.at.number >= position else None
    )
    if desk.following.at.number < position:
        assert reached.wait(PATIENCE), f"{desk.following.at.number} of {position}"
