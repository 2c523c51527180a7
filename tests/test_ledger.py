"""The ledger: what waits, what has been seen, and the contradictions that it must not hold."""

import re
from datetime import timedelta

import pytest

from conftest import START, arrived, told
from wirewatch.clock import iso
from wirewatch.model import Outcome
from wirewatch.states import FileReason, FileState
from wirewatch.store.accept import accept
from wirewatch.store.database import Store
from wirewatch.store.ledger import (
    Balance,
    contradictions,
    counts,
    listed,
    mark_kept,
    next_look,
    retire_inboxes,
    to_parse,
    unaccounted,
    waiting,
)


def wait(store: Store, path: str, due_in: int, mtime_ns: int) -> None:
    """Let a file wait for so many seconds."""
    arrival = arrived(path, None, mtime_ns=mtime_ns)
    due = START + timedelta(seconds=due_in)
    accept(store, [Outcome(arrival, FileState.PENDING, FileReason.SETTLING, due=due)], START)


def test_what_waits_is_looked_at_when_due_oldest_file_first(store: Store) -> None:
    """Only what is due is looked at, in the order in which the files were written."""
    wait(store, "young", 1, 3 * 10**18)
    wait(store, "old", 2, 10**18)
    wait(store, "not yet", 60, 10**17)
    assert next_look(store.db) == iso(START + timedelta(seconds=1))
    now = START + timedelta(seconds=2)
    assert [row.path for row in waiting(store.db, now, 10)] == ["old", "young"]
    assert [row.path for row in waiting(store.db, now, 1)] == ["old"]
    assert waiting(store.db, START, 10) == []


def test_who_waits_is_asked_in_the_order_of_an_index(store: Store) -> None:
    """However many files wait, the next ones are found without sorting all of them."""
    asked: list[str] = []
    store.db.conn.set_trace_callback(asked.append)
    waiting(store.db, START, 10)
    to_parse(store.db, 10)
    next_look(store.db)
    store.db.conn.set_trace_callback(None)
    for query in asked:
        plan = " ".join(row[3] for row in store.db.execute(f"EXPLAIN QUERY PLAN {query}"))
        assert "TEMP B-TREE" not in plan, plan
        assert re.search("USING( COVERING)? INDEX files_(oldest|parsing|due)", plan), plan
    assert len(asked) == 3


def test_nothing_waits_for_an_inbox_that_is_gone(store: Store) -> None:
    """What waits for an inbox that was removed is ignored by that name, until the inbox is back."""
    wait(store, "a", 1, 10**18)
    accept(store, [told("b", "Beta met.")], START)
    with store.write() as db:
        assert retire_inboxes(db, ["wires"], START) == 0
        assert retire_inboxes(db, ["another"], START) == 1
    row = store.db.table("files").get(1)
    assert (row["state"], row["reason"], row["due"]) == ("ignored", "inbox-removed", None)
    assert next_look(store.db) is None
    assert contradictions(store.db) == []
    wait(store, "a", 2, 10**18)
    assert [row["state"] for row in store.db["files"].rows] == ["pending", "stored"]


def test_nothing_is_due_when_nothing_waits(store: Store) -> None:
    """A ledger of finished arrivals asks for no further look."""
    accept(store, [told("a", "Alpha met.")], START)
    assert next_look(store.db) is None


def test_every_state_is_counted(store: Store) -> None:
    """The count of arrivals names every state, those without any too."""
    accept(store, [told("a", "Alpha met."), told("b", "Beta met."), told("c", "Beta met.")], START)
    expected = {FileState.STORED: 2, FileState.DUPLICATE: 1}
    assert counts(store.db) == dict.fromkeys(FileState, 0) | expected
    assert contradictions(store.db) == []


def test_a_file_that_was_handed_over_needs_no_reason(store: Store) -> None:
    """An intake's ledger balances: what others have now is at its end there, for no reason."""
    accept(store, [Outcome(arrived("a", "Alpha met."), FileState.HANDED)], START)
    assert counts(store.db)[FileState.HANDED] == 1
    assert contradictions(store.db) == []


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("UPDATE articles SET file_id = 2", "wires/a: stored, but has no article"),
        ("UPDATE files SET reason = NULL WHERE id = 2", "wires/b: duplicate without a reason"),
        ("UPDATE files SET state = 'lost' WHERE id = 2", "wires/b: no known state, lost"),
    ],
)
def test_a_row_that_cannot_be_true_is_named(store: Store, damage: str, said: str) -> None:
    """A stored file without article, an end without reason and an unknown state are found."""
    accept(store, [told("a", "Alpha met."), told("b", "Alpha met.")], START)
    store.db.execute(damage)
    assert contradictions(store.db) == [said]


def test_files_that_the_ledger_does_not_know_as_they_are(store: Store) -> None:
    """A file is accounted for when its stamp is known or it waits; all others are named."""
    stored = told("stored", "Alpha met.")
    accept(store, [stored], START)
    wait(store, "waits", 60, 10**18)
    stamps = {
        "stored": str(stored.arrival.stamp),
        "waits": "any",
        "new": "1-2-3",
    }
    assert unaccounted(store.db, "wires", stamps) == ["new"]
    assert unaccounted(store.db, "wires", {"stored": "9-9-9"}) == ["stored"]
    assert unaccounted(store.db, "another", stamps) == list(stamps)


def test_a_long_listing_is_looked_up_whole(store: Store) -> None:
    """However many names a folder holds, each finds its row and no other."""
    accept(store, [told("a", "Alpha met.")], START)
    names = [*(f"n{number}" for number in range(1500)), "a"]
    found = listed(store.db, "wires", names)
    assert [(row.path, row.state) for rows in found.values() for row in rows] == [
        ("a", FileState.STORED)
    ]


def test_what_became_of_a_file_is_noted(store: Store) -> None:
    """An archived file's place stands in its row and in no other."""
    accept(store, [told("a", "Alpha met."), told("b", "Beta met.")], START)
    mark_kept(store, [(2, "/archive/b")])
    assert [row["kept"] for row in store.db["files"].rows] == [None, "/archive/b"]


@pytest.mark.parametrize(
    ("missing", "broken", "balanced"), [((), (), True), (("x",), (), False), ((), ("y",), False)]
)
def test_the_books_balance_only_when_nothing_is_missing_or_broken(
    missing: tuple[str, ...], broken: tuple[str, ...], *, balanced: bool
) -> None:
    """Seen is the sum of all states and what is missing; either fault upsets the balance."""
    states = dict.fromkeys(FileState, 2)
    balance = Balance(states, missing, broken)
    assert balance.conserved is balanced
    assert balance.seen == 2 * len(FileState) + len(missing)


@pytest.mark.parametrize(("mtime_ns", "kept"), [(10**18, "deleted"), (10**18 + 5, None)])
def test_what_became_of_a_file_is_not_forgotten(
    store: Store, mtime_ns: int, kept: str | None
) -> None:
    """The same file seen twice stays as disposed of; a new one of the same content lies there."""
    (done,) = accept(store, [Outcome(arrived("a.txt", "x"), FileState.STORED)], START)
    mark_kept(store, [(done.file_id, "deleted")])
    again = Outcome(arrived("a.txt", "x", mtime_ns=mtime_ns), FileState.STORED)
    accept(store, [again], START)
    assert store.db.execute("SELECT kept FROM files").fetchone()[0] == kept
