"""Counts kept by triggers: always what a count of the rows would say, and only going on."""

import contextlib
import sqlite3
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import START, ManualClock, arrived, told
from wirewatch.model import Attempt, Outcome
from wirewatch.states import DeliveryReason, FileReason, FileState
from wirewatch.store.accept import accept
from wirewatch.store.claims import claim
from wirewatch.store.database import Store
from wirewatch.store.outbox import record, recover, retire, revive
from wirewatch.store.schema import migrations
from wirewatch.store.tallies import Tallied, due_since, tallies, waiting_since

Ever = dict[tuple[str, str, str, str], int]

QUERIES = {
    Tallied.FILE: "SELECT inbox, state, coalesce(reason, '') FROM files",
    Tallied.ARTICLE: "SELECT source, '', '' FROM articles",
    Tallied.DELIVERY: "SELECT channel, state, coalesce(reason, '') FROM deliveries",
    Tallied.MATCH: "SELECT r.severity, CASE WHEN echoes IS NOT NULL THEN 'echo' WHEN unmet IS NOT"
    " NULL THEN 'unmet' ELSE 'alert' END, '' FROM matches m JOIN rules r ON r.hash = m.rule_hash",
    Tallied.ALERT: "SELECT severity, CASE WHEN alarm IS NOT NULL THEN 'alarm' WHEN recalls IS NOT"
    " NULL THEN 'recall' ELSE 'rule' END, '' FROM alerts",
    Tallied.ATTEMPT: "SELECT d.channel, CASE WHEN t.ok THEN 'sent' ELSE 'failed' END,"
    " coalesce(t.reason, '') FROM attempts t JOIN deliveries d ON d.id = t.delivery_id",
}
"""What the tables themselves say, row by row."""


def counted(store: Store, what: Tallied) -> Counter[tuple[str, ...]]:
    """Count rows one by one."""
    return Counter(tuple(row) for row in store.db.execute(QUERIES[what]))


def check(store: Store, before: Ever) -> Ever:
    """Hold the tallies against the rows, and against what was ever counted before."""
    known = tallies(store.db)
    for what in set(Tallied) - {Tallied.ATTEMPT}:
        present = {tally[1:4]: tally.present for tally in known if tally.what is what}
        assert {key: number for key, number in present.items() if number} == counted(store, what)
    ever: Ever = {tally[:4]: tally.ever for tally in known}
    assert all(ever[key] >= number for key, number in before.items())
    assert all(tally.ever >= tally.present >= 0 for tally in known)
    return ever


def attempt(delivery: int, *, ok: bool) -> Attempt:
    """Make an attempt."""
    reason = None if ok else DeliveryReason.TIMEOUT
    return Attempt(delivery, "desk", START, ok, 1.0, reason)


