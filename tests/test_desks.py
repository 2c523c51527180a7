"""Several desks on one log: what each performs, once, in one order."""

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from conftest import START, ManualClock, Site, Wirewatch, told
from desks import SETTINGS, Desk, broker_of, come_to, desks, linked
from wirewatch.broker.letter import Letter
from wirewatch.cluster.entry import EntryError, entry_of, written
from wirewatch.cluster.lead import Lead
from wirewatch.model import Attempt, Message
from wirewatch.pipeline.acts import (
    Accept,
    Act,
    Alone,
    OutboxTurn,
    Performer,
    SettleAlarms,
    TakeOn,
)  # fmt: skip
from wirewatch.pipeline.patience import Patience
from wirewatch.states import DeliveryReason, FileReason
from wirewatch.store.alarms import Listeners
from wirewatch.store.database import Store, StoreUnavailableError, UnstorableError
from wirewatch.store.desks import leading, note, position
from wirewatch.store.digest import content_digest
from wirewatch.store.stories import Telling


def accept(*paths: str) -> Accept:
    """Make the act of taking files in."""
    return Accept(START, tuple(told(path, f"{path} spoke.") for path in paths), Telling())


def turn(epoch: int, *attempts: Attempt, ahead: int = 0) -> OutboxTurn:
    """Make a turn of a desk's outbox."""
    return OutboxTurn(START, Patience(), ("desk",), attempts, ahead=ahead, epoch=epoch)


def write(desk: Desk, act: Act[object], name: str = "") -> None:
    """Write an act into the log, perhaps under a name."""
    entry = entry_of(act)
    letter = Letter(name or entry.id, entry.kind, written(entry))
    desk.link.publish("", SETTINGS.log, [letter], 1)


def states(store: Store) -> list[str]:
    """Give the states of the deliveries."""
    return [row["state"] for row in store.db["deliveries"].rows]


@pytest.fixture(params=["alone", "by-the-log"])
def performer(
    request: pytest.FixtureRequest, tmp_path: Path, clock: ManualClock
) -> Iterator[tuple[Performer, Store]]:
    """Give who makes acts durable: a machine by itself, or a desk of two; with its store."""
    if request.param == "alone":
        store = Store.open(tmp_path / "alone.db")
        yield Alone(store), store
        store.close()
        return
    with desks(tmp_path, clock, "astana", "brussels") as made:
        yield made[0].proposals, made[0].store


def test_an_act_is_durable_and_gives_what_it_came_to(performer: tuple[Performer, Store]) -> None:
    """Whoever performs it: what was taken in, claimed, told and taken on is in the store."""
    perform, store = performer
    epoch = None
    if not isinstance(perform, Alone):
        epoch = perform.perform(Lead(START, "astana", "i1", ("desk",))).epoch
    [done] = perform.perform(accept("a"))
    assert (done.articles, done.deliveries) == (1, 1)
    [message] = perform.perform(turn(0, ahead=16)._replace(epoch=epoch))
    assert states(store) == ["sending"]
    attempt = Attempt(message.delivery_id, "desk", START, True, 2.0)
    assert perform.perform(turn(0, attempt)._replace(epoch=epoch)) == []
    assert states(store) == ["sent"]
    assert perform.perform(TakeOn(START, ("1", "9"), "me")) == ([1], 1, ["9"])


def test_desks_hold_the_same(tmp_path: Path, clock: ManualClock) -> None:
    """What one desk proposes, all perform: their files are the same, row for row."""
    with desks(tmp_path, clock, "astana", "brussels", "tokyo") as made:
        first, *others = made
        first.proposals.perform(Lead(START, "astana", "i1", ("desk",)))
        for number in range(20):
            first.proposals.perform(accept(f"file{number}"))
            first.proposals.perform(turn(1, ahead=3))
        for other in others:
            come_to(other, 41)
        assert len({desk.digest() for desk in made}) == 1
        assert len({position(desk.store.db) for desk in made}) == 1


def test_an_entry_that_comes_again_changes_nothing(tmp_path: Path, clock: ManualClock) -> None:
    """Entries are known by their names: a relay that dies and repeats them is not noticed."""
    with desks(tmp_path, clock, "astana") as [desk]:
        write(desk, accept("a"), "one")
        write(desk, turn(1), "two")
        write(desk, accept("b"), "one")
        write(desk, accept("c"), "three")
        come_to(desk, 3)
        rows = desk.store.db["cluster_log"].rows
        assert [(row["position"], row["entry"]) for row in rows] == [
            (1, "one"), (2, "two"), (3, "three"),
        ]  # fmt: skip
        assert [row["path"] for row in desk.store.db["files"].rows] == ["a", "c"]


