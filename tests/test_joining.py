"""A desk more, a desk less: from a backup with nothing missing, and never on behind a gap."""

from datetime import timedelta
from pathlib import Path

import pytest

import cluster_double
from conftest import START, ManualClock, told
from desks import SETTINGS, Desk, broker_of, come_to, desks, linked
from wirewatch.broker.access import BrokerError, BrokerUnavailableError
from wirewatch.broker.letter import Letter, Parcel
from wirewatch.cluster.entry import entry_of, written
from wirewatch.cluster.joining import begin, forget, refuse_unfit
from wirewatch.cluster.lead import Lead
from wirewatch.cluster.unbroken import GapError, Unbroken
from wirewatch.errors import StoreError
from wirewatch.pipeline.acts import Accept, Alone, OutboxTurn
from wirewatch.pipeline.patience import Patience
from wirewatch.store.backup import back_up
from wirewatch.store.database import Store
from wirewatch.store.restore import restore
from wirewatch.store.stories import Telling

CUT = Letter("c", "accept", b"")


def take_in(desk: Desk, *paths: str) -> None:
    """Let the log say that files were taken in."""
    for path in paths:
        desk.proposals.perform(Accept(START, (told(path, f"{path} spoke."),), Telling()))


def bind(broker: cluster_double.Broker, name: str) -> None:
    """Make the queues of a desk."""
    broker.bound[SETTINGS.desks].append(SETTINGS.desk(name))
    broker.bound[SETTINGS.asks].append(SETTINGS.asked(name))


def handed(desk: Desk, position: int) -> Parcel:
    """Give what a desk has performed at a position, as it is handed out to another."""
    [entry] = desk.store.db.execute(
        "SELECT entry FROM cluster_log WHERE position = ?", [position]
    ).fetchone()
    return Parcel(Letter(entry, "accept", b""), 0, 1, 1)


def unseen(_done: int, _all: int) -> None:
    """Show nothing."""


def test_a_desk_made_of_a_backup_holds_the_same(tmp_path: Path, clock: ManualClock) -> None:
    """What the backup has is passed over, what came since is performed: rows and digests agree."""
    with desks(tmp_path, clock, "astana", "brussels") as [first, _]:
        first.proposals.perform(Lead(START, "astana", "i1", ("desk",)))
        take_in(first, "a")
        first.proposals.perform(OutboxTurn(START, Patience(), ("desk",), ahead=16, epoch=1))
        bind(first.broker, "tokyo")
        store = tmp_path / "tokyo.db"
        begin(first.link, SETTINGS, "tokyo", store, START)
        take_in(first, "b", "c")
        made = back_up(first.store.path, tmp_path, START)
        take_in(first, "d")
        refuse_unfit(first.link, SETTINGS, "tokyo", store, made.path)
        restore(store, made.path, START + timedelta(hours=6), unseen)
        tokyo = Desk(tmp_path, first.broker, "tokyo", clock)
        tokyo.following.check = Unbroken(tokyo.link, SETTINGS, "tokyo").check
        tokyo.start()
        try:
            take_in(first, "e")
            come_to(tokyo, 8)
            assert tokyo.following.at == first.following.at
            assert tokyo.digest() == first.digest()
        finally:
            tokyo.end()


def test_one_machine_becomes_the_first_desk_of_several(tmp_path: Path, clock: ManualClock) -> None:
    """A desk keeps what it stored by itself, and what waits to be told; others are made of it."""
    alone = Store.open(tmp_path / "astana.db")
    Alone(alone).perform(Accept(START, (told("old", "Old spoke."),), Telling()))
    alone.close()
    with desks(tmp_path, clock, "astana") as [first]:
        bind(first.broker, "tokyo")
        store = tmp_path / "tokyo.db"
        begin(first.link, SETTINGS, "tokyo", store, START)
        first.proposals.perform(Lead(START, "astana", "i1", ("desk",)))
        take_in(first, "new")
        made = back_up(first.store.path, tmp_path, START)
        refuse_unfit(first.link, SETTINGS, "tokyo", store, made.path)
        restore(store, made.path, START + timedelta(hours=6), unseen)
        tokyo = Desk(tmp_path, first.broker, "tokyo", clock)
        tokyo.start()
        try:
            turn = OutboxTurn(START, Patience(), ("desk",), ahead=16, epoch=1)
            claimed = first.proposals.perform(turn)
            assert [one.alert_id for one in claimed] == [1, 2]
            come_to(tokyo, first.following.at.number)
            assert tokyo.digest() == first.digest()
            assert tokyo.store.db["articles"].count == 2
        finally:
            tokyo.end()


def test_a_backup_from_before_the_queue_stood_is_refused(
    tmp_path: Path, clock: ManualClock
) -> None:
    """Entries between the backup and the queue would be missing: nothing is changed."""
    store = tmp_path / "tokyo.db"
    with desks(tmp_path, clock, "astana") as [desk]:
        take_in(desk, "a")
        made = back_up(desk.store.path, tmp_path, START)
        with pytest.raises(BrokerError, match="nothing gathers for the desk tokyo yet"):
            refuse_unfit(desk.link, SETTINGS, "tokyo", store, made.path)
        bind(desk.broker, "tokyo")
        begin(desk.link, SETTINGS, "tokyo", store, START)
        with pytest.raises(StoreError, match="take another now"):
            refuse_unfit(desk.link, SETTINGS, "tokyo", store, made.path)
        with pytest.raises(StoreError, match="there is no backup"):
            refuse_unfit(desk.link, SETTINGS, "tokyo", store, tmp_path / "none.db")
        assert not store.exists()


