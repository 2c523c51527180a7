"""Who goes first: a channel's backlog holds up neither other channels nor what is new."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import pytest

from conftest import START, told
from wirewatch.clock import iso
from wirewatch.model import Attempt, Message
from wirewatch.states import DeliveryReason
from wirewatch.store.accept import accept
from wirewatch.store.claims import claim
from wirewatch.store.database import Store
from wirewatch.store.outbox import record

MINUTE = timedelta(minutes=1)


def take(
    store: Store, count: int, now: datetime = START, channels: Sequence[str] = ("desk",)
) -> list[int]:
    """Take in so many stories, each with an alert for each channel; give the new deliveries."""
    seen = store.db["files"].count
    before = store.db["deliveries"].count
    batch = [told(f"f{seen + n}", f"Story{seen + n} begins.", channels) for n in range(count)]
    accept(store, batch, now)
    new = [row[0] for row in store.db.execute("SELECT id FROM deliveries WHERE id > ?", [before])]
    marks = ",".join("?" * len(new))
    store.db.execute(
        f"UPDATE deliveries SET created = ?, due = ?, since = ? WHERE id IN ({marks})",  # noqa: S608
        [iso(now), iso(now), iso(now), *new],
    )
    return new


def claimed(store: Store, now: datetime, room: Mapping[str, int]) -> list[Message]:
    """Claim what goes out now."""
    with store.write() as db:
        return claim(db, now, room)


def ids(messages: Iterable[Message]) -> list[int]:
    return [message.delivery_id for message in messages]


def fail(store: Store, messages: Iterable[Message], now: datetime) -> None:
    """Record that messages could not be sent; they go again in a minute, and the channel is well."""
    why = DeliveryReason.UNREACHABLE
    attempts = [Attempt(one.delivery_id, one.channel, now, False, 1.0, why) for one in messages]
    with store.write() as db:
        record(db, attempts, lambda *_: MINUTE, timedelta(days=3))
    store.db.execute("DELETE FROM channels")


@pytest.mark.parametrize("order", [("busy", "quiet"), ("quiet", "busy")])
def test_a_backlog_of_one_channel_leaves_others_their_room(
    store: Store, order: tuple[str, str]
) -> None:
    """However long a channel's queue, another's newest alert is claimed in the same turn."""
    take(store, 300, START, ["busy"])
    (new,) = take(store, 1, START + MINUTE, ["quiet"])
    messages = claimed(store, START + MINUTE, dict.fromkeys(order, 4))
    assert new in ids(messages)
    assert sorted(message.channel for message in messages) == ["busy"] * 4 + ["quiet"]


def test_each_of_many_channels_has_its_turn(store: Store) -> None:
    """One alert for a hundred channels, of which half have a backlog, is claimed for all at once."""
    names = [f"desk{number}" for number in range(100)]
    take(store, 20, START, names[::2])
    new = take(store, 1, START + MINUTE, names[1::2])
    messages = claimed(store, START + MINUTE, dict.fromkeys(names, 2))
    assert len(messages) == 50 * 2 + 50
    assert set(new) <= set(ids(messages))


def test_what_is_new_goes_in_the_order_in_which_it_came(store: Store) -> None:
    """Of one channel's new alerts the oldest go first, over as many turns as it takes."""
    first = take(store, 5)
    second = take(store, 5, START + MINUTE)
    gone: list[int] = []
    while messages := claimed(store, START + MINUTE, {"desk": 3}):
        gone += ids(messages)
    assert gone == first + second


@pytest.mark.parametrize("room", [1, 4])
@pytest.mark.parametrize("backlog", [5, 200])
def test_what_is_new_waits_for_no_backlog_that_failed(
    store: Store, backlog: int, room: int
) -> None:
    """When retried alerts and new ones are due, they take turns: a new one is next but one."""
    old = take(store, backlog)
    fail(store, claimed(store, START, {"desk": backlog}), START)
    now = START + 2 * MINUTE
    new = take(store, 3, now)
    order: list[int] = []
    while messages := claimed(store, now, {"desk": room}):
        order += ids(messages)
    assert sorted(order) == old + new, "each goes, once"
    assert max(order.index(one) for one in new) <= 5
    assert [one for one in order if one in new] == new


@pytest.mark.parametrize("room", [1, 4])
def test_what_failed_waits_for_no_flood_of_new_alerts(store: Store, room: int) -> None:
    """The other way round too: while new alerts keep coming, retried ones get every second place."""
    old = take(store, 3)
    fail(store, claimed(store, START, {"desk": 3}), START)
    now = START + 2 * MINUTE
    take(store, 50, START)  # due earlier than the retries: as if they had come all the while
    order: list[int] = []
    while messages := claimed(store, now, {"desk": room}):
        order += ids(messages)
    assert max(order.index(one) for one in old) <= 5


def test_a_story_is_told_in_order(store: Store) -> None:
    """A later alert of a story takes an earlier one along that was to be sent again: that goes first."""
    (first,) = take(store, 1)
    fail(store, claimed(store, START, {"desk": 9}), START)
    (second, other) = take(store, 2, START + MINUTE / 2)
    story = "(SELECT a.id FROM articles a JOIN alerts al ON al.article_id = a.id WHERE al.id = ?)"
    store.db.execute(f"UPDATE articles SET story = {story} WHERE id = {story}", [first, second])  # noqa: S608
    assert ids(claimed(store, START + MINUTE / 2, {"desk": 9})) == [first, second, other]


def test_a_story_is_told_in_order_where_new_and_old_take_turns(store: Store) -> None:
    """What goes again does not fall behind what is new of its story, though new ones go first."""
    first, last = take(store, 2)
    fail(store, claimed(store, START, {"desk": 9}), START)
    (second,) = take(store, 1, START + MINUTE)
    story = "(SELECT a.id FROM articles a JOIN alerts al ON al.article_id = a.id WHERE al.id = ?)"
    store.db.execute(f"UPDATE articles SET story = {story} WHERE id = {story}", [last, second])  # noqa: S608
    assert ids(claimed(store, START + MINUTE, {"desk": 9})) == [last, first, second]
