"""Conservation: the ledger held against what lies in the inboxes."""

import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from conftest import ManualClock, arrived, told
from wirewatch.intake.scan import listing
from wirewatch.intake.source import look
from wirewatch.model import Arrival, Outcome
from wirewatch.pipeline import balance
from wirewatch.pipeline.balance import Report, report
from wirewatch.pipeline.inboxes import Inbox
from wirewatch.states import DeliveryState, FileReason, FileState
from wirewatch.store.accept import accept
from wirewatch.store.database import Store
from wirewatch.store.ledger import Balance
from wirewatch.store.lock import StoreLock


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    (tmp_path / "inbox").mkdir()
    return Inbox("wires", tmp_path / "inbox")


def deliver(inbox: Inbox, path: str, text: str) -> Arrival:
    """Put a file into the inbox, and give it as it arrived."""
    full = inbox.absolute(path)
    full.parent.mkdir(parents=True, exist_ok=True)
    full.write_text(text)
    arrival = arrived(path, text)
    return Arrival("wires", path, look(str(full), inbox.root), arrival.seen, arrival.sha256)


def take_in(store: Store, inbox: Inbox, clock: ManualClock, path: str, text: str) -> None:
    """Put a file into the inbox, and store it."""
    outcome = told(path, text)
    arrival = deliver(inbox, path, text)
    accept(store, [Outcome(arrival, outcome.state, format="wire", found=outcome.found)], clock())


def counted(result: Report) -> dict[str, int]:
    """Give the states that have any rows."""
    return {state.value: n for state, n in result.balance.counts.items() if n}


def test_conserved(store: Store, inbox: Inbox, clock: ManualClock) -> None:
    """When every file is in exactly one state, what was seen is the sum of the states."""
    take_in(store, inbox, clock, "a.txt", "one story")
    take_in(store, inbox, clock, "deep/b.txt", "one story")
    others = [
        Outcome(deliver(inbox, "c.txt", "x"), FileState.QUARANTINED, FileReason.BINARY),
        Outcome(deliver(inbox, "d.log", "y"), FileState.IGNORED, FileReason.EXCLUDED),
        Outcome(deliver(inbox, "e.txt", ""), FileState.PENDING, FileReason.SETTLING, due=clock.now),
    ]
    accept(store, others, clock())
    result = report(store.path, [inbox])
    assert counted(result) == {
        "stored": 1, "duplicate": 1, "quarantined": 1, "ignored": 1, "pending": 1,
    }  # fmt: skip
    assert (result.balance.seen, result.balance.conserved) == (5, True)
    assert result.articles == 1
    assert result.outbox[DeliveryState.PENDING] == 1


def test_empty(store: Store, inbox: Inbox) -> None:
    """An empty ledger and an empty inbox balance."""
    result = report(store.path, [inbox])
    assert (result.balance.seen, result.balance.conserved, counted(result)) == (0, True, {})


def test_unknown_file(store: Store, inbox: Inbox) -> None:
    """A file that the ledger does not know is named, counts as seen, and breaks the balance."""
    deliver(inbox, "deep/a.txt", "one")
    (inbox.root / os.fsdecode(b"caf\xe9.txt")).write_text("two")
    result = report(store.path, [inbox])
    assert sorted(result.balance.unaccounted) == ["wires/caf\\xe9.txt", "wires/deep/a.txt"]
    assert (result.balance.seen, result.balance.conserved) == (2, False)


def test_file_known_elsewhere(store: Store, inbox: Inbox, clock: ManualClock) -> None:
    """That the same path is known in another inbox does not account for a file."""
    take_in(store, inbox, clock, "a.txt", "one")
    other = Inbox("other", inbox.root)
    result = report(store.path, [inbox, other])
    assert result.balance.unaccounted == ["other/a.txt"]


def test_changed_file(store: Store, inbox: Inbox, clock: ManualClock) -> None:
    """A file that has changed since it was stored is unaccounted for."""
    take_in(store, inbox, clock, "a.txt", "one")
    deliver(inbox, "a.txt", "another")
    result = report(store.path, [inbox])
    assert result.balance.unaccounted == ["wires/a.txt"]
    assert not result.balance.conserved


