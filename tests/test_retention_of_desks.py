"""Retention of several desks: what goes at one goes at all, at one place of the log."""

from datetime import timedelta
from pathlib import Path

import pytest

from conftest import START, ManualClock, told
from desks import Desk, come_to, desks
from wirewatch.cluster.lead import Lead
from wirewatch.model import Attempt
from wirewatch.pipeline.acts import Accept, LetGo, OutboxTurn
from wirewatch.pipeline.mandate import Mandate
from wirewatch.pipeline.patience import Patience
from wirewatch.pipeline.pruning import Pruning
from wirewatch.pipeline.storecare import StoreCare
from wirewatch.store.database import StoreUnavailableError
from wirewatch.store.retention import Keeping
from wirewatch.store.stories import Telling
from wirewatch.tables import BackupTable

LATER = START + timedelta(days=100)
MONTH = timedelta(days=30)
KEEPING = Keeping(MONTH, MONTH, MONTH, MONTH)


def tell(desk: Desk) -> None:
    """Let a desk take articles in, and tell of them."""
    perform, turn = desk.proposals.perform, OutboxTurn(START, Patience(), ("desk",), epoch=1)
    perform(Lead(START, "astana", "i1", ("desk",)))
    perform(Accept(START, (told("a", "A spoke.", guid="a"), told("b", "B spoke.")), Telling()))
    claimed = perform(turn._replace(ahead=16))
    sent = tuple(Attempt(one.delivery_id, "desk", START, True, 2.0) for one in claimed)
    perform(turn._replace(attempts=sent))


def test_what_one_desk_lets_go_all_let_go(tmp_path: Path, clock: ManualClock) -> None:
    """A later version rings, or is no news, for every desk alike: they hold the same still."""
    later = told("c", "A spoke again.", guid="a")
    article = later.found[0].article._replace(version=2)
    later = later._replace(found=(later.found[0]._replace(article=article),))
    with desks(tmp_path, clock, "astana", "brussels") as [one, other]:
        tell(one)
        run = Pruning(one.store, KEEPING, LATER, lambda _: False)
        run.performer = one.proposals
        rows = run.run().rows
        assert (rows["articles"], rows["attempts"], rows["hours"]) == (1, 2, 3)
        done = one.proposals.perform(Accept(LATER, (later,), Telling()))
        assert [row.alerts for row in done] == [1]
        come_to(other, one.following.at.number)
        assert one.digest() == other.digest()


def test_what_was_found_is_asked_again_when_it_goes(tmp_path: Path, clock: ManualClock) -> None:
    """What the log brought before the entry counts: a story that goes on meanwhile stays."""
    with desks(tmp_path, clock, "astana") as [desk]:
        tell(desk)
        assert desk.proposals.perform(LetGo(LATER, "articles", (1, 2), START, True)) == 0
        assert desk.proposals.perform(LetGo(LATER, "articles", (1, 2), LATER, True)) == 1


def test_nothing_goes_while_the_broker_is_away(tmp_path: Path, clock: ManualClock) -> None:
    """What cannot be written into the log goes another time."""
    with desks(tmp_path, clock, "astana") as [desk]:
        tell(desk)
        desk.broker.down = True
        run = Pruning(desk.store, KEEPING, LATER, lambda _: False)
        run.performer = desk.proposals
        with pytest.raises(StoreUnavailableError):
            run.run()
        assert desk.store.db["articles"].count == 2


def test_the_desk_that_sends_lets_go_for_all(tmp_path: Path, clock: ManualClock) -> None:
    """Another lets nothing go by itself: it would hold other rows than they do."""
    clock.now = LATER
    with desks(tmp_path, clock, "astana") as [desk]:
        tell(desk)
        care = StoreCare(desk.store, clock, KEEPING, BackupTable())
        care.performer, care.mandate = desk.proposals, lambda: Mandate(held=False)
        care.prune(lambda _: False)
        assert desk.store.db["articles"].count == 2
        care.mandate = Mandate
        care.prune(lambda _: False)
        assert desk.store.db["articles"].count == 1
