"""Which of several desks sends: elected by the broker, from a place in the log on."""

import re
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, TypeVar, cast

from cluster_double import Broker
from conftest import PATIENCE, Answer, ManualClock, Receiver, told
from desks import SETTINGS, Desk, broker_of, desks
from wirewatch.cluster import election as module
from wirewatch.cluster import following
from wirewatch.cluster.election import Election
from wirewatch.cluster.entry import Entry
from wirewatch.cluster.following import Done
from wirewatch.notify.send import Channel
from wirewatch.pipeline.acts import Accept, Act
from wirewatch.pipeline.deliveries import Deliveries
from wirewatch.pipeline.mandate import Mandate
from wirewatch.pipeline.patience import Patience
from wirewatch.pulse import Pulses
from wirewatch.store.database import Store, StoreUnavailableError
from wirewatch.store.stories import Telling

import pytest  # isort: skip

if TYPE_CHECKING:
    from wirewatch.cluster.following import Following
    from wirewatch.model import Message

R = TypeVar("R")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let desks say a word often, and soon see that nothing waits."""
    monkeypatch.setattr(module, "_BEAT", 0.02)
    monkeypatch.setattr(following, "_SOON", 0.02)


@dataclass
class Standing:
    """A desk that stands for election, and sends if it is elected."""

    desk: Desk
    election: Election
    deliveries: Deliveries
    threads: list[threading.Thread]

    def end(self) -> None:
        """End it in good order."""
        self.deliveries.stop()
        assert self.deliveries.finished.wait(PATIENCE)
        self.election.stop()
        for thread in self.threads:
            thread.join(PATIENCE)
        self.desk.end()

    def vanish(self) -> None:
        """Be gone for the broker, as by a kill, and go on all the same: a desk that is cut off."""
        self.election.stop()
        self.desk.link.close()
        self.desk.relay_link.close()


def standing(folder: Path, broker: Broker, name: str, clock: ManualClock, host: str) -> Standing:
    """Make a desk that stands for election."""
    desk = Desk(folder, broker, name, clock)
    channels = {"desk": Channel("desk", f"json://{host}/{name}")}
    deliveries = Deliveries(desk.store.sibling(), channels, Patience(), clock)
    election = Election(desk.link, SETTINGS.lead, name, clock, Pulses())
    election.channels = lambda: ("desk",)
    election.changed = deliveries.wake
    deliveries.mandate, deliveries.performer = election.mandate, desk.proposals
    desk.following.done = [election.done, desk.proposals.done, lambda _: deliveries.wake()]
    works: list[Callable[[], None]] = [
        deliveries.run, lambda: election.run(desk.following, desk.proposals),
    ]  # fmt: skip
    threads = [threading.Thread(target=work, daemon=True) for work in works]
    desk.start()
    for thread in threads:
        thread.start()
    return Standing(desk, election, deliveries, threads)


@contextmanager
def two(tmp_path: Path, clock: ManualClock, host: str) -> Iterator[tuple[Standing, Standing]]:
    """Have two desks stand; the first is the one that leads."""
    broker = broker_of("astana", "brussels")
    made = [standing(tmp_path, broker, name, clock, host) for name in ("astana", "brussels")]
    try:
        holds(lambda: any(one.election.leads for one in made))
        first, other = sorted(made, key=lambda one: not one.election.leads)
        yield first, other
    finally:
        for one in made:
            one.end()


def holds(what: Callable[[], bool]) -> None:
    """Wait until something holds. Fails where it does not in time."""
    tick, waited = threading.Event(), 0.0
    while not what():
        assert waited < PATIENCE, "it does not come to hold"
        tick.wait(0.01)
        waited += 0.01


def take_in(one: Standing, *paths: str) -> None:
    """Let all desks take files in."""
    outcomes = tuple(told(path, f"{path} spoke.") for path in paths)
    one.desk.proposals.perform(Accept(one.desk.following._clock(), outcomes, Telling()))


def states(store: Store) -> list[str]:
    """Give the states of the deliveries."""
    return [row["state"] for row in store.db["deliveries"].rows]


def test_one_desk_sends_and_both_know(
    tmp_path: Path, clock: ManualClock, receiver: Receiver
) -> None:
    """Of two desks one is elected; it tells, each alert once, and both hold that it was told."""
    with two(tmp_path, clock, receiver.host) as (first, other):
        assert not other.election.leads
        take_in(first, "a", "b", "c")
        for one in (first, other):
            holds(lambda one=one: states(one.desk.store) == ["sent"] * 3)  # type: ignore[misc]
        holds(lambda: first.desk.following.at == other.desk.following.at)
        assert first.desk.digest() == other.desk.digest()
    assert len(receiver.got) == 3


def test_another_takes_over(tmp_path: Path, clock: ManualClock, receiver: Receiver) -> None:
    """When the one that sends is gone, the next is elected, and tells what comes."""
    with two(tmp_path, clock, receiver.host) as (first, other):
        first.election.stop()
        holds(lambda: other.election.leads)
        holds(lambda: not first.election.leads)
        take_in(other, "a")
        holds(lambda: states(other.desk.store) == ["sent"])
        now = other.election.leading
        assert now is not None
        assert now.epoch == 2
    assert len(receiver.got) == 1


def test_a_desk_that_cannot_write_gives_up_the_lead(
    tmp_path: Path, clock: ManualClock, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a full disk it stands back; another tells, and what it missed it performs later."""
    monkeypatch.setattr(module, "_BEHIND", 0.05)
    monkeypatch.setattr(following, "_RETRY", 0.02)
    full = threading.Event()
    full.set()
    with two(tmp_path, clock, receiver.host) as (first, other):
        performed = first.desk.following._performed

        def refused(entries: Iterable[Entry]) -> list[Done]:
            if full.is_set():
                raise StoreUnavailableError("disk full")
            return performed(entries)

        monkeypatch.setattr(first.desk.following, "_performed", refused)
        take_in(other, "a")
        holds(lambda: other.election.leads)
        holds(lambda: states(other.desk.store) == ["sent"])
        full.clear()
        holds(lambda: first.desk.following.at == other.desk.following.at)
        assert not first.election.leads
        assert first.desk.digest() == other.desk.digest()
    assert len(receiver.got) == 1


