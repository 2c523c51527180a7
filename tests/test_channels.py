"""A channel that fails again and again rests; one message tries it, and the first answer frees all."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest

from conftest import START, told
from wirewatch.clock import iso
from wirewatch.model import Attempt, Message
from wirewatch.states import DeliveryReason, DeliveryState
from wirewatch.store.accept import accept
from wirewatch.store.channels import Health, health, next_due
from wirewatch.store.claims import claim
from wirewatch.store.database import Store
from wirewatch.store.outbox import outbox_counts, record, revive

SECOND, MINUTE, HOUR, DAY = (timedelta(seconds=n) for n in (1, 60, 3600, 86_400))
TRIPS = 5


def delay(tries: int, retry_after: float | None) -> timedelta:
    """Wait ten minutes longer each time, or as the service asks."""
    return max(10 * tries * MINUTE, timedelta(seconds=retry_after or 0))


def fill(store: Store, count: int, channels: tuple[str, ...] = ("desk",)) -> None:
    """Accept so many articles, each with one delivery for each channel, due at once."""
    accept(store, [told(f"f{n}", f"Story{n} begins.", channels) for n in range(count)], START)
    store.db.execute("UPDATE deliveries SET due = created")


def claimed(store: Store, now: datetime, room: int = 8) -> list[Message]:
    """Claim what goes out now on any channel."""
    with store.write() as db:
        return claim(db, now, {"desk": room, "phone": room})


def note(
    store: Store,
    messages: Iterable[Message],
    now: datetime,
    why: DeliveryReason | None = None,
    retry_after: float | None = None,
) -> None:
    """Record how sending some messages went: well, where there is no reason why not."""
    attempts = [
        Attempt(
            one.delivery_id, one.channel, now, why is None, 1.0, why, None, retry_after, why or ""
        )
        for one in messages
    ]
    with store.write() as db:
        record(db, attempts, delay, 3 * DAY)


def broken(store: Store, count: int = 20) -> None:
    """Let a channel fail until it rests, with more waiting."""
    fill(store, count)
    note(store, claimed(store, START, TRIPS), START, DeliveryReason.UNREACHABLE)


def test_a_channel_rests_after_some_failures(store: Store) -> None:
    """After five failures nothing more is sent to a channel, until its time comes; others go on."""
    fill(store, 20, ("desk", "phone"))
    desk = [one for one in claimed(store, START, TRIPS) if one.channel == "desk"]
    note(store, desk[:-1], START, DeliveryReason.UNREACHABLE)
    assert health(store.db)["desk"].retry_at is None
    note(store, desk[-1:], START, DeliveryReason.UNREACHABLE)
    assert health(store.db)["desk"].retry_at == iso(START + 10 * MINUTE)
    later = START + 10 * MINUTE - SECOND
    assert {one.channel for one in claimed(store, later)} == {"phone"}
    assert next_due(store.db, ["desk"]) == START + 10 * MINUTE


def test_one_message_tries_a_resting_channel(store: Store) -> None:
    """When its time comes, one message goes, and no other until it is known what came of it."""
    broken(store)
    now = START + 10 * MINUTE
    [trial] = claimed(store, now)
    assert claimed(store, now + 30 * SECOND) == []
    note(store, [trial], now + 30 * SECOND, DeliveryReason.TIMEOUT)
    assert health(store.db)["desk"].retry_at == iso(now + 30 * SECOND + 20 * MINUTE)
    assert claimed(store, now + 20 * MINUTE) == []


def test_a_trial_that_fails_costs_no_more_than_its_pause(store: Store) -> None:
    """As soon as it is known that a trial failed, only the pause after it counts."""
    fill(store, 20)
    now = START
    for attempt in claimed(store, START, TRIPS):
        with store.write() as db:
            lost = Attempt(attempt.delivery_id, "desk", now, False, 1.0, DeliveryReason.TIMEOUT)
            record(db, [lost], lambda *_: SECOND, 3 * DAY)
    for _ in range(3):
        now += SECOND
        [trial] = claimed(store, now)
        with store.write() as db:
            lost = Attempt(trial.delivery_id, "desk", now, False, 1.0, DeliveryReason.TIMEOUT)
            record(db, [lost], lambda *_: SECOND, 3 * DAY)
        assert next_due(store.db, ["desk"]) == now + SECOND


def test_a_trial_of_which_nothing_is_heard_is_made_again(store: Store) -> None:
    """A trial that a crash took with it does not let a channel rest for ever."""
    broken(store)
    assert len(claimed(store, START + HOUR)) == 1
    assert len(claimed(store, START + HOUR + MINUTE)) == 1


def test_an_answer_frees_all_that_waits(store: Store) -> None:
    """The first success makes due at once what had failed, and the channel takes as many as ever."""
    broken(store)
    now = START + 15 * MINUTE
    note(store, claimed(store, now), now)
    assert health(store.db)["desk"] == Health(last_sent=iso(now))
    assert len(claimed(store, now, 100)) == 19


def test_a_message_that_is_refused_holds_up_no_other(store: Store) -> None:
    """Where only one message is at fault, the next trial is another one, and that frees the rest."""
    fill(store, 1)
    poison, now = 1, START
    while not health(store.db).get("desk", Health()).retry_at:
        [message] = claimed(store, now)
        note(store, [message], now, DeliveryReason.REFUSED_BY_SERVICE)
        now = next_due(store.db, ["desk"]) or now
    accept(store, [told("good", "Good news.")], now)
    store.db.execute("UPDATE deliveries SET due = created WHERE id <> ?", [poison])
    tried = []
    while not health(store.db)["desk"].last_sent:
        [message] = claimed(store, now)
        why = DeliveryReason.REFUSED_BY_SERVICE if message.delivery_id == poison else None
        note(store, [message], now, why)
        tried.append(message.delivery_id)
        now = next_due(store.db, ["desk"]) or now
    assert tried in ([2], [poison, 2])


def test_a_channel_that_asks_for_patience_gets_it(store: Store) -> None:
    """One answer of `too many requests` lets the whole channel rest for as long as it asks."""
    fill(store, 3)
    note(store, claimed(store, START, 1), START, DeliveryReason.THROTTLED, retry_after=1800)
    assert claimed(store, START + 30 * MINUTE - SECOND) == []
    assert len(claimed(store, START + 30 * MINUTE)) == 1


def test_what_waits_for_a_dead_channel_is_given_up_together(store: Store) -> None:
    """What was due as long as the channel has failed is dead with the trial; what is newer waits."""
    broken(store, 10)
    store.db.execute("UPDATE deliveries SET since = ? WHERE id = 10", [iso(START + DAY)])
    now = START + 3 * DAY
    note(store, claimed(store, now), now, DeliveryReason.UNREACHABLE)
    rows = list(store.db["deliveries"].rows)
    assert {(row["state"], row["reason"]) for row in rows[:9]} == {("dead", "gave-up")}
    assert (rows[9]["state"], rows[9]["due"]) == ("pending", iso(START))


@pytest.mark.parametrize("days", [2, 3])
def test_nothing_is_given_up_while_its_channel_has_not_failed_so_long(
    store: Store, days: int
) -> None:
    """Old deliveries of a channel that fails only lately are tried, and not given up unasked."""
    fill(store, 10)
    begun = START + days * DAY
    note(store, claimed(store, begun, TRIPS), begun, DeliveryReason.UNREACHABLE)
    later = begun + HOUR
    note(store, claimed(store, later), later, DeliveryReason.UNREACHABLE)
    assert outbox_counts(store.db)[DeliveryState.PENDING] == 4


def test_a_person_need_not_wait(store: Store) -> None:
    """`wirewatch alerts retry` tries a resting channel at once."""
    broken(store)
    with store.write() as db:
        revive(db, [1], START + MINUTE)
    assert [one.delivery_id for one in claimed(store, START + MINUTE)] == [6]
    assert claimed(store, START + MINUTE) == []
