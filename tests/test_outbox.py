"""The outbox: what is claimed, what an attempt makes of a delivery, and what a restart finds."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from conftest import START, ManualClock, told
from wirewatch.clock import iso
from wirewatch.model import Attempt, Message, Span
from wirewatch.states import DeliveryReason, DeliveryState, Severity
from wirewatch.store.accept import accept
from wirewatch.store.channels import next_due
from wirewatch.store.claims import claim
from wirewatch.store.database import Store
from wirewatch.store.outbox import (
    outbox_counts,
    record,
    recover,
    retire,
    revive,
)

DAY = timedelta(days=1)
ROOM = {"desk": 8, "phone": 8}


def delay(tries: int, retry_after: float | None) -> timedelta:
    return timedelta(minutes=tries, seconds=retry_after or 0)


def fill(
    store: Store, count: int, channels: Sequence[str] = ("desk",), now: datetime = START
) -> None:
    """Accept so many articles, each with one delivery for each channel."""
    seen = store.db["files"].count
    batch = [told(f"f{seen + n}", f"Story{seen + n} begins.", channels) for n in range(count)]
    accept(store, batch, now)
    store.db.execute("UPDATE deliveries SET due = created")


def claimed(
    store: Store, now: datetime = START, room: dict[str, int] | None = None
) -> list[Message]:
    with store.write() as db:
        return claim(db, now, ROOM if room is None else room)


def ids(messages: list[Message]) -> list[int]:
    return [message.delivery_id for message in messages]


def tried(message: Message, now: datetime, reason: DeliveryReason | None = None) -> Attempt:
    """Make an attempt, which succeeded when there is no reason why not."""
    ok = reason is None
    error = "" if ok else "why not"
    return Attempt(message.delivery_id, message.channel, now, ok, 12.345, reason, 200, None, error)


def note(store: Store, *attempts: Attempt, give_up_after: timedelta = 3 * DAY) -> None:
    with store.write() as db:
        record(db, attempts, delay, give_up_after)


def delivery(store: Store, number: int = 1) -> dict[str, object]:
    row: dict[str, object] = store.db.table("deliveries").get(number)
    return row


def test_a_claimed_message_holds_all_that_is_told(store: Store) -> None:
    """A claim gives the whole message, marks its delivery as being sent, and takes it once."""
    fill(store, 1)
    [message] = claimed(store)
    assert (message.rule, message.rule_title, message.severity) == (
        "r1",
        "First rule",
        Severity.HIGH,
    )
    assert (message.body, message.spans) == ("Story0 begins.", (Span("body", 0, 6),))
    assert (message.source, message.path, message.channel) == ("wires", "f0", "desk")
    assert message.key == delivery(store)["key"]
    assert (message.attempts, message.created, message.repeat_possible) == (0, START, False)
    assert delivery(store)["state"] == "sending"
    assert claimed(store) == []


def test_the_oldest_due_goes_first_and_none_before_its_time(store: Store) -> None:
    """Deliveries are claimed in the order in which they are due, up to now and not beyond."""
    fill(store, 4)
    for number, minutes in ((1, 3), (2, 1), (3, 2), (4, 5)):
        due = iso(START + timedelta(minutes=minutes))
        store.db.table("deliveries").update(number, {"due": due})
    assert ids(claimed(store, START)) == []
    assert ids(claimed(store, START + timedelta(minutes=3))) == [2, 3, 1]


def test_a_backlog_takes_only_its_own_room(store: Store) -> None:
    """A channel with a thousand waiting takes its share, and a quiet one comes in the same turn."""
    fill(store, 50)
    fill(store, 1, ("phone",), START + timedelta(hours=1))
    messages = claimed(store, START + DAY, {"desk": 3, "phone": 8})
    assert [message.channel for message in messages] == ["desk"] * 3 + ["phone"]
    assert ids(messages)[:3] == [1, 2, 3]


def test_an_unnamed_channel_is_left_alone(store: Store) -> None:
    """Only deliveries of channels that have room are claimed."""
    fill(store, 1, ("desk", "phone"))
    assert [message.channel for message in claimed(store, room={"phone": 1})] == ["phone"]
    assert delivery(store, 1)["state"] == "pending"


def test_a_sent_message_is_done(store: Store) -> None:
    """A success ends a delivery, with its time, and stands among the attempts."""
    fill(store, 1)
    [message] = claimed(store)
    note(store, tried(message, START))
    row = delivery(store)
    assert (row["state"], row["reason"], row["due"]) == ("sent", None, None)
    assert (row["attempts"], row["finished"]) == (1, iso(START))
    [attempt] = store.db["attempts"].rows
    assert (attempt["ok"], attempt["http_code"], attempt["ms"]) == (1, 200, 12.35)
    assert attempt["error"] is None


def test_a_failure_waits_longer_each_time(store: Store, clock: ManualClock) -> None:
    """A failed delivery says why and when it goes again: later after each failure."""
    fill(store, 1)
    for tries in (1, 2, 3):
        [message] = claimed(store, clock.advance(DAY.total_seconds() / 2))
        assert message.attempts == tries - 1
        note(store, tried(message, clock.now, DeliveryReason.HTTP_ERROR))
        row = delivery(store)
        assert (row["state"], row["reason"], row["attempts"]) == ("failed", "http-error", tries)
        assert row["due"] == iso(clock.now + timedelta(minutes=tries))
        assert row["finished"] is None
    assert [row["error"] for row in store.db["attempts"].rows] == ["why not"] * 3


def test_the_service_is_asked_again_when_it_wishes(store: Store) -> None:
    """Retry-After reaches the reckoning of the next try."""
    fill(store, 1)
    [message] = claimed(store)
    said = Attempt(
        message.delivery_id, "desk", START, False, 1, DeliveryReason.THROTTLED, 429, 90.0
    )
    note(store, said)
    assert delivery(store)["due"] == iso(START + timedelta(minutes=1, seconds=90))


def test_a_delivery_is_given_up_after_its_time(store: Store, clock: ManualClock) -> None:
    """What has failed for the set time is dead, with reason and time, and is claimed no more."""
    fill(store, 1)
    [message] = claimed(store, clock.advance(2 * DAY.total_seconds() - 1))
    note(store, tried(message, clock.now, DeliveryReason.UNREACHABLE), give_up_after=2 * DAY)
    assert delivery(store)["state"] == "failed"
    [message] = claimed(store, clock.advance(61))
    note(store, tried(message, clock.now, DeliveryReason.UNREACHABLE), give_up_after=2 * DAY)
    row = delivery(store)
    assert (row["state"], row["reason"], row["due"]) == ("dead", "gave-up", None)
    assert row["finished"] == iso(clock.now)
    assert claimed(store, clock.advance(DAY.total_seconds())) == []


def test_what_a_crash_interrupted_goes_again_as_a_possible_repeat(store: Store) -> None:
    """After a crash between sending and recording, the same key goes again, marked as a repeat."""
    fill(store, 2)
    [before] = claimed(store, room={"desk": 1})
    with store.write() as db:
        assert recover(db, START) == 1
    assert delivery(store, 1)["reason"] == "interrupted"
    other, again = claimed(store)  # what is new goes first
    assert (again.key, again.repeat_possible) == (before.key, True)
    assert not other.repeat_possible


@pytest.mark.parametrize(
    ("reason", "unsure"),
    [
        (reason, reason is DeliveryReason.TIMEOUT)
        for reason in DeliveryReason
        if "-" in reason or reason == "timeout"
    ],
)
def test_only_a_timeout_may_have_arrived(
    store: Store, reason: DeliveryReason, *, unsure: bool
) -> None:
    """A message that was refused did not arrive; one without an answer may have."""
    fill(store, 1)
    [message] = claimed(store)
    note(store, tried(message, START, reason))
    [again] = claimed(store, START + DAY)
    assert again.repeat_possible is unsure


@pytest.mark.parametrize("how", ["timeout", "crash"])
def test_a_possible_repeat_stays_one(store: Store, how: str) -> None:
    """A message that may have arrived once stays marked, though later tries failed for certain."""
    fill(store, 1)
    [message] = claimed(store)
    if how == "timeout":
        note(store, tried(message, START, DeliveryReason.TIMEOUT))
    else:
        with store.write() as db:
            recover(db, START)
    [second] = claimed(store, START + DAY)
    note(store, tried(second, START + DAY, DeliveryReason.HTTP_ERROR))
    [third] = claimed(store, START + 2 * DAY)
    assert third.repeat_possible


def test_a_removed_channel_retires_what_waits_for_it(store: Store) -> None:
    """Deliveries of a channel that is configured no more are dead with that reason; others stay."""
    fill(store, 2, ("desk", "phone"))
    [sent] = claimed(store, room={"phone": 1})
    note(store, tried(sent, START))
    with store.write() as db:
        assert retire(db, ["desk"], START) == 1
    states = [(row["channel"], row["state"]) for row in store.db["deliveries"].rows]
    assert states == [
        ("desk", "pending"),
        ("phone", "sent"),
        ("desk", "pending"),
        ("phone", "dead"),
    ]
    assert delivery(store, 4)["reason"] == "channel-removed"
    with store.write() as db:
        assert retire(db, [], START) == 2


def test_the_dead_go_again_when_a_person_says_so(store: Store) -> None:
    """A revived delivery is due at once and has its whole time again; what was sent stays sent."""
    fill(store, 2)
    first, second = claimed(store)
    late = START + 5 * DAY
    note(store, tried(first, late, DeliveryReason.UNREACHABLE), tried(second, late))
    assert delivery(store, 1)["state"] == "dead"
    with store.write() as db:
        assert revive(db, [1, 2, 99], late) == 1
    row = delivery(store, 1)
    assert (row["state"], row["reason"]) == ("pending", "retried-by-hand")
    assert (row["due"], row["finished"]) == (iso(late), None)
    [message] = claimed(store, late)
    note(store, tried(message, late, DeliveryReason.UNREACHABLE))
    assert delivery(store, 1)["state"] == "failed"
    assert delivery(store, 2)["state"] == "sent"


def test_the_next_due_time_is_that_of_what_can_go(store: Store) -> None:
    """The next due time counts what waits for some channels, and not what is done or on its way."""
    fill(store, 3, ("desk", "phone"))
    minute = timedelta(minutes=1)
    for number in range(1, 7):
        due = iso(START + number * minute)
        store.db.table("deliveries").update(number, {"due": due})
    assert next_due(store.db, ["desk", "phone"]) == START + minute
    assert next_due(store.db, ["phone"]) == START + 2 * minute
    claimed(store, START + minute)
    assert next_due(store.db, ["desk"]) == START + 3 * minute
    assert next_due(store.db, []) is None
    assert next_due(store.db, ["other"]) is None


def test_every_state_is_counted(store: Store) -> None:
    """The count of deliveries names every state, those without any too."""
    fill(store, 3)
    [message] = claimed(store, room={"desk": 1})
    note(store, tried(message, START))
    expected = dict.fromkeys(DeliveryState, 0) | {DeliveryState.PENDING: 2, DeliveryState.SENT: 1}
    assert outbox_counts(store.db) == expected
