"""What the ledger says of a file that went away: by itself, or because we took it."""

from datetime import timedelta

from conftest import START, arrived, told
from wirewatch.model import Arrival, Outcome, Stamp
from wirewatch.states import FileReason, FileState
from wirewatch.store.accept import accept
from wirewatch.store.database import Store


def take(store: Store, outcome: Outcome) -> None:
    accept(store, [outcome], START)


def files(store: Store) -> list[tuple[str, str | None]]:
    return [(row["state"], row["reason"]) for row in store.db["files"].rows]


def pending(arrival: Arrival) -> Outcome:
    due = START + timedelta(seconds=3)
    return Outcome(arrival, FileState.PENDING, FileReason.SETTLING, due=due)


def vanished(arrival: Arrival) -> Outcome:
    """Give the outcome of a file that went away while it waited."""
    return Outcome(arrival, FileState.IGNORED, FileReason.VANISHED)


def test_a_file_that_we_took_away_is_not_noted_as_vanished(store: Store) -> None:
    """A wait that ends because the file was archived meanwhile leaves the stored row alone."""
    take(store, told("a", "Alpha met."))
    stored = arrived("a", "Alpha met.")
    waited = stored._replace(sha256=None, stamp=stored.stamp._replace(ctime_ns=10**18 + 5))
    take(store, pending(waited))
    take(store, vanished(waited))
    assert files(store) == [("stored", None)]
    take(store, vanished(waited))
    assert files(store) == [("stored", None)]


def test_a_file_that_went_away_while_it_waited_is_accounted_for(store: Store) -> None:
    """A wait that ends in nothing leaves a row that says so, once."""
    gone = arrived("b", None)
    take(store, pending(gone))
    take(store, vanished(gone))
    take(store, vanished(gone))
    assert files(store) == [("ignored", "vanished")]


def test_a_file_seen_half_written_and_taken_away_whole_is_not_noted_twice(store: Store) -> None:
    """A look at the half of a file that was stored whole meanwhile leaves the stored row alone."""
    half = arrived("c", None)._replace(stamp=Stamp(3, 10**18 - 1, 10**18 - 1))
    take(store, told("c", "Charlie met."))
    take(store, pending(half))
    take(store, vanished(half))
    assert files(store) == [("stored", None)]