def test_what_was_claimed_goes_again_under_its_key(
    tmp_path: Path, clock: ManualClock, receiver: Receiver
) -> None:
    """A message under way when its desk is cut off may be told twice: by the same key."""
    hold = threading.Event()
    with two(tmp_path, clock, receiver.host) as (first, other):
        name = "/astana" if first.election._desk == "astana" else "/brussels"
        receiver.answers[name] = Answer(hold=hold)
        take_in(first, "a")
        receiver.wait_for(name)
        first.vanish()
        holds(lambda: other.election.leads)
        holds(lambda: states(other.desk.store) == ["sent"])
        hold.set()
    assert len(receiver.got) == 2
    found = [re.search(r"ref ([0-9a-f]{8,16})", got.body) for got in receiver.got]
    [_key] = {ref[1] for ref in found if ref}
    assert all(found)
    assert "may be a repeat" in receiver.got[1].body


def test_a_claim_that_is_old_is_not_begun(
    store: Store, clock: ManualClock, receiver: Receiver
) -> None:
    """What was claimed longer ago than the lease is given back: another may have told it."""
    channels = {"desk": Channel("desk", f"json://{receiver.host}/desk")}
    deliveries = Deliveries(store, channels, Patience(), clock)
    leases = [-1.0]
    deliveries.mandate = lambda: Mandate(held=True, epoch=None, lease=leases[0])
    deliveries.performer.perform(Accept(clock(), (told("a", "A spoke."),), Telling()))
    deliveries.turn()
    holds(lambda: bool(deliveries._lanes.homeless()))
    assert receiver.got == []
    leases[0] = PATIENCE
    deliveries.drain()
    assert states(store) == ["sent"]
    assert len(receiver.got) == 1


def test_a_desk_that_does_not_lead_sends_nothing(
    store: Store, clock: ManualClock, receiver: Receiver
) -> None:
    """What is due waits for the desk that sends."""
    channels = {"desk": Channel("desk", f"json://{receiver.host}/desk")}
    deliveries = Deliveries(store, channels, Patience(), clock)
    deliveries.mandate = lambda: Mandate(held=False, epoch=0)
    deliveries.performer.perform(Accept(clock(), (told("a", "A spoke."),), Telling()))
    assert deliveries._turn_or_wait(woken=True) == 5.0
    assert states(store) == ["pending"]
    assert receiver.got == []


class _Slow:
    """Performs acts, and lets the results of the first few come when nobody waits any more."""

    def __init__(self, deliveries: Deliveries, late: int) -> None:
        self._deliveries, self._plain = deliveries, deliveries.performer
        self._late = late
        self._results: list[list[Message]] = []

    def perform(self, act: Act[R]) -> R:
        """Perform an act, behind what came too late."""
        result = self._plain.perform(act)
        if self._late:
            self._late -= 1
            self._results.append(cast("list[Message]", result))
            raise StoreUnavailableError("this desk has not come to its own entry")
        while self._results:
            self._deliveries.give_back(self._results.pop(0))
        return result


def test_claims_that_come_too_late_are_told_once(
    store: Store, clock: ManualClock, receiver: Receiver
) -> None:
    """However slow the log is, what a desk gives back and claims again it sends once."""
    receiver.answers["/desk"] = answer = Answer(hold=threading.Event())
    channels = {"desk": Channel("desk", f"json://{receiver.host}/desk")}
    deliveries = Deliveries(store, channels, Patience(), clock)
    leases = [-1.0]
    deliveries.mandate = lambda: Mandate(held=True, epoch=None, lease=leases[0])
    deliveries.performer.perform(Accept(clock(), (told("a", "A spoke."),), Telling()))
    deliveries.turn()
    holds(lambda: bool(deliveries._lanes.homeless()))
    leases[0], deliveries.performer = PATIENCE, _Slow(deliveries, 2)
    for _ in range(2):
        with pytest.raises(StoreUnavailableError):
            deliveries.turn()
    deliveries.turn()
    receiver.wait_for("/desk")
    deliveries.turn()
    assert answer.hold
    answer.hold.set()
    deliveries.drain()
    assert states(store) == ["sent"]
    assert len(receiver.got) == 1


def test_a_desk_that_fell_behind_lets_another_lead(tmp_path: Path, clock: ManualClock) -> None:
    """Chosen while it has much to catch up on it steps back: it could not send before that."""
    with desks(tmp_path, clock, "astana", "brussels") as made:
        follows = [cast("Following", SimpleNamespace(abreast=threading.Event())) for _ in made]
        threads = [
            threading.Thread(target=one.election.run, args=(own, one.proposals), daemon=True)
            for one, own in zip(made, follows, strict=True)
        ]
        first, other = made
        takers = first.broker.takers[SETTINGS.lead]
        for number, thread in enumerate(threads):
            follows[number].abreast.set()
            thread.start()
            holds(lambda number=number: len(takers) > number)  # type: ignore[misc]
        holds(lambda: first.election.leads)
        follows[1].abreast.clear()
        first.election.stop()
        holds(lambda: takers == [])
        assert not other.election.leads
        follows[1].abreast.set()
        holds(lambda: other.election.leads)
        other.election.stop()
        for thread in threads:
            thread.join(PATIENCE)
