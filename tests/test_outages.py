"""A store that cannot be read or written: told past it, and told when that is over, once each."""

import sqlite3
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from conftest import START, Answer, ManualClock, Receiver
from watched import claimed, watching
from wirewatch.clock import iso
from wirewatch.pipeline import acts, alarming
from wirewatch.states import AlarmKind
from wirewatch.store.alarms import standing
from wirewatch.store.database import Store, StoreUnavailableError, UnstorableError

OUTAGE = (AlarmKind.STORE, "store")


def refusing(error: Exception) -> Callable[..., object]:
    """Give what raises an error."""

    def refuse(*_: object) -> object:
        raise error

    return refuse


FULL = refusing(StoreUnavailableError("database or disk is full"))


def test_a_store_that_cannot_be_written_is_told_past_it(
    store: Store, clock: ManualClock, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The operator hears within a minute that nothing can be stored, once, and later of the end."""
    watch = watching(store, clock, receiver.host)
    with monkeypatch.context() as broken:
        broken.setattr(watch._store, "write", FULL)
        for _ in range(5):
            watch.look()
            clock.advance(30)
    assert [len(receiver.at(path)) for path in ("/ops", "/boss", "/desk")] == [1, 1, 0]
    assert "database or disk is full" in receiver.at("/ops")[0].body
    watch.look()
    [over, _] = claimed(store, clock)
    assert over.headline == "store: over. It began at 2026-03-02 12:00Z."
    [row] = store.db["alarms"].rows
    assert (row["kind"], row["raised"]) == ("store-unavailable", iso(START))
    watch.look()
    assert claimed(store, clock) == []


def test_who_could_not_be_told_directly_is_tried_again(
    store: Store, clock: ManualClock, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A channel that did not take the message gets it at the next look; the other not once more."""
    watch = watching(store, clock, receiver.host, stuck=lambda: (START, "locked"))
    monkeypatch.setattr(watch._store, "write", FULL)
    receiver.answers["/ops"] = Answer(500)
    clock.advance(60)
    watch.look()
    receiver.answers["/ops"] = Answer()
    watch.look()
    watch.look()
    assert [len(receiver.at(path)) for path in ("/ops", "/boss")] == [2, 1]


@pytest.mark.parametrize(
    "error",
    [sqlite3.OperationalError("disk I/O error"), OSError("the device is gone"),
     sqlite3.DatabaseError("database disk image is malformed")],
)  # fmt: skip
def test_a_store_that_cannot_be_read_is_told_too(
    store: Store,
    clock: ManualClock,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
) -> None:
    """A disk that fails on reading ends in the direct message as well, and in one of its end."""
    watch = watching(store, clock, receiver.host)
    with monkeypatch.context() as broken:
        broken.setattr(alarming, "notices", refusing(error))
        for _ in range(4):
            assert watch.look() == []
            clock.advance(30)
    [told] = receiver.at("/ops")
    assert str(error) in told.body
    watch.look()
    assert [one.rule_title for one in claimed(store, clock, "ops")] == [
        "Wirewatch: store-unavailable, over"
    ]


def test_an_outage_that_had_been_an_alarm_ends_once(
    store: Store, clock: ManualClock, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Raised while small things could be written, then told past the store: its end is told once."""
    waiting = SimpleNamespace(since=(START, "disk is full"))
    watch = watching(store, clock, receiver.host, stuck=lambda: waiting.since)
    clock.advance(90)
    assert [alarm.kind for alarm in watch.look()] == [AlarmKind.STORE]
    assert len(claimed(store, clock, "ops")) == 1
    with monkeypatch.context() as broken:
        broken.setattr(watch._store, "write", FULL)
        clock.advance(30)
        watch.look()
    assert len(receiver.at("/ops")) == 1
    waiting.since = None
    for _ in range(3):
        clock.advance(30)
        assert watch.look() == []
    assert [one.rule_title for one in claimed(store, clock, "ops")] == [
        "Wirewatch: store-unavailable, over"
    ]
    assert standing(store.db) == {}


def test_what_cannot_be_stored_is_not_tried_for_ever(
    store: Store, clock: ManualClock, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the end of an outage cannot be noted at all, alarms go on without it."""
    watch = watching(store, clock, receiver.host)
    with monkeypatch.context() as broken:
        broken.setattr(watch._store, "write", FULL)
        for _ in range(3):
            watch.look()
            clock.advance(30)
    with monkeypatch.context() as broken:
        broken.setattr(acts, "note_outage", refusing(UnstorableError("no")))
        with pytest.raises(UnstorableError):
            watch.look()
        clock.advance(30)
        assert watch.look() == []


def test_an_outage_that_began_in_future_is_told(
    store: Store, clock: ManualClock, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the clock was set back meanwhile, nobody waits for it to come to the outage again."""
    watch = watching(store, clock, receiver.host)
    monkeypatch.setattr(watch._store, "write", FULL)
    watch.look()
    clock.advance(-3600)
    watch.look()
    assert len(receiver.at("/ops")) == 1
