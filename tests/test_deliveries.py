"""The outbox at work: every channel by itself, every message once, nothing lost by a stop."""

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

import pytest

from conftest import PATIENCE, START, Answer, ManualClock, Receiver, told
from wirewatch.alerts.policy import Policy
from wirewatch.clock import iso
from wirewatch.model import Attempt
from wirewatch.notify.send import Channel, Sender
from wirewatch.pipeline import deliveries as module
from wirewatch.pipeline import lane as lane_module
from wirewatch.pipeline.deliveries import Deliveries
from wirewatch.pipeline.patience import Patience
from wirewatch.rhythm import rhythm_of
from wirewatch.states import DeliveryReason
from wirewatch.store.accept import accept
from wirewatch.store.claims import claim
from wirewatch.store.database import Store, StoreUnavailableError
from wirewatch.store.outbox import record

MakeOutbox = Callable[..., Deliveries]


@pytest.fixture
def outbox(store: Store, receiver: Receiver, clock: ManualClock) -> MakeOutbox:
    """Give what makes the outbox of some channels, each a path of the receiver's."""

    def make(*channels: str) -> Deliveries:
        known = {name: Channel(name, f"json://{receiver.host}/{name}?rto=30") for name in channels}
        made = Deliveries(store, known, Patience(), clock)
        made.start()
        return made

    return make


@contextmanager
def running(deliveries: Deliveries) -> Iterator[None]:
    """Run the outbox in a thread of its own, and stop it at the end."""
    thread = threading.Thread(target=deliveries.run)
    thread.start()
    try:
        yield
    finally:
        deliveries.stop()
        thread.join(PATIENCE)
        assert not thread.is_alive()


def fill(store: Store, count: int = 1, channels: Sequence[str] = ("desk",)) -> None:
    seen = store.db["files"].count
    accept(
        store,
        [told(f"f{seen + n}", f"Story{seen + n} begins.", channels) for n in range(count)],
        START,
    )


def states(store: Store) -> list[tuple[str, str]]:
    return [(row["channel"], row["state"]) for row in store.db["deliveries"].rows]


def keys(store: Store) -> list[str]:
    return [row["key"] for row in store.db["deliveries"].rows]


def test_a_delivery_is_sent_once(store: Store, receiver: Receiver, outbox: MakeOutbox) -> None:
    """What is due goes out at once when the outbox is woken, one time, and is recorded as sent."""
    deliveries = outbox("desk")
    with running(deliveries):
        fill(store)
        deliveries.wake()
        receiver.wait_for("/desk")
    assert states(store) == [("desk", "sent")]
    assert [row["http_code"] for row in store.db["attempts"].rows] == [200]
    outbox("desk").drain()
    [got] = receiver.at("/desk")
    assert keys(store)[0] in got.body


def test_a_backlog_goes_out_whole_and_in_order(
    store: Store, receiver: Receiver, outbox: MakeOutbox
) -> None:
    """However many wait for a channel, each goes once, and those that were due first go first."""
    fill(store, 20)
    with running(outbox("desk")):
        got = receiver.wait_for("/desk", 20)
    assert [key for key in keys(store) for one in got if key in one.body] == keys(store)
    assert [key in one.body for key, one in zip(keys(store), got, strict=True)] == [True] * 20
    assert {state for _, state in states(store)} == {"sent"}


@pytest.mark.parametrize("how", ["answers 500", "hangs"])
@pytest.mark.parametrize("many", [1, 8])
def test_a_broken_channel_delays_no_other(
    store: Store, receiver: Receiver, outbox: MakeOutbox, how: str, many: int
) -> None:
    """While channels fail, or hang, with a backlog each, another is told of its news at once."""
    hold = threading.Event()
    broken = [f"broken{number}" for number in range(many)]
    for name in broken:
        receiver.answers[f"/{name}"] = Answer(500) if how == "answers 500" else Answer(hold=hold)
    fill(store, 3, broken)
    deliveries = outbox(*broken, "good")
    with running(deliveries):
        for name in broken:
            receiver.wait_for(f"/{name}")
        fill(store, 1, ["good"])
        deliveries.wake()
        try:
            receiver.wait_for("/good")
        finally:
            hold.set()
    assert ("good", "sent") in states(store)


