"""Committing: however often it takes, all of it, and files go only afterwards."""

import errno
import logging
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from conftest import ManualClock, arrived, told
from wirewatch.intake.disposal import dispose
from wirewatch.model import Outcome
from wirewatch.pipeline import commit
from wirewatch.pipeline.commit import Committer, StoppedError
from wirewatch.pipeline.inboxes import Inbox
from wirewatch.states import After, FileReason, FileState
from wirewatch.store.accept import Accepted, accept
from wirewatch.store.database import Store, StoreUnavailableError
from wirewatch.store.ledger import contradictions, mark_kept


@dataclass
class Desk:
    """A committer with an inbox, and what happens each time that it has to wait."""

    store: Store
    folder: Path
    clock: ManualClock
    after: After = After.LEAVE
    waits: list[float] = field(default_factory=list)
    meanwhile: Callable[[], bool] = lambda: False

    @property
    def inbox(self) -> Path:
        return self.folder / "inbox"

    @property
    def archive(self) -> Path:
        return self.folder / "archive"

    def pause(self, seconds: float) -> bool:
        self.waits.append(seconds)
        return self.meanwhile()

    def commit(self, *outcomes: Outcome) -> list[Accepted]:
        inbox = Inbox("wires", self.inbox, after=self.after, archive=self.archive)
        return Committer(self.store, {"wires": inbox}, self.clock, self.pause).commit(outcomes)

    def deliver(self, path: str, body: str) -> Outcome:
        """Put a file into the inbox and give its outcome."""
        (self.inbox / path).write_text(body)
        return told(path, body)

    def rows(self, columns: str = "path, state, reason") -> list[tuple[Any, ...]]:
        rows = self.store.db["files"].rows_where(select=columns, order_by="id")
        return [tuple(row.values()) for row in rows]

    def left(self) -> list[str]:
        """Name the files in the inbox, hidden ones too."""
        return sorted(path.name for path in self.inbox.iterdir())


@pytest.fixture
def desk(store: Store, tmp_path: Path, clock: ManualClock) -> Desk:
    (tmp_path / "inbox").mkdir()
    store.db.execute("PRAGMA busy_timeout = 0")
    return Desk(store, tmp_path, clock)


@pytest.fixture
def other(desk: Desk) -> Iterator[sqlite3.Connection]:
    """Give another program's connection to the store."""
    connection = sqlite3.connect(desk.store.path, isolation_level=None)
    yield connection
    connection.close()


STORED = [("a.txt", "stored", None)]


def test_locked(desk: Desk, other: sqlite3.Connection) -> None:
    """While another program holds the store, a batch is tried again, ever less often."""
    desk.after = After.DELETE
    outcome = desk.deliver("a.txt", "one")
    other.execute("BEGIN IMMEDIATE")

    def meanwhile() -> bool:
        assert desk.left() == ["a.txt"]
        if len(desk.waits) == 4:
            other.execute("ROLLBACK")
        return False

    desk.meanwhile = meanwhile
    (done,) = desk.commit(outcome)
    assert desk.waits == [0.1, 0.2, 0.4, 0.8]
    assert (done.state, done.new, done.alerts) == (FileState.STORED, True, 1)
    assert desk.rows() == STORED
    assert desk.left() == []


