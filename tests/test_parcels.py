"""What goes out in one message goes out whole, in its order, and takes nothing else along."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest

from conftest import START, told
from wirewatch.alerts.policy import Policy
from wirewatch.clock import from_iso, iso
from wirewatch.model import Attempt, Message
from wirewatch.notify.backoff import delay as backoff
from wirewatch.rhythm import rhythm_of
from wirewatch.states import DeliveryReason, DeliveryState
from wirewatch.store.accept import accept
from wirewatch.store.channels import FIRST_DUE, health, next_due
from wirewatch.store.claims import claim
from wirewatch.store.database import Store
from wirewatch.store.outbox import outbox_counts, record, recover
from wirewatch.store.waiting import QUERIES

SECOND, MINUTE, HOUR, DAY = (timedelta(seconds=n) for n in (1, 60, 3600, 86_400))
NEVER = timedelta.max
DIGEST = Policy(digests=(rhythm_of("daily 08:00"),))
REFUSED = DeliveryReason.REFUSED_BY_SERVICE


def delay(tries: int, retry_after: float | None) -> timedelta:
    return backoff(tries, 5 * SECOND, HOUR, 1.0, retry_after)


def fill(store: Store, count: int, now: datetime = START, group: str | None = None) -> None:
    """Take in so many stories, each with an alert that is due now."""
    before = store.db["deliveries"].count
    names = range(before, before + count)
    accept(store, [told(f"f{n}", f"Story{n} begins.") for n in names], now)
    store.db.execute(
        "UPDATE deliveries SET created = ?1, due = ?1, since = ?1, grouping = ?2 WHERE id > ?3",
        [iso(now), group, before],
    )


def claimed(
    store: Store,
    now: datetime,
    policy: Policy | None = None,
    room: int = 16,
    gather_after: timedelta = NEVER,
) -> list[Message]:
    with store.write() as db:
        return claim(db, now, {"desk": room}, {"desk": policy} if policy else None, gather_after)


def note(
    store: Store,
    messages: Iterable[Message],
    now: datetime,
    why: DeliveryReason | None = None,
    retry_after: float | None = None,
) -> None:
    """Record how sending some messages went."""
    attempts = [
        Attempt(one.delivery_id, "desk", now, why is None, 1.0, why, None, retry_after)
        for one in messages
    ]
    with store.write() as db:
        record(db, attempts, delay, 3 * DAY)


def sizes(messages: Iterable[Message]) -> list[int]:
    return [len(one.gathered) or 1 for one in messages]


@pytest.mark.parametrize("query", [*QUERIES, FIRST_DUE])
def test_the_outbox_is_asked_by_its_index(store: Store, query: str) -> None:
    """Nothing that is asked at each turn walks through all deliveries ever made."""
    numbers = map(int, re.findall(r"\?(\d+)", query))
    values = [1] * max(numbers, default=max(query.count("?"), 1))
    plan = [row[3] for row in store.db.execute(f"EXPLAIN QUERY PLAN {query}", values)]
    indexes = ("deliveries_due", "deliveries_bundle", "deliveries_sending", "deliveries_alert")
    assert any(index in step for index in indexes for step in plan)
    assert not any("deliveries_created" in step for step in plan), "a channel's whole past"
    scans = [step for step in plan if step.startswith("SCAN d")]
    assert all("deliveries_sending" in step for step in scans), "but for the few under way"


def test_what_was_gathered_goes_again_whole(store: Store) -> None:
    """One ref stands for one set of alerts, however many are due beside them."""
    fill(store, 400)
    [whole] = claimed(store, START + 2 * HOUR, gather_after=HOUR)
    note(store, [whole], START + 2 * HOUR, DeliveryReason.TIMEOUT)
    fill(store, 300, START + 2 * HOUR)
    again = claimed(store, START + 4 * HOUR, gather_after=HOUR)
    assert {one.key: len(one.gathered) for one in again}[whole.key] == 400
    again += claimed(store, START + 4 * HOUR, gather_after=HOUR)
    assert sum(sizes(again)) == 700


def test_a_new_alert_takes_no_single_one_of_a_digest_along(store: Store) -> None:
    """A digest that failed stays whole, though a new alert of one of its stories goes before it."""
    fill(store, 3)
    assert claimed(store, START, DIGEST) == []
    now = next_due(store.db, ["desk"]) or START
    digest = claimed(store, now, DIGEST)
    note(store, digest, now, DeliveryReason.TIMEOUT)
    fill(store, 1, now + SECOND)
    store.db.execute("UPDATE articles SET story = 1 WHERE id = 4")
    store.db.execute("UPDATE alerts SET severity = 'critical' WHERE id = 4")
    [one] = claimed(store, now + SECOND, DIGEST)
    assert (one.delivery_id, one.gathered) == (4, ())
    [again] = claimed(store, now + 10 * SECOND, DIGEST)
    assert (again.key, sizes([again])) == (digest[0].key, [3])


def test_what_a_resting_channel_had_waiting_misses_no_digest(store: Store) -> None:
    """What came before a digest, while its channel rested, goes with it, and not a day later."""
    fill(store, 1)
    assert claimed(store, START, DIGEST) == []
    eight = next_due(store.db, ["desk"]) or START
    fill(store, 1, eight - MINUTE)
    rests = iso(eight + 20 * MINUTE)
    store.db.execute(
        "INSERT INTO channels (name, failures, failing_since, retry_at) VALUES ('desk', 5, ?, ?)",
        [rests, rests],
    )
    assert claimed(store, eight, DIGEST) == []
    fill(store, 1, eight + MINUTE)
    assert sizes(claimed(store, eight + 20 * MINUTE, DIGEST)) == [2]


def test_what_was_taken_apart_is_gathered_as_often_as_it_takes(store: Store) -> None:
    """However often alerts of one time were gathered and refused, they get another reference."""
    keys = set()
    fill(store, 2)
    now = START + DAY
    for _ in range(4):
        [message] = claimed(store, now, DIGEST, gather_after=HOUR)
        assert sizes([message]) == [2]
        keys.add(message.key)
        store.db.execute(
            "UPDATE deliveries SET bundle = NULL, state = 'failed', reason = ?, due = ?",
            [REFUSED.value, iso(START)],
        )
    assert len(keys) == 4


def test_there_are_never_more_messages_than_room(store: Store) -> None:
    """However many failed alerts a story has, a new one takes only so many along as there is room."""
    fill(store, 100)
    store.db.execute("UPDATE articles SET story = 1")
    later = iso(START + 9 * HOUR)
    store.db.execute(
        "UPDATE deliveries SET state = 'failed', reason = 'timeout', due = ? WHERE id < 100",
        [later],
    )
    assert len(claimed(store, START, room=4)) == 4


def test_one_message_tries_a_channel_whatever_its_story(store: Store) -> None:
    """While a channel rests one message tries it, and takes none of its story along."""
    fill(store, 10)
    store.db.execute("UPDATE articles SET story = 1")
    note(store, claimed(store, START), START, DeliveryReason.UNREACHABLE)
    fill(store, 1, START + SECOND)
    store.db.execute("UPDATE articles SET story = 1")
    now = from_iso(health(store.db)["desk"].retry_at or "")
    assert len(claimed(store, now)) == 1


def test_a_story_goes_in_order_in_a_backlog(store: Store) -> None:
    """A later alert never goes before an earlier one of its story that is due far behind it."""
    fill(store, 40)
    while more := claimed(store, START):
        note(store, more, START, DeliveryReason.TIMEOUT)
        store.db.execute("DELETE FROM channels")
    now = START + HOUR
    fill(store, 1, now)
    store.db.execute("UPDATE articles SET story = 40 WHERE id IN (40, 41)")
    order = []
    while more := claimed(store, now, room=4):
        order += [one.delivery_id for one in more]
    assert order.index(40) < order.index(41)


def test_each_message_that_goes_again_counts(store: Store) -> None:
    """Gathered messages that go again are as many messages as they are."""
    policy = Policy(interval=30 * MINUTE)
    for group in "abcd":
        fill(store, 3, START, f"own {group}")
    note(store, claimed(store, START, policy), START)
    later = START + 30 * MINUTE
    four = claimed(store, later, policy)
    assert sizes(four) == [2] * 4
    note(store, four, later, DeliveryReason.HTTP_ERROR)
    one_an_hour = Policy(interval=30 * MINUTE, rate=1)
    assert len(claimed(store, START + 5 * HOUR, one_an_hour)) == 1


def test_one_bad_alert_takes_no_others_with_it(store: Store) -> None:
    """A digest of which a service refuses one alert is tried in halves until all others are sent."""
    fill(store, 50)
    claimed(store, START, DIGEST)
    keys: dict[str, set[int]] = {}
    now = START
    while due := next_due(store.db, ["desk"]):
        now = max(now, due)
        for message in claimed(store, now, DIGEST):
            ids = {one.delivery_id for one in message.gathered or (message,)}
            assert keys.setdefault(message.key, ids) == ids, "a ref stands for the same alerts"
            note(store, [message], now, REFUSED if 25 in ids else None)
    counts = outbox_counts(store.db)
    assert (counts[DeliveryState.SENT], counts[DeliveryState.DEAD]) == (49, 1)


def test_a_bad_alert_takes_no_old_one_with_it(store: Store) -> None:
    """What is old is gathered, and yet gets away from an alert that the service refuses."""
    fill(store, 3)
    now = START + 2 * HOUR
    for _ in range(8):
        for message in claimed(store, now, gather_after=HOUR):
            ids = {one.delivery_id for one in message.gathered or (message,)}
            note(store, [message], now, REFUSED if 2 in ids else None)
        now = max(now, next_due(store.db, ["desk"]) or now)
    counts = outbox_counts(store.db)
    assert (counts[DeliveryState.SENT], counts[DeliveryState.FAILED]) == (2, 1)


def test_what_is_not_refused_is_not_taken_apart(store: Store) -> None:
    """A digest that only found nobody goes again as it was, however often."""
    fill(store, 8)
    claimed(store, START, DIGEST)
    now = next_due(store.db, ["desk"]) or START
    for _ in range(4):
        [message] = claimed(store, now, DIGEST)
        assert len(message.gathered) == 8
        note(store, [message], now, DeliveryReason.TIMEOUT)
        now = next_due(store.db, ["desk"]) or now


def test_a_message_that_is_refused_is_tried_ever_more_rarely(store: Store) -> None:
    """The success of others hastens no message that the service itself refused."""
    fill(store, 1)
    now, tried = START, 0
    while now < START + HOUR:
        for message in claimed(store, now):
            tried += message.delivery_id == 1
            note(store, [message], now, REFUSED if message.delivery_id == 1 else None)
        now += 10 * SECOND
        fill(store, 1, now)
    assert tried <= 11


def test_a_service_that_refuses_some_does_not_rest(store: Store) -> None:
    """A few messages that are always refused make nobody else wait; if all are, the channel rests."""
    fill(store, 6)
    now = START
    for number in range(20):
        note(store, claimed(store, now), now, REFUSED)
        assert health(store.db)["desk"].retry_at is None or number > 1
        now = max(now, next_due(store.db, ["desk"]) or now)
    assert health(store.db)["desk"].retry_at


@pytest.mark.parametrize("second", [DeliveryReason.HTTP_ERROR, DeliveryReason.THROTTLED])
def test_patience_that_was_asked_for_is_kept(store: Store, second: DeliveryReason) -> None:
    """What else comes back does not shorten the half hour that a service has asked for."""
    fill(store, 3)
    first, other, _ = claimed(store, START)
    note(store, [first], START, DeliveryReason.THROTTLED, 1800)
    note(store, [other], START, second)
    assert health(store.db)["desk"].retry_at == iso(START + 30 * MINUTE)


def test_a_crash_loses_nothing_of_what_was_gathered(store: Store) -> None:
    """After a crash all that was under way goes again, as the messages that it was."""
    fill(store, 5)
    before = claimed(store, START + 2 * HOUR, gather_after=HOUR)
    with store.write() as db:
        assert recover(db, START + 2 * HOUR) == 5
    again = claimed(store, START + 2 * HOUR, gather_after=HOUR)
    assert [(one.key, len(one.gathered)) for one in again] == [(before[0].key, 5)]