class Life:
    """What may happen to a store, step by step."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.number = 0

    def arrive(self) -> None:
        """Let a file come that raises an alert."""
        self.number += 1
        accept(self.store, [told(f"{self.number}.txt", f"Story {self.number} begins.")], START)

    def wait(self) -> None:
        """Let a file come that is not whole yet."""
        self.number += 1
        pending = Outcome(
            arrived(f"{self.number}.txt", None), FileState.PENDING, FileReason.SETTLING, due=START
        )
        accept(self.store, [pending], START)

    def end(self) -> None:
        """Let what waited come to its end."""
        bad = Outcome(arrived(f"{self.number}.txt"), FileState.QUARANTINED, FileReason.BINARY)
        accept(self.store, [bad], START)

    def send(self) -> None:
        """Claim what is due, and let every other message fail."""
        with self.store.write() as db:
            messages = claim(db, START, {"desk": 3})
            done = [attempt(one.delivery_id, ok=n % 2 == 0) for n, one in enumerate(messages)]
            record(db, done, lambda *_: START - START, START - START.replace(year=2020))

    def crash(self) -> None:
        """Stop while messages are under way."""
        with self.store.write() as db:
            claim(db, START, {"desk": 1})
            recover(db, START)

    def retire(self) -> None:
        """Take the channel out, and revive what it left."""
        with self.store.write() as db:
            retire(db, [], START)
            revive(db, [1], START)

    def prune(self) -> None:
        """Delete the oldest of all, as people do who want room."""
        with self.store.write() as db:
            db.execute("PRAGMA defer_foreign_keys = ON")
            [first] = db.execute("SELECT coalesce(min(id), 0) FROM alerts").fetchone()
            db.execute(
                "DELETE FROM attempts WHERE delivery_id IN"
                " (SELECT id FROM deliveries WHERE alert_id = ?)",
                [first],
            )
            db.execute("DELETE FROM deliveries WHERE alert_id = ?", [first])
            db.execute("DELETE FROM alerts WHERE id = ?", [first])

    def roll_back(self) -> None:
        """Begin something, and think better of it."""
        with contextlib.suppress(ZeroDivisionError), self.store.write() as db:
            db.execute("UPDATE files SET state = 'ignored', reason = 'excluded'")
            db.execute("DELETE FROM attempts")
            raise ZeroDivisionError


STEPS = ("arrive", "wait", "end", "send", "crash", "retire", "prune", "roll_back")


@given(st.lists(st.sampled_from(STEPS), max_size=12))
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_counts_are_what_the_rows_say(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str]
) -> None:
    """Whatever happens, each count is the number of rows, and what ever was counted never shrinks."""
    store = Store.open(tmp_path_factory.mktemp("life") / "wirewatch.db")
    life = Life(store)
    ever: Ever = {}
    life.arrive()
    for step in steps:
        getattr(life, step)()
        ever = check(store, ever)
    store.close()


def test_attempts_are_counted_by_channel_and_reason(store: Store) -> None:
    """Each attempt counts once, for its channel, and for its reason where it failed."""
    life = Life(store)
    for _ in range(4):
        life.arrive()
    life.send()
    known = {tally[1:4]: tally.ever for tally in tallies(store.db) if tally.what is Tallied.ATTEMPT}
    assert known == {("desk", "sent", ""): 2, ("desk", "failed", "timeout"): 1}
    assert known == counted(store, Tallied.ATTEMPT)


def test_a_store_of_before_is_counted_once(store: Store) -> None:
    """A store that was made before there were counts has them after it was brought up to date."""
    life = Life(store)
    for step in ("arrive", "arrive", "send", "wait"):
        getattr(life, step)()
    expected = {tally[:5] for tally in tallies(store.db) if tally.present}
    names = [
        row[0] for row in store.db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    ]
    for name in names:
        if name.endswith(("_added", "_removed", "_moved")):
            store.db.execute(f"DROP TRIGGER {name}")
    for view in ("naming", "reports", "receipts"):
        store.db.execute(f"DROP VIEW {view}")
    store.db.execute("DROP TABLE tallies")
    store.db.execute("DROP INDEX files_waiting")
    store.db.execute("DELETE FROM _sqlite_migrations WHERE name = 'm003_figures'")
    store.close()
    again = Store.open(store.path)
    assert {tally[:5] for tally in tallies(again.db)} == expected
    assert not migrations.pending(again.db)
    Life(again).arrive()
    check(again, {})
    again.close()


def test_how_long_files_wait(store: Store, clock: ManualClock) -> None:
    """Of each reason to wait it is known when the first was seen that still waits for it."""
    assert waiting_since(store.db) == {}
    for number, reason in enumerate((FileReason.SETTLING, FileReason.PARSING, FileReason.PARSING)):
        seen = clock.advance(60)
        arrival = arrived(f"{number}.txt", None)._replace(seen=seen)
        accept(store, [Outcome(arrival, FileState.PENDING, reason, due=START)], seen)
    assert waiting_since(store.db) == {
        FileReason.SETTLING: START.replace(minute=1),
        FileReason.PARSING: START.replace(minute=2),
    }


def test_since_when_something_is_due(store: Store) -> None:
    """What is due on a channel has been since a moment; what is due later does not count."""
    Life(store).arrive()
    assert due_since(store.db, ["desk", "other"], START) == {"desk": START}
    store.db.execute("UPDATE deliveries SET due = '2026-03-02T12:00:01.000Z'")
    assert due_since(store.db, ["desk"], START) == {}


@pytest.mark.parametrize(
    "query",
    [
        "SELECT what, name, state, reason, present, ever FROM tallies",
        "SELECT min(first_seen) FROM files WHERE state = 'pending' AND reason = 'parsing'",
    ],
)
def test_counts_cost_no_walk_through_the_ledger(store: Store, query: str) -> None:
    """What is read for figures is read from small tables and by indexes, however large the store."""
    plan = [row[3] for row in store.db.execute(f"EXPLAIN QUERY PLAN {query}")]
    assert all("SCAN tallies" in step or "INDEX" in step for step in plan), plan


def test_a_row_written_by_hand_counts(store: Store) -> None:
    """Whoever writes into the store is counted: a plain connection fires the triggers as well."""
    Life(store).arrive()
    plain = sqlite3.connect(store.path)
    plain.execute("UPDATE files SET state = 'quarantined', reason = 'binary'")
    plain.commit()
    plain.close()
    check(store, {})
