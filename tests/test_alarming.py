"""The desk's own alarms: told once, told when they are over, and told when nothing can be stored."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from conftest import START, ManualClock, Receiver, told
from watched import claimed
from wirewatch.alerts.alarms import Tolerance
from wirewatch.clock import iso
from wirewatch.model import Attempt
from wirewatch.notify.render import render
from wirewatch.notify.send import Channel
from wirewatch.pipeline.alarming import Alarming, Outlook
from wirewatch.states import AlarmKind, DeliveryReason, MessageFormat
from wirewatch.store import silences
from wirewatch.store.accept import accept
from wirewatch.store.alarms import _WAITS, standing
from wirewatch.store.database import Store
from wirewatch.store.notices import Notice, set_notice
from wirewatch.store.outbox import record

MINUTE, HOUR, DAY, WEEK = (timedelta(minutes=n) for n in (1, 60, 1440, 10_080))
Make = Callable[..., Alarming]


@pytest.fixture
def free(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Give the free space of the disk, to be changed."""
    disk = SimpleNamespace(free=10**12)

    def usage(_: Path) -> SimpleNamespace:
        return disk

    monkeypatch.setattr(shutil, "disk_usage", usage)
    return disk


@pytest.fixture
def make(store: Store, clock: ManualClock, receiver: Receiver, free: SimpleNamespace) -> Make:
    """Give what makes a watch over the desk, whose alarms `ops` and `boss` hear of."""
    assert free.free
    channels = {
        name: Channel(name, f"json://{receiver.host}/{name}") for name in ("ops", "boss", "desk")
    }

    def made(**parts: object) -> Alarming:
        outlook = Outlook(
            Tolerance(), listening=("ops", "boss"), channels=channels, inboxes=("wires",)
        )
        watch = Alarming(store.sibling(), outlook, clock, **parts)  # type: ignore[arg-type]
        watch.monotonic = lambda: clock().timestamp()
        return watch

    return made


def test_an_alarm_is_told_once_and_once_when_it_is_over(
    store: Store, clock: ManualClock, make: Make, free: SimpleNamespace
) -> None:
    """Each channel that hears of alarms is told of one, however long it lasts, and of its end."""
    wakes: list[datetime] = []
    watch = make(told=lambda: wakes.append(clock()))
    free.free = 10**8
    for _ in range(3):
        watch.look()
        clock.advance(30)
    messages = claimed(store, clock)
    assert sorted(one.channel for one in messages) == ["boss", "ops"]
    assert {one.headline for one in messages} == {"100 MB are left where the store lies"}
    assert {one.rule_title for one in messages} == {"Wirewatch: disk-low"}
    assert {one.article_id for one in messages} == {None}
    free.free = 10**12
    watch.look()
    watch.look()
    over = claimed(store, clock)
    assert {one.rule_title for one in over} == {"Wirewatch: disk-low, over"}
    assert {one.headline for one in over} == {"store: over. It began at 2026-03-02 12:00Z."}
    assert len({one.key for one in [*messages, *over]}) == 4
    assert claimed(store, clock) == []
    assert len(wakes) == 2
    [row] = store.db["alarms"].rows
    assert (row["raised"], row["cleared"]) == (iso(START), iso(clock()))


def test_an_alarm_can_be_read_in_every_markup(
    store: Store, clock: ManualClock, make: Make, free: SimpleNamespace
) -> None:
    """A message of an alarm says what is the matter and its key, and names no article or file."""
    free.free = 1
    make().look()
    message = claimed(store, clock)[0]
    for form in MessageFormat:
        title, body = render(message, form)
        assert title == "[CRITICAL] Wirewatch: disk-low"
        assert "are left where the store lies" in body
        assert message.key in body
        assert not any(word in body for word in ("None", "article", "file"))


def test_articles_are_counted_as_they_are_stored(store: Store) -> None:
    """Each article counts in its hour: by inbox, by agency where it has one, by name and rule."""
    first, second = told("a", "One begins."), told("b", "Two begins.")
    [found] = second.found
    signed = found._replace(article=found.article._replace(agency="Trend"))
    accept(store, [first, second._replace(found=(signed,))], START)
    accept(store, [told("c", "Three begins.")], START)
    rows = [tuple(row.values()) for row in store.db["hours"].rows]
    assert rows == [
        ("agency", "Trend", "2026-03-02T12", 1, iso(START)),
        *(("name", f"words:{n}", "2026-03-02T12", 1, iso(START)) for n in ("one", "three", "two")),
        ("rule", "r1", "2026-03-02T12", 3, iso(START)),
        ("source", "wires", "2026-03-02T12", 3, iso(START)),
    ]