def test_waits_have_a_limit(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long the store cannot be written, it is tried again every half minute at least."""
    tries = iter(range(12))

    def unlucky(*given: Any, **named: Any) -> list[Accepted]:
        if next(tries, None) is not None:
            raise StoreUnavailableError("locked")
        return accept(*given, **named)

    monkeypatch.setattr(commit, "accept", unlucky)
    desk.commit(told("a.txt", "one"))
    assert desk.waits[-3:] == [30, 30, 30]
    assert desk.rows() == STORED


def test_disk_full(desk: Desk) -> None:
    """On a full disk nothing is written and nothing disposed of; with room again, all of it is."""
    desk.after = After.ARCHIVE
    db = desk.store.db
    pages = db.execute("PRAGMA page_count").fetchone()[0]
    batch = [desk.deliver(f"{n}.txt", f"{n} {'story ' * 10_000}") for n in range(20)]
    db.execute(f"PRAGMA max_page_count = {pages + 20}")

    def meanwhile() -> bool:
        assert desk.rows() == []
        assert len(desk.left()) == 20
        db.execute("PRAGMA max_page_count = 1000000")
        return False

    desk.meanwhile = meanwhile
    assert [done.state for done in desk.commit(*batch)] == [FileState.STORED] * 20
    assert desk.waits == [0.1]
    assert (len(desk.rows()), desk.left(), contradictions(db)) == (20, [], [])


def test_stopped_while_waiting(desk: Desk, other: sqlite3.Connection) -> None:
    """When the process stops while the store is held, the batch is left as if never seen."""
    desk.after = After.DELETE
    outcome = desk.deliver("a.txt", "one")
    other.execute("BEGIN IMMEDIATE")
    desk.meanwhile = lambda: True
    with pytest.raises(StoppedError):
        desk.commit(outcome)
    other.execute("ROLLBACK")
    assert (desk.rows(), desk.left()) == ([], ["a.txt"])


def with_lone_surrogate(outcome: Outcome) -> Outcome:
    (found,) = outcome.found
    article = found.article._replace(body="half a \ud83d pair")
    return outcome._replace(found=(found._replace(article=article),))


def with_huge_version(outcome: Outcome) -> Outcome:
    (found,) = outcome.found
    return outcome._replace(found=(found._replace(article=found.article._replace(version=2**63)),))


@pytest.mark.parametrize("poison", [with_lone_surrogate, with_huge_version])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_unstorable(desk: Desk, poison: Callable[[Outcome], Outcome], place: int) -> None:
    """What SQLite refuses is quarantined alone, loudly and kept; the rest of the batch goes on."""
    desk.after = After.DELETE
    batch = [desk.deliver(f"{n}.txt", f"story {n}") for n in range(3)]
    batch[place] = poison(batch[place])
    accepted = desk.commit(*batch)
    assert [done.outcome.arrival.path for done in accepted] == ["0.txt", "1.txt", "2.txt"]
    assert [done.alerts for done in accepted] == [int(n != place) for n in range(3)]
    good, bad = ("stored", None), ("quarantined", "unstorable")
    assert desk.rows("state, reason") == [bad if n == place else good for n in range(3)]
    assert desk.rows("detail")[place] != (None,)
    assert desk.left() == [f"{place}.txt"]
    assert desk.waits == []


@pytest.mark.parametrize("time", [10**21, -(10**21)], ids=["far future", "far past"])
def test_times_beyond_the_calendar(desk: Desk, time: int) -> None:
    """A file's absurd time, as some file systems hold, does not stop the batch that it is in."""
    accepted = desk.commit(
        told("a.txt", "one"), told("b.txt", "two")._replace(arrival=arrived("b.txt", mtime_ns=time))
    )
    assert [done.outcome.arrival.path for done in accepted] == ["a.txt", "b.txt"]
    assert accepted[0].state is FileState.STORED


def test_retried_in_the_middle(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the store fails between the parts of a batch, what was new in it is told all the same."""
    calls = iter(range(1, 10))

    def unlucky(*given: Any, **named: Any) -> list[Accepted]:
        if next(calls) == 3:  # the batch, the first of it, the second
            raise StoreUnavailableError("locked")
        return accept(*given, **named)

    monkeypatch.setattr(commit, "accept", unlucky)
    accepted = desk.commit(told("a.txt", "one"), with_lone_surrogate(told("b.txt", "two")))
    assert [(done.state, done.new, done.alerts) for done in accepted] == [
        (FileState.STORED, True, 1),
        (FileState.QUARANTINED, True, 0),
    ]


@pytest.mark.parametrize("after", [After.ARCHIVE, After.DELETE])
def test_disposed_of_after_the_commit(
    desk: Desk, other: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, after: After
) -> None:
    """A file is archived or deleted when others see it stored, and the ledger says where it is."""
    desk.after = after
    seen: list[list[tuple[str]]] = []

    def watched(*given: Any) -> str | None:
        seen.append(list(other.execute("SELECT state FROM files ORDER BY id")))
        return dispose(*given)

    monkeypatch.setattr(commit, "dispose", watched)
    desk.commit(desk.deliver("a.txt", "one"), desk.deliver("b.txt", "one"))
    assert seen == [[("stored",), ("duplicate",)]] * 2
    assert desk.left() == []
    if after is After.DELETE:
        assert desk.rows("kept") == [("deleted",)] * 2
    else:
        places = [desk.archive / "2026/03/02" / name for name in ("a.txt", "b.txt")]
        assert desk.rows("kept") == [(str(place),) for place in places]
        assert [place.read_text() for place in places] == ["one", "one"]


@pytest.mark.parametrize("after", After)
def test_only_what_is_stored_goes(desk: Desk, after: After) -> None:
    """What is quarantined, ignored or waits is never touched, nor anything where files are left."""
    desk.after = after
    states = (FileState.QUARANTINED, FileState.IGNORED, FileState.PENDING)
    batch = [
        desk.deliver(f"{state}.txt", state)._replace(state=state, reason=FileReason.EMPTY, found=())
        for state in states
    ]
    desk.commit(*batch, desk.deliver("kept.txt", "kept"))
    names = sorted(f"{state}.txt" for state in states)
    assert desk.left() == (sorted([*names, "kept.txt"]) if after is After.LEAVE else names)


def test_refused_disposal(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A file that cannot be archived is left, with a warning; the others are archived."""
    desk.after = After.ARCHIVE

    def refused(path: Path, *given: Any) -> str | None:
        if path.name == "a.txt":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return dispose(path, *given)

    monkeypatch.setattr(commit, "dispose", refused)
    with caplog.at_level(logging.WARNING):
        desk.commit(desk.deliver("a.txt", "one"), desk.deliver("b.txt", "two"))
    assert 'a.txt error="No space left on device"' in caplog.text
    assert desk.left() == ["a.txt"]
    assert [kept is None for (kept,) in desk.rows("kept")] == [True, False]


def test_folder_in_the_way(desk: Desk) -> None:
    """A folder that stands where a file is to be archived stops nothing, and loses nothing."""
    desk.after = After.ARCHIVE
    (desk.archive / "2026/03/02/a.txt").mkdir(parents=True)
    (done,) = desk.commit(desk.deliver("a.txt", "one"))
    assert done.state is FileState.STORED
    files = [path for path in desk.folder.rglob("a*.txt") if path.is_file()]
    assert [path.read_text() for path in files] == ["one"]


def test_note_of_the_disposal_is_retried(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """When only the note of what became of a file fails, it is made later, and all told once."""
    desk.after = After.DELETE
    fails = iter([True])

    def unlucky(store: Store, kept: Sequence[tuple[int, str]]) -> None:
        if next(fails, False):
            raise StoreUnavailableError("locked")
        mark_kept(store, kept)

    monkeypatch.setattr(commit, "mark_kept", unlucky)
    (done,) = desk.commit(desk.deliver("a.txt", "one"))
    assert (done.state, done.new, done.articles, done.alerts) == (FileState.STORED, True, 1, 1)
    assert desk.rows("path, state, kept") == [("a.txt", "stored", "deleted")]


def test_inbox_of_another_configuration(desk: Desk) -> None:
    """What came from a folder that is no inbox, as by `wirewatch ingest`, is stored and left."""
    desk.after = After.DELETE
    outcome = desk.deliver("a.txt", "one")
    desk.commit(outcome._replace(arrival=arrived("a.txt", "one")._replace(inbox="elsewhere")))
    assert (desk.rows(), desk.left()) == (STORED, ["a.txt"])