def test_a_desk_at_work_is_neither_built_anew_nor_forgotten(
    tmp_path: Path, clock: ManualClock
) -> None:
    """What takes from its queue is a desk at work; once it has ended its queues can go."""
    with desks(tmp_path, clock, "astana", "brussels") as [first, other]:
        take_in(first, "a")
        come_to(other, 1)
        for refused in (
            lambda: begin(first.link, SETTINGS, "brussels", other.store.path, START),
            lambda: forget(first.link, SETTINGS, "brussels"),
        ):
            with pytest.raises(BrokerError, match="brussels is at work; stop it first"):
                refused()
    link = linked(first.broker)
    assert forget(link, SETTINGS, "brussels") == 0
    assert first.broker.bound[SETTINGS.desks] == [SETTINGS.desk("astana")]
    with pytest.raises(BrokerError, match="there is no desk brussels"):
        forget(link, SETTINGS, "brussels")


def test_a_queue_that_was_cut_is_not_joined_by(tmp_path: Path) -> None:
    """What was cut off is missing, whatever backup there is: the queue has to go first."""
    broker = broker_of("astana")
    broker.put("", SETTINGS.cut("astana"), [CUT])
    with pytest.raises(BrokerError, match="forget astana"):
        begin(linked(broker), SETTINGS, "astana", tmp_path / "astana.db", START)


def test_a_desk_that_cannot_write_does_not_join(tmp_path: Path) -> None:
    """Where no mark can be left beside the store, nothing is written to the log either."""
    broker = broker_of("astana")
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="takes no file"):
        begin(linked(broker), SETTINGS, "astana", tmp_path / "file" / "astana.db", START)
    assert linked(broker).depths([SETTINGS.log])[SETTINGS.log] in {None, (0, 0)}


def test_a_desk_whose_queue_was_cut_refuses_to_go_on(tmp_path: Path, clock: ManualClock) -> None:
    """It performs nothing behind the gap, and says what to do."""
    broker = broker_of("astana")
    broker.put("", SETTINGS.cut("astana"), [CUT])
    entry = entry_of(Accept(START, (told("a", "a spoke."),), Telling()))
    broker.put("", SETTINGS.desk("astana"), [Letter(entry.id, entry.kind, written(entry))])
    desk = Desk(tmp_path, broker, "astana", clock)
    desk.following.check = Unbroken(desk.link, SETTINGS, "astana").check
    with pytest.raises(GapError, match=r"cut off; build it anew.*forget astana.*cluster join"):
        desk.following.run()
    assert desk.following.at.number == 0
    desk.end()


def test_a_cut_is_found_while_at_work_too(tmp_path: Path, clock: ManualClock) -> None:
    """It is looked for with each connection, and every few seconds."""
    del tmp_path, clock
    broker, now = broker_of("astana"), [100.0]
    unbroken = Unbroken(linked(broker), SETTINGS, "astana", lambda: now[0])
    unbroken.check(1, None, 9)
    broker.put("", SETTINGS.cut("astana"), [CUT])
    unbroken.check(1, None, 9)
    with pytest.raises(GapError):
        unbroken.check(2, None, 9)
    now[0] += 6.0
    with pytest.raises(GapError):
        unbroken.check(1, None, 9)


def test_a_desk_that_comes_too_late_refuses_to_begin(tmp_path: Path, clock: ManualClock) -> None:
    """An empty store that is given the log from its middle is no desk; the others go on."""
    with desks(tmp_path, clock, "astana") as [first]:
        take_in(first, "a", "b")
        bind(first.broker, "oslo")
        take_in(first, "c")
        oslo = Desk(tmp_path, first.broker, "oslo", clock)
        oslo.following.check = Unbroken(oslo.link, SETTINGS, "oslo").check
        first.broker.bound[SETTINGS.asks].remove(SETTINGS.asked("oslo"))
        with pytest.raises(GapError, match="number 1 here, and the desk astana has others"):
            oslo.following.run()
        oslo.end()


def test_a_desk_that_was_forgotten_while_it_was_cut_off_refuses_to_go_on(
    tmp_path: Path, clock: ManualClock
) -> None:
    """Whoever comes back to a queue that was made anew finds the gap, however long it is at work."""
    with desks(tmp_path, clock, "astana", "brussels") as [first, other]:
        unbroken = Unbroken(other.link, SETTINGS, "brussels")
        take_in(first, "a")
        come_to(other, 1)
        unbroken.check(1, handed(first, 1), 0)
        first.broker.bound[SETTINGS.desks].remove(SETTINGS.desk("brussels"))
        take_in(first, "b", "c")
        with pytest.raises(GapError, match="number 2 here, and the desk astana has others"):
            unbroken.check(2, handed(first, 3), 1)


def test_a_broker_that_does_not_answer_lets_entries_wait(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether something is missing cannot be known then: entries come again, none is lost."""
    monkeypatch.setattr("wirewatch.cluster.following._RETRY", 0.01)
    refusals = [BrokerUnavailableError("gone"), BrokerUnavailableError("gone")]
    with desks(tmp_path, clock, "astana") as [desk]:

        def check(*_: object) -> None:
            if refusals:
                raise refusals.pop()

        desk.following.check = check
        take_in(desk, "a", "b")
        come_to(desk, 2)
        assert refusals == []