@pytest.mark.parametrize("seed", range(4))
def test_relays_that_die_keep_the_order(tmp_path: Path, clock: ManualClock, seed: int) -> None:
    """However often relays lose what they had in hand, all desks see one order."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    with desks(tmp_path, clock, "astana", "brussels") as [one, other]:
        for number in range(60):
            write(one, accept(f"file{number}"), f"e{number}")
            if chance.random() < 0.3:
                chance.choice([one, other]).relay_link.drop()
            if chance.random() < 0.1:
                chance.choice([one, other]).link.drop()
        for desk in (one, other):
            come_to(desk, 60)
        assert one.digest() == other.digest()
        assert [row["entry"] for row in other.store.db["cluster_log"].rows] == [
            f"e{number}" for number in range(60)
        ]


def test_a_desk_that_was_away_catches_up(tmp_path: Path, clock: ManualClock) -> None:
    """What came while a desk was away waits in its queue; a start goes on where it was."""
    broker = broker_of("astana", "brussels")
    astana = Desk(tmp_path, broker, "astana", clock)
    astana.start()
    for number in range(5):
        astana.proposals.perform(accept(f"file{number}"))
    brussels = Desk(tmp_path, broker, "brussels", clock)
    brussels.start()
    come_to(brussels, 5)
    assert brussels.digest() == astana.digest()
    for desk in (astana, brussels):
        desk.end()


def test_what_a_desk_does_not_know_ends_it(tmp_path: Path, clock: ManualClock) -> None:
    """An entry of a newer version is never passed over: nothing after it would be right."""
    broker = broker_of("astana")
    desk = Desk(tmp_path, broker, "astana", clock)
    broker.put("", SETTINGS.desk("astana"), [Letter("e1", "conquer", b"")])
    with pytest.raises(EntryError, match="bring this machine"):
        desk.following.run()
    assert position(desk.store.db).number == 0
    desk.end()


def test_what_sqlite_refuses_every_desk_puts_aside(tmp_path: Path, clock: ManualClock) -> None:
    """One value that cannot be stored quarantines its file, and nothing else of its entry."""
    bad = told("bad", "Bad spoke.")
    article = bad.found[0].article._replace(urgency=2**70)
    bad = bad._replace(found=(bad.found[0]._replace(article=article),))
    act = Accept(START, (told("a", "A spoke."), bad, told("b", "B spoke.")), Telling())
    with desks(tmp_path, clock, "astana", "brussels") as [one, other]:
        done = one.proposals.perform(act)
        assert [row.reason for row in done] == [None, FileReason.UNSTORABLE, None]
        come_to(other, 1)
        assert one.digest() == other.digest()


def test_an_entry_that_the_program_stumbles_over_ends_no_desk(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of the program refuses one entry, at every desk alike; what follows is performed."""

    def stumble(_act: SettleAlarms, _db: object) -> None:
        raise KeyError("nobody thought of it")

    monkeypatch.setattr(SettleAlarms, "perform", stumble)
    with desks(tmp_path, clock, "astana", "brussels") as [one, other]:
        with pytest.raises(UnstorableError, match="nobody thought of it"):
            one.proposals.perform(SettleAlarms(START, (), Listeners((), {})))
        one.proposals.perform(accept("a"))
        come_to(other, 2)
        assert one.digest() == other.digest()


def test_a_desk_without_a_broker_says_so(tmp_path: Path, clock: ManualClock) -> None:
    """What cannot be written into the log is told as a store that is not there just now."""
    with desks(tmp_path, clock, "astana") as [desk]:
        desk.broker.down = True
        with pytest.raises(StoreUnavailableError, match="the broker is down"):
            desk.proposals.perform(accept("a"))


def test_the_next_desk_takes_up_what_was_being_sent(store: Store) -> None:
    """With a lead an epoch begins: what was being sent is due again, under the same key."""
    alone = Alone(store)
    alone.perform(accept("a"))
    assert alone.perform(Lead(START, "astana", "i1", ("desk",))).epoch == 1
    [first] = alone.perform(turn(1, ahead=16))
    assert alone.perform(Lead(START, "brussels", "i2", ("desk",))).epoch == 2
    [again] = alone.perform(turn(2, ahead=16))
    assert (again.key, again.repeat_possible) == (first.key, True)
    now = leading(store.db)
    assert now is not None
    assert (now.epoch, now.desk, now.instance) == (2, "brussels", "i2")