def test_a_dead_channel_is_told_to_the_others(store: Store, clock: ManualClock, make: Make) -> None:
    """That a channel fails is told to all that hear of alarms, but for itself; then that it works."""
    accept(store, [told("a", "One begins.", ("ops",))], START)
    store.db.execute("UPDATE deliveries SET due = created")
    [message] = claimed(store, clock)
    lost = Attempt(
        message.delivery_id, "ops", START, False, 1.0, DeliveryReason.TIMEOUT, error="late"
    )
    with store.write() as db:
        record(db, [lost], lambda *_: DAY, 3 * DAY)
    watch = make()
    clock.advance(15 * 60)
    watch.look()
    [alarm] = claimed(store, clock)
    assert alarm.channel == "boss"
    assert alarm.headline == "ops: no message has gone out since 2026-03-02 12:00Z: late"
    sent = Attempt(message.delivery_id, "ops", clock(), True, 1.0)
    with store.write() as db:
        record(db, [sent], lambda *_: DAY, 3 * DAY)
    watch.look()
    assert [one.rule_title for one in claimed(store, clock)] == ["Wirewatch: channel-failing, over"]


def failed(store: Store, clock: ManualClock) -> None:
    """Let a message for `desk` be tried once, and fail."""
    accept(store, [told("a", "One begins.")], START)
    [message] = claimed(store, clock, "desk")
    lost = Attempt(message.delivery_id, "desk", START, False, 1.0, DeliveryReason.TIMEOUT)
    with store.write() as db:
        record(db, [lost], lambda *_: DAY, 3 * DAY)


@pytest.mark.parametrize("already", [False, True])
def test_a_channel_to_which_nothing_is_to_be_sent_is_no_trouble(
    store: Store, clock: ManualClock, make: Make, *, already: bool
) -> None:
    """Where what failed is sent no more, no alarm is raised, and one that stands ends unsaid."""
    failed(store, clock)
    watch = make()
    clock.advance(15 * 60)
    if already:
        assert [alarm.subject for alarm in watch.look()] == ["desk"]
        assert len(claimed(store, clock, "ops")) == 1
    store.db.execute("UPDATE deliveries SET state = 'suppressed' WHERE channel = 'desk'")
    assert watch.look() == []
    assert claimed(store, clock, "ops") == []
    assert standing(store.db) == {}
    accept(store, [told("b", "Two begins.")], clock())
    store.db.execute("UPDATE deliveries SET due = ? WHERE state = 'pending'", [iso(clock())])
    assert watch.look() == []  # it is being tried just now
    clock.advance(60)
    assert [alarm.subject for alarm in watch.look()] == ["desk"]


@pytest.mark.parametrize(("state", "is_trouble"), [("sending", True), ("sent", False)])
def test_a_channel_is_in_trouble_while_it_is_tried(
    store: Store, clock: ManualClock, make: Make, state: str, *, is_trouble: bool
) -> None:
    """The message that tries a channel is under way: the alarm stands meanwhile."""
    failed(store, clock)
    clock.advance(15 * 60)
    store.db.execute("UPDATE deliveries SET state = ?", [state])
    assert bool(make().look()) == is_trouble


def test_what_waits_is_found_by_its_index(store: Store) -> None:
    """Whether something is to be sent is asked without walking through all deliveries ever made."""
    plan = [
        row[3] for row in store.db.execute(f"EXPLAIN QUERY PLAN {_WAITS}", ["desk", iso(START)])
    ]
    assert sum("deliveries_due" in step for step in plan) == 2
    assert sum("deliveries_sending" in step for step in plan) == 1


def test_a_channel_that_is_gone_is_not_over(store: Store, clock: ManualClock, make: Make) -> None:
    """An alarm of a channel that is configured no more ends without a word."""
    failed(store, clock)
    watch = make()
    clock.advance(15 * 60)
    watch.look()
    claimed(store, clock, "ops")
    watch.outlook = replace(watch.outlook, channels={})
    assert watch.look() == []
    assert claimed(store, clock, "ops") == []