def test_waiting_file_may_change(store: Store, inbox: Inbox, clock: ManualClock) -> None:
    """A file that still waits is accounted for however it grows meanwhile."""
    arrival = deliver(inbox, "a.txt", "one")
    waits = Outcome(arrival, FileState.PENDING, FileReason.SETTLING, due=clock.now)
    accept(store, [waits], clock())
    deliver(inbox, "a.txt", "one and more")
    assert report(store.path, [inbox]).balance.conserved


def test_file_that_left(store: Store, inbox: Inbox, clock: ManualClock) -> None:
    """A stored file that is not in the inbox any more stays counted."""
    take_in(store, inbox, clock, "a.txt", "one")
    (inbox.root / "a.txt").unlink()
    result = report(store.path, [inbox])
    assert (result.balance.seen, result.balance.conserved) == (1, True)


def test_what_is_no_arrival(store: Store, inbox: Inbox) -> None:
    """Names in progress, and folders below an inbox that is not recursive, do not count."""
    deliver(inbox, "a.txt.part", "one")
    deliver(inbox, "deep/b.txt", "two")
    flat = Inbox("wires", inbox.root, recursive=False)
    assert report(store.path, [flat]).balance.conserved


def test_inbox_not_there(store: Store, inbox: Inbox) -> None:
    """An inbox whose folder is not there holds nothing."""
    inbox.root.rmdir()
    assert report(store.path, [inbox]).balance.conserved


def test_taken_in_meanwhile(
    store: Store, inbox: Inbox, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is stored, and even deleted, while the report is made does not disturb it."""

    def listing_then_daemon(*given: Path, recursive: bool) -> Iterable[object]:
        deliver(inbox, "a.txt", "one")
        entries = list(listing(*given, recursive=recursive))
        take_in(store, inbox, clock, "b.txt", "two")
        outcome = told("a.txt", "one")
        arrival = Arrival("wires", "a.txt", entries[0].stamp, clock(), outcome.arrival.sha256)
        accept(store, [Outcome(arrival, FileState.STORED, found=outcome.found)], clock())
        (inbox.root / "a.txt").unlink()
        return entries

    monkeypatch.setattr(balance, "listing", listing_then_daemon)
    result = report(store.path, [inbox])
    assert (result.balance.seen, result.balance.conserved) == (2, True)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE articles SET file_id = 2 WHERE file_id = 1", "a.txt: stored, but has no article"),
        ("UPDATE files SET reason = NULL WHERE id = 2", "b.txt: duplicate without a reason"),
        ("UPDATE files SET state = 'lost' WHERE id = 2", "b.txt: no known state, lost"),
    ],
)
def test_contradictions(
    store: Store, inbox: Inbox, clock: ManualClock, change: str, said: str
) -> None:
    """Rows that cannot be true are named, and break the balance."""
    take_in(store, inbox, clock, "a.txt", "one")
    take_in(store, inbox, clock, "b.txt", "one")
    assert report(store.path, [inbox]).balance.conserved
    store.db.execute(change)
    result = report(store.path, [])
    assert [f"wires/{said}"] == list(result.balance.broken)
    assert not result.balance.conserved


def test_no_store_yet(tmp_path: Path, inbox: Inbox) -> None:
    """Before the first run every file is unaccounted for, and nothing is made."""
    assert report(tmp_path / "none.db", [inbox]).balance.conserved
    deliver(inbox, "a.txt", "one")
    result = report(tmp_path / "none.db", [inbox])
    assert result.balance == Balance(dict.fromkeys(FileState, 0), ["wires/a.txt"], [])
    assert (result.articles, set(result.outbox.values())) == (0, {0})
    assert not (tmp_path / "none.db").exists()


def test_who_holds_the_store(store: Store, clock: ManualClock) -> None:
    """The report says which process has the store, and that none has it."""
    assert report(store.path, []).daemon is None
    lock = StoreLock(store.path, "run", clock)
    lock.acquire()
    assert f"pid {os.getpid()}" in (report(store.path, []).daemon or "")
    lock.release()
    assert report(store.path, []).daemon is None