def test_after_the_end_of_an_epoch_nothing_of_it_holds(store: Store) -> None:
    """A desk that was cut off claims nothing and gives nothing back once another leads."""
    alone = Alone(store)
    alone.perform(accept("a"))
    alone.perform(Lead(START, "astana", "i1", ("desk",)))
    alone.perform(Lead(START, "brussels", "i2", ("desk",)))
    assert alone.perform(turn(1, ahead=16)) == []
    assert states(store) == ["pending"]
    [message] = alone.perform(turn(2, ahead=16))
    alone.perform(turn(1)._replace(unsent=(message.delivery_id,)))
    assert states(store) == ["sending"]


def test_what_was_told_was_told_whoever_told_it(store: Store) -> None:
    """A late word that a message went out counts, and no failure of the other undoes it."""
    alone = Alone(store)
    alone.perform(accept("a"))
    alone.perform(Lead(START, "astana", "i1", ("desk",)))
    [message] = alone.perform(turn(1, ahead=16))
    alone.perform(Lead(START, "brussels", "i2", ("desk",)))
    alone.perform(turn(2, ahead=16))
    sent = Attempt(message.delivery_id, "desk", START, True, 2.0)
    alone.perform(turn(1, sent))
    assert states(store) == ["sent"]
    later = START + timedelta(seconds=1)
    failed = Attempt(message.delivery_id, "desk", later, False, 2.0, DeliveryReason.TIMEOUT)
    alone.perform(turn(2, failed))
    assert states(store) == ["sent"]


def test_an_attempt_is_recorded_once(store: Store) -> None:
    """A turn that is proposed again, as nobody knew of the first, counts its attempts once."""
    alone = Alone(store)
    alone.perform(accept("a"))
    alone.perform(Lead(START, "astana", "i1", ("desk",)))
    [message] = alone.perform(turn(1, ahead=16))
    sent = Attempt(message.delivery_id, "desk", START, True, 2.0)
    for _ in range(2):
        alone.perform(turn(1, sent))
    [row] = store.db["attempts"].rows
    assert (row["ok"], row["epoch"]) == (1, 1)


def test_what_comes_too_late_is_not_lost(tmp_path: Path, clock: ManualClock) -> None:
    """Claims that come back when nobody waits any more are handed on, to be given back."""
    came: list[object] = []
    with desks(tmp_path, clock, "astana") as [desk]:
        desk.proposals.perform(Lead(START, "astana", "i1", ("desk",)))
        desk.proposals.perform(accept("a"))
        desk.proposals.late = came.extend
        desk.broker.down = True
        act = turn(1, ahead=16)
        with pytest.raises(StoreUnavailableError):
            desk.proposals.perform(act)
        desk.broker.down = False
        [name] = desk.proposals._given_up
        write(desk, act, name)
        come_to(desk, 3)
    [message] = came
    assert isinstance(message, Message)


def test_the_digest_tells_files_apart(tmp_path: Path, store: Store) -> None:
    """Files that hold the same have one digest; one row of difference is another."""
    other = Store.open(tmp_path / "other.db")
    for one in (store, other):
        Alone(one).perform(accept("a", "b"))
    assert content_digest(store.db) == content_digest(other.db)
    with other.write() as db:
        db.execute("UPDATE articles SET body = body || '!' WHERE id = 2")
    assert content_digest(store.db) != content_digest(other.db)
    other.close()


def test_links_of_the_double_are_links() -> None:
    """The double stands for what it doubles: it has what is called of it."""
    made = linked(broker_of("astana"))
    for name in ("publish", "consume", "drop", "open", "close"):
        assert callable(getattr(made, name))


@pytest.mark.parametrize(
    "words", [("run",), ("ingest", "a.txt"), ("silences", "end", "1"), ("db", "prune")]
)
def test_a_desks_store_is_changed_by_the_log_only(
    site: Site, wirewatch: Wirewatch, words: tuple[str, ...]
) -> None:
    """Nothing writes alone what desks have in common: it says how to start the desk instead."""
    (site.folder / "a.txt").write_text("story")
    store = Store.open(site.database)
    with store.write() as db:
        note(db, "one", "accept", START)
    store.close()
    ran = wirewatch(*(str(site.folder / word) if word == "a.txt" else word for word in words))
    assert ran.code != 0
    assert "run --role desk" in ran.err