def test_drain_sends_what_is_due_once_each_and_returns(
    store: Store, receiver: Receiver, outbox: MakeOutbox, clock: ManualClock
) -> None:
    """Draining tries every due delivery once, leaves what is not due, and records it all."""
    receiver.answers["/broken"] = Answer(500)
    fill(store, 10, ("desk", "broken"))
    fill(store, 1)
    store.db.execute(
        "UPDATE deliveries SET due = ? WHERE id = 21", [iso(START + timedelta(hours=1))]
    )
    outbox("desk", "broken").drain()
    assert states(store)[:20] == [("desk", "sent"), ("broken", "failed")] * 10
    assert states(store)[20] == ("desk", "pending")
    assert len(receiver.at("/broken")) == 10
    del receiver.answers["/broken"]
    clock.advance(3_600)
    outbox("desk", "broken").drain()
    assert {state for _, state in states(store)} == {"sent"}
    assert (len(receiver.at("/broken")), len(receiver.at("/desk"))) == (20, 11)


def test_a_digest_is_one_message(
    store: Store, receiver: Receiver, outbox: MakeOutbox, clock: ManualClock
) -> None:
    """What a channel wants in digests is sent when they are due: one message, as it is received."""
    deliveries = outbox("desk")
    policy = Policy(digests=(rhythm_of("daily 18:00"),))
    deliveries.replace(deliveries.channels, Patience(policies={"desk": policy}))
    fill(store, 3)
    deliveries.turn()
    assert states(store) == [("desk", "pending")] * 3
    clock.now = START + timedelta(hours=6)
    deliveries.drain()
    assert states(store) == [("desk", "sent")] * 3
    (got,) = receiver.at("/desk")
    said = json.loads(got.body)
    assert said["title"] == "[HIGH] 3 alerts of 1 rule"
    assert "Story2 begins." in said["message"]


def test_what_came_back_makes_room(store: Store, receiver: Receiver, outbox: MakeOutbox) -> None:
    """When a whole lane's worth has returned, the same turn that records it claims what is left."""
    fill(store, 20)
    deliveries = outbox("desk")
    deliveries.turn()
    while deliveries._lanes.done.qsize() < 16:
        assert deliveries._wake.wait(PATIENCE)
        deliveries._wake.clear()
    deliveries.turn()
    assert [state for _, state in states(store)] == ["sent"] * 16 + ["sending"] * 4
    deliveries.drain()
    assert {state for _, state in states(store)} == {"sent"}
    assert len(receiver.at("/desk")) == 20


def test_a_crash_while_sending_repeats_under_the_same_key(
    store: Store, receiver: Receiver, outbox: MakeOutbox
) -> None:
    """What was being sent when the process died goes again, marked, under the key that it had."""
    fill(store, 2)
    with store.write() as db:
        claim(db, START, {"desk": 1})
    outbox("desk").drain()
    first, second = receiver.at("/desk")
    bodies = {key: body for key in keys(store) for body in (first.body, second.body) if key in body}
    assert ["may be a repeat" in bodies[key] for key in keys(store)] == [True, False]


def test_a_removed_channel_is_given_up_at_the_start(
    store: Store, receiver: Receiver, outbox: MakeOutbox
) -> None:
    """Deliveries of a channel that is configured no more are dead from the start, and not sent."""
    fill(store, 1, ("desk", "gone"))
    outbox("desk").drain()
    assert states(store) == [("desk", "sent"), ("gone", "dead")]
    assert [got.path for got in receiver.got] == ["/desk"]


