"""What is due at once is claimed as its article is accepted, and goes out without a turn."""

import sqlite3
import threading
from collections import Counter
from collections.abc import Callable

import pytest

from conftest import START, Answer, ManualClock, Receiver, told
from wirewatch.model import Message, Outcome
from wirewatch.notify.send import Channel
from wirewatch.pipeline.commit import Committer
from wirewatch.pipeline.deliveries import Deliveries
from wirewatch.pipeline.patience import Patience
from wirewatch.store.accept import accept
from wirewatch.store.database import Store, StoreUnavailableError, Transaction

Commit = Callable[..., None]


@pytest.fixture
def outbox(store: Store, receiver: Receiver, clock: ManualClock) -> Deliveries:
    return made(store, receiver, clock)


def made(store: Store, receiver: Receiver, clock: ManualClock) -> Deliveries:
    """Make an outbox of two channels, as a new process does."""
    channels = {name: Channel(name, f"json://{receiver.host}/{name}") for name in ("desk", "phone")}
    deliveries = Deliveries(store, channels, Patience(), clock)
    deliveries.start()
    return deliveries


@pytest.fixture
def commit(store: Store, outbox: Deliveries, clock: ManualClock) -> Commit:
    committer = Committer(store, {}, clock, lambda _: False, outbox)

    def committed(*outcomes: Outcome) -> None:
        committer.commit(outcomes)

    return committed


def states(store: Store) -> Counter[str]:
    return Counter(row["state"] for row in store.db["deliveries"].rows)


def test_what_is_due_at_once_waits_for_no_turn(
    store: Store,
    receiver: Receiver,
    outbox: Deliveries,
    commit: Commit,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An alert goes to each of its channels from the transaction that accepts its article."""
    woken = threading.Event()
    monkeypatch.setattr(outbox, "wake", woken.set)
    commit(told("a", "Alpha met.", ("desk", "phone")))
    assert states(store) == {"sending": 2}
    receiver.wait_for("/desk")
    receiver.wait_for("/phone")
    assert not woken.is_set(), "nothing is left for a turn to claim"
    outbox.drain()
    assert states(store) == {"sent": 2}
    assert len(receiver.at("/desk")) == len(receiver.at("/phone")) == 1


def test_a_burst_leaves_to_turns_what_finds_no_room(
    store: Store,
    receiver: Receiver,
    outbox: Deliveries,
    commit: Commit,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A commit claims no more than a lane has room for; the rest goes out in turns, each once."""
    receiver.answers["/desk"] = Answer(hold=(held := threading.Event()))
    woken = threading.Event()
    monkeypatch.setattr(outbox, "wake", woken.set)
    commit(*(told(f"f{n}", f"Story{n} begins.", ("desk",)) for n in range(50)))
    assert states(store) == {"sending": 16, "pending": 34}
    assert woken.is_set()
    commit(told("late", "Late story.", ("desk",)))
    assert states(store) == {"sending": 16, "pending": 35}
    held.set()
    outbox.drain()
    assert states(store) == {"sent": 51}
    keys = [row["key"] for row in store.db["deliveries"].rows]
    assert Counter(key for got in receiver.at("/desk") for key in keys if key in got.body) == (
        Counter(keys)
    )


def test_a_commit_that_fails_sends_nothing(
    store: Store,
    receiver: Receiver,
    outbox: Deliveries,
    commit: Commit,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What was claimed by a transaction that failed is not sent, and claimed when it succeeds."""
    tried: list[list[Message]] = []
    plain = outbox.claim

    def claim(db: Transaction) -> list[Message]:
        tried.append(plain(db))
        if len(tried) == 1:
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise error
        return tried[-1]

    monkeypatch.setattr(outbox, "claim", claim)
    commit(told("a", "Alpha met.", ("desk",)))
    assert [len(messages) for messages in tried] == [1, 1]
    outbox.drain()
    assert states(store) == {"sent": 1}
    assert len(receiver.at("/desk")) == 1


def test_what_has_nothing_to_tell_claims_nothing(store: Store, commit: Commit) -> None:
    """A commit without alerts leaves the outbox alone."""
    statements: list[str] = []
    store.db.conn.set_trace_callback(statements.append)
    commit(told("a", "Alpha met.", ()))
    store.db.conn.set_trace_callback(None)
    assert statements
    assert not [statement for statement in statements if "'sending'" in statement]


def test_after_the_end_nothing_is_sent(
    store: Store, receiver: Receiver, outbox: Deliveries, clock: ManualClock, commit: Commit
) -> None:
    """What is claimed while the outbox ends stays claimed; the next start sends it, and says so."""
    outbox.drain()
    commit(told("a", "Alpha met.", ("desk",)))
    assert states(store) == {"sending": 1}
    assert not receiver.at("/desk")
    made(store, receiver, clock).drain()
    [got] = receiver.at("/desk")
    assert "may be a repeat" in got.body


def test_nothing_is_claimed_once_the_process_stops(
    store: Store, receiver: Receiver, outbox: Deliveries, commit: Commit
) -> None:
    """What is committed while the outbox is asked to stop waits for the next start, unmarked."""
    outbox.stop()
    commit(told("a", "Alpha met.", ("desk",)))
    assert states(store) == {"pending": 1}
    assert not receiver.at("/desk")


def test_a_channel_that_goes_while_its_message_is_claimed(
    store: Store, receiver: Receiver, outbox: Deliveries
) -> None:
    """What was claimed for a channel that a reload takes away is not sent, and ends as dead."""
    accept(store, [told("a", "Alpha met.", ("desk", "phone"))], START)
    with store.write() as db:
        claimed = outbox.claim(db)
    outbox.replace({"phone": Channel("phone", f"json://{receiver.host}/phone")}, Patience())
    outbox.put(claimed)
    outbox.drain()
    assert {row["channel"]: row["state"] for row in store.db["deliveries"].rows} == {
        "desk": "dead",
        "phone": "sent",
    }
    assert not receiver.at("/desk")


def test_a_store_that_is_busy_does_not_stop_a_reload(
    store: Store, outbox: Deliveries, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Channels are swapped at once; what that means for the outbox is written when it can be."""
    accept(store, [told("a", "Alpha met.", ("desk",))], START)
    with monkeypatch.context() as locked:
        locked.setattr(Store, "write", unavailable)
        outbox.replace({}, Patience())
        with pytest.raises(StoreUnavailableError):
            outbox.turn()
    outbox.turn()
    assert states(store) == {"dead": 1}


def unavailable(_: Store) -> None:
    raise StoreUnavailableError("locked")


def test_an_old_lane_ends_what_it_was_given(
    store: Store, receiver: Receiver, outbox: Deliveries
) -> None:
    """A changed channel's messages go where they were going; a stop waits for them and records."""
    receiver.answers["/desk"] = Answer(hold=(held := threading.Event()))
    accept(store, [told("a", "Alpha met.", ("desk",))], START)
    outbox.turn()
    receiver.wait_for("/desk")
    outbox.replace({"desk": Channel("desk", f"json://{receiver.host}/phone")}, Patience())
    held.set()
    outbox.drain()
    assert states(store) == {"sent": 1}
    assert not receiver.at("/phone")