def test_a_fault_in_a_changed_configuration_is_an_alarm(
    store: Store, clock: ManualClock, make: Make
) -> None:
    """That rules were not reloaded is told, until they are."""
    with store.write() as db:
        set_notice(db, Notice.RELOAD_FAULT, "rules.toml: no", START)
    watch = make()
    [alarm] = watch.look()
    assert alarm.kind is AlarmKind.RELOAD
    with store.write() as db:
        set_notice(db, Notice.RELOAD_FAULT, None, START)
    assert watch.look() == []
    assert len(claimed(store, clock, "ops")) == 2


def test_a_jump_of_the_clock_is_told_once(store: Store, clock: ManualClock, make: Make) -> None:
    """A clock that was set is told, and nobody is told that it is over."""
    ticks = SimpleNamespace(now=0.0)
    watch = make()
    watch.monotonic = lambda: ticks.now
    watch.look()
    ticks.now += 30
    clock.advance(30 + 7200)
    assert [alarm.said for alarm in watch.look()] == ["the clock was set forward by 2 h"]
    ticks.now += 30
    clock.advance(30)
    assert watch.look() == []
    assert len(claimed(store, clock, "ops")) == 1
    assert standing(store.db) == {}


def test_what_waits_by_a_clock_that_was_set_back_waits_no_longer(
    store: Store, clock: ManualClock, make: Make
) -> None:
    """Retries and files wait on as if the clock had never been ahead; a digest for its hour."""
    accept(store, [told("a.txt", "one", ("desk", "digest", "quick"))], START)
    with store.write() as db:
        for channel, state, reason, minutes in (
            ("desk", "failed", "unreachable", 1),
            ("digest", "pending", "digest", 60),
            ("quick", "pending", None, 0),
        ):
            db.execute(
                "UPDATE deliveries SET state = ?, reason = ?, due = ? WHERE channel = ?",
                [state, reason, iso(START + timedelta(days=1, minutes=minutes)), channel],
            )
    ticks = SimpleNamespace(now=0.0)
    clock.advance(86_400)
    watch = make()
    watch.monotonic = lambda: ticks.now
    watch.look()
    ticks.now += 30
    clock.advance(30 - 86_400)
    watch.look()
    dues = dict(
        store.db.execute("SELECT channel, due FROM deliveries WHERE channel NOT IN ('boss', 'ops')")
    )
    assert dues == {
        "desk": iso(START + timedelta(minutes=1)),
        "digest": iso(START + timedelta(days=1, minutes=60)),
        "quick": iso(START),
    }


def test_quarantined_files_raise_an_alarm(store: Store, make: Make) -> None:
    """More than twenty files put into quarantine within an hour are trouble."""
    row = {"inbox": "wires", "size": 1, "state": "quarantined", "first_seen": "", "modified": ""}
    late, early = iso(START), iso(START - HOUR)
    store.db.table("files").insert_all(
        row | {"path": str(n), "stamp": str(n), "finished": late if n < 20 else early}
        for n in range(40)
    )
    watch = make()
    assert watch.look() == []
    store.db.execute("UPDATE files SET finished = ? WHERE path = '20'", [late])
    [alarm] = watch.look()
    assert alarm.said == "21 files could not be read within 1 h"
    store.db.execute("UPDATE files SET finished = ?", [iso(START + WEEK)])  # the clock was ahead
    assert watch.look() == []


def test_a_silence_keeps_alarms_too(
    store: Store, clock: ManualClock, make: Make, free: SimpleNamespace
) -> None:
    """`wirewatch silences add --rule 'alarm:*'` keeps alarms from being told."""
    with store.write() as db:
        quiet = silences.Silence("alarm:disk-*", "ops", "*", START + DAY, "me", "moving disks")
        silences.add(db, quiet, START)
    watch = make()
    free.free = 1
    watch.look()
    assert [one.channel for one in claimed(store, clock)] == ["boss"]


def test_arrivals_that_wait_for_the_store_are_an_alarm(
    store: Store, clock: ManualClock, make: Make
) -> None:
    """Where small things can still be written, but arrivals cannot, the outbox tells of it."""
    waiting = SimpleNamespace(since=(START, "disk is full"))
    watch = make(stuck=lambda: waiting.since)
    clock.advance(60)
    [alarm] = watch.look()
    assert (
        alarm.said == "nothing can be stored since 2026-03-02 12:00Z, arrivals wait: disk is full"
    )
    waiting.since = None
    assert watch.look() == []
    assert len(claimed(store, clock, "ops")) == 2