@pytest.fixture
def stop_releases(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Give an event that is set when a lane has been asked to stop."""
    asked = threading.Event()
    plain = lane_module.Lane.stop

    def stop(lane: lane_module.Lane) -> None:
        plain(lane)
        asked.set()

    monkeypatch.setattr(lane_module.Lane, "stop", stop)
    return asked


@pytest.mark.parametrize("unsure", [False, True])
def test_claims_that_were_not_begun_go_back(
    store: Store,
    receiver: Receiver,
    outbox: MakeOutbox,
    stop_releases: threading.Event,
    *,
    unsure: bool,
) -> None:
    """A stop finishes the message being sent; the rest is as it was, a possible repeat as well."""
    fill(store, 4)
    if unsure:
        with store.write() as db:
            messages = claim(db, START, {"desk": 4})
            why = DeliveryReason.TIMEOUT
            lost = [Attempt(m.delivery_id, "desk", START, False, 1.0, why) for m in messages]
            record(db, lost, lambda *_: timedelta(0), timedelta(days=1))
    receiver.answers["/desk"] = Answer(hold=stop_releases)
    with running(outbox("desk")):
        receiver.wait_for("/desk")
    waits = "failed" if unsure else "pending"
    assert sorted(states(store)) == [("desk", waits)] * 3 + [("desk", "sent")]
    assert len(receiver.at("/desk")) == 1
    outbox("desk").drain()
    assert len(receiver.at("/desk")) == 4
    assert {"may be a repeat" in got.body for got in receiver.got} == {unsure}


def test_a_stop_does_not_wait_for_ever(
    store: Store, receiver: Receiver, outbox: MakeOutbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A channel that hangs does not keep the process: its message goes again at the next start."""
    monkeypatch.setattr(module, "_STOP", 0.05)
    receiver.answers["/desk"] = Answer(hold=threading.Event())
    fill(store)
    with running(outbox("desk")):
        receiver.wait_for("/desk")
    assert states(store) == [("desk", "sending")]
    hold = receiver.answers.pop("/desk").hold
    assert hold is not None
    outbox("desk").drain()
    hold.set()
    assert "may be a repeat" in receiver.at("/desk")[1].body
    assert states(store) == [("desk", "sent")]


def test_what_was_sent_is_recorded_when_the_store_opens_again(
    store: Store, receiver: Receiver, outbox: MakeOutbox
) -> None:
    """A store locked between sending and recording costs no repeat: the attempt is kept."""
    fill(store)
    deliveries = outbox("desk")
    deliveries.turn()
    assert deliveries._wake.wait(PATIENCE)
    store.db.execute("PRAGMA busy_timeout = 10")
    foreign = sqlite3.connect(store.path, isolation_level=None)
    foreign.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailableError):
        deliveries.turn()
    assert deliveries._turn_or_wait() == pytest.approx(1.0)
    foreign.execute("ROLLBACK")
    foreign.close()
    deliveries.drain()
    assert states(store) == [("desk", "sent")]
    assert len(receiver.at("/desk")) == 1


def test_the_outbox_wakes_when_the_next_is_due(
    store: Store, outbox: MakeOutbox, clock: ManualClock
) -> None:
    """Between two deliveries the thread rests until the next is due, or looks around."""
    deliveries = outbox("desk")
    assert deliveries._turn_or_wait() == pytest.approx(5.0)
    fill(store)
    store.db.execute("UPDATE deliveries SET due = ?", [iso(START + timedelta(seconds=62))])
    assert deliveries._turn_or_wait() == pytest.approx(5.0)
    clock.advance(60)
    assert deliveries._turn_or_wait() == pytest.approx(2.0)


def test_a_lane_that_dies_ends_the_run_with_its_reason(
    store: Store, outbox: MakeOutbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of ours in a channel's thread is not silence: the outbox ends, so the daemon does."""

    def broken(*_: object) -> Attempt:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(Sender, "send", broken)
    fill(store)
    deliveries = outbox("desk")
    died: list[str] = []

    def run() -> None:
        try:
            deliveries.run()
        except RuntimeError as error:
            died.append(str(error))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(2.0)
    deliveries.stop()
    thread.join(PATIENCE)
    assert died == ["a fault of ours"]
