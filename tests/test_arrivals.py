"""From hints to stored files, turn by turn: what is looked at, when, and how often."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from conftest import ManualClock, arrived, told
from wirewatch.intake.hints import Hint, Kind
from wirewatch.intake.source import RetryError, read
from wirewatch.model import Outcome
from wirewatch.pipeline import examine, examining
from wirewatch.pipeline.arrivals import IDLE, Arrivals
from wirewatch.pipeline.commit import Committer
from wirewatch.pipeline.committing import Committing
from wirewatch.pipeline.examine import Examiner
from wirewatch.pipeline.examining import Examining
from wirewatch.pipeline.inboxes import Inbox
from wirewatch.pulse import Pulses
from wirewatch.rules.matcher import Matcher
from wirewatch.rules.rulebook import load_rules
from wirewatch.states import FileReason, FileState
from wirewatch.store.accept import Accepted, accept
from wirewatch.store.database import Store

QUIET = 3.0


class Intake:
    """Examining and committing on one inbox, by turns."""

    def __init__(self, store: Store, folder: Path, clock: ManualClock) -> None:
        self.store, self.clock, self.root = store, clock, folder / "inbox"
        self.root.mkdir()
        (folder / "rules.toml").write_text(
            '[[rule]]\nname = "kz"\nquery = "majilis"\nchannels = ["desk"]\n'
        )
        rules = load_rules([folder / "rules.toml"], {}, ["desk"])
        inbox = Inbox("wires", self.root, quiet=timedelta(seconds=QUIET))
        self.seconds = 0.0
        examiner = Examiner(Matcher(rules, {}), clock)
        self.arrivals = Arrivals({"wires": inbox}, examiner, clock, Pulses())
        self.arrivals.batches.maxsize = 0
        self.examining = Examining(self.arrivals, store)
        self.accepted: list[Accepted] = []
        committer = Committer(store, self.arrivals.inboxes, clock, lambda _: True)
        self._committing = Committing(self.arrivals, committer, self.accepted.extend)

    def put(self, name: str, text: str = "ASTANA, March 2. The Majilis met.") -> Path:
        """Put a file into the inbox."""
        path = self.root / name
        path.write_text(text)
        return path

    def hint(self, name: str, *kinds: Kind) -> None:
        for kind in kinds:
            self.arrivals.hints.put(Hint("wires", str(self.root / name), kind))

    def commit(self) -> list[str]:
        """Commit what was handed over; give each arrival's path and state."""
        before = len(self.accepted)
        self.arrivals.batches.put(None)
        self._committing.run()
        return [f"{done.outcome.arrival.path} {done.state}" for done in self.accepted[before:]]

    def turn(self) -> list[str]:
        """Examine once, and commit what came of it."""
        self.examining.turn(0)
        return self.commit()

    def age(self, path: Path, seconds: float) -> None:
        """Set the clock so that a file was changed so many seconds ago."""
        changed = datetime.fromtimestamp(path.lstat().st_ctime_ns / 1e9, UTC)
        self.clock.now = changed + timedelta(seconds=seconds)

    def rows(self) -> list[str]:
        return [f"{row['path']} {row['state']}" for row in self.store.db["files"].rows]

    def count(self, table: str) -> int:
        return int(self.store.db[table].count)


@pytest.fixture
def intake(
    store: Store, tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> Intake:
    clock.now = datetime(2100, 1, 1, tzinfo=UTC)
    made = Intake(store, tmp_path, clock)
    monkeypatch.setattr(examining, "time", SimpleNamespace(monotonic=lambda: made.seconds))
    return made


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give the names of the files that are read, as they are read."""
    names: list[str] = []

    def noting(path: str, limit: int, root: Path) -> Any:
        names.append(Path(path).name)
        return read(path, limit, root)

    monkeypatch.setattr(examine, "read", noting)
    return names


def test_whole_is_stored_at_once(intake: Intake) -> None:
    """A file said to be whole is stored in the same turn, with its alert, though just written."""
    intake.age(intake.put("a.txt"), 0)
    intake.hint("a.txt", Kind.WHOLE)
    assert intake.turn() == ["a.txt stored"]
    assert (intake.accepted[0].alerts, intake.count("deliveries")) == (1, 1)
    assert intake.examining._patience() == IDLE


@pytest.mark.parametrize("turns", [1, 2], ids=["in one turn", "in two turns"])
def test_appeared_then_closed(intake: Intake, reads: list[str], turns: int) -> None:
    """A file that appears and is closed soon after is looked at once, when it is closed."""
    intake.age(intake.put("a.txt"), 0)
    intake.hint("a.txt", Kind.APPEARED)
    if turns == 2:
        assert intake.turn() == []
    intake.hint("a.txt", Kind.WHOLE)
    assert intake.turn() == ["a.txt stored"]
    intake.seconds += 60
    assert intake.turn() == []
    assert reads == ["a.txt"]


def test_appeared_and_never_closed(intake: Intake, reads: list[str]) -> None:
    """A file that only appears is noted after a grace, and stored when it was quiet long enough."""
    intake.age(intake.put("a.txt"), 0)
    intake.hint("a.txt", Kind.APPEARED)
    assert intake.turn() == []
    assert 0 < intake.examining._patience() < 1
    intake.seconds += 1
    assert intake.turn() == ["a.txt pending"]
    assert QUIET - 0.01 <= intake.examining._patience() <= QUIET
    assert intake.turn() == []
    intake.clock.advance(QUIET)
    assert intake.examining._patience() == 0
    assert intake.turn() == ["a.txt stored"]
    assert (intake.rows(), reads) == (["a.txt stored"], ["a.txt"])


def test_closed_while_it_waits(intake: Intake) -> None:
    """A file that is closed while it waits in the ledger is stored at once, in the same row."""
    intake.age(intake.put("a.txt", ""), 0)
    intake.hint("a.txt", Kind.WHOLE)
    assert intake.turn() == ["a.txt pending"]
    intake.put("a.txt")
    intake.hint("a.txt", Kind.WHOLE)
    assert intake.turn() == ["a.txt stored"]
    intake.clock.advance(QUIET)
    assert intake.turn() == []
    assert intake.rows() == ["a.txt stored"]


def test_changes_while_it_waits(intake: Intake) -> None:
    """A file that was changed while it waited waits anew, and is stored whole and once."""
    path = intake.put("a.txt", "")
    intake.age(path, 0)
    intake.hint("a.txt", Kind.WHOLE)
    intake.turn()
    written = intake.clock.advance(2).timestamp()
    intake.put("a.txt")
    os.utime(path, (written, written))
    intake.clock.advance(1)
    assert intake.turn() == ["a.txt pending"]
    intake.clock.advance(QUIET)
    assert intake.turn() == ["a.txt stored"]
    assert intake.rows() == ["a.txt stored"]


def test_oldest_first(intake: Intake) -> None:
    """Files that wait are taken in the order in which they were last written."""
    for name, day in (("b.txt", 2), ("c.txt", 3), ("a.txt", 1)):
        path = intake.put(name, f"ASTANA, March {day}. Story.")
        os.utime(path, (day * 86_400, day * 86_400))
        intake.age(path, 0)
        intake.hint(name, Kind.APPEARED)
    intake.turn()
    intake.seconds += 1
    assert len(intake.turn()) == 3
    intake.clock.advance(60)
    assert intake.turn() == ["a.txt stored", "b.txt stored", "c.txt stored"]


def test_in_flight_is_not_taken_twice(intake: Intake, reads: list[str]) -> None:
    """What is on its way to the store is not examined again, nor does the thread spin for it."""
    intake.age(intake.put("a.txt", ""), 0)
    intake.hint("a.txt", Kind.WHOLE)
    intake.turn()
    intake.clock.advance(QUIET)
    intake.examining.turn(0)
    intake.examining.turn(intake.examining._patience())
    assert intake.examining._patience() == examining._WAY
    intake.examining.turn(0)
    assert intake.commit() == ["a.txt quarantined"]
    assert reads == ["a.txt"]


def test_what_waits_lets_go_first_what_comes(intake: Intake, reads: list[str]) -> None:
    """What waits is not looked at while news is being committed, but for no longer than a while."""
    intake.age(intake.put("a.txt", ""), 0)
    intake.hint("a.txt", Kind.WHOLE)
    for _ in range(2):
        intake.turn()
    intake.clock.advance(QUIET)
    intake.put("b.txt")
    intake.hint("b.txt", Kind.WHOLE)
    intake.examining.turn(0)
    assert reads == ["b.txt"]
    intake.arrivals.batches.get_nowait()  # and it is committed for very long
    intake.seconds += 0.4
    intake.examining.turn(0)
    assert reads == ["b.txt"]
    intake.seconds += 0.2
    intake.examining.turn(0)
    assert reads == ["b.txt", "a.txt"]


def test_doubled_hints(intake: Intake, reads: list[str]) -> None:
    """Hints that come twice, or of what is not there, do no harm: one row, one alert."""
    intake.put("a.txt")
    intake.hint("gone.txt", Kind.WHOLE, Kind.APPEARED)
    for _ in range(2):
        intake.hint("a.txt", Kind.WHOLE)
        intake.turn()
    assert [done.new for done in intake.accepted] == [True, False]
    assert (intake.rows(), intake.count("alerts"), reads) == (["a.txt stored"], 1, ["a.txt"] * 2)


@pytest.mark.parametrize(
    ("name", "day", "state", "articles"),
    [("a.txt", 3, "stored", 2), ("b.txt", 2, "duplicate", 1), ("b.txt", 3, "stored", 2)],
    ids=["same path, new content", "same content, new path", "all new"],
)
def test_second_arrival(intake: Intake, name: str, day: int, state: str, articles: int) -> None:
    """New content is a new arrival, be it at the same path; the same content is a duplicate."""
    for path, date in (("a.txt", 2), (name, day)):
        intake.put(path, f"ASTANA, March {date}. The Majilis met.")
        intake.hint(path, Kind.WHOLE)
        intake.turn()
    assert intake.rows() == ["a.txt stored", f"{name} {state}"]
    assert (intake.count("articles"), intake.count("alerts")) == (articles, articles)


def test_vanishes_while_it_waits(intake: Intake) -> None:
    """A file that goes away while it waits is accounted for, and nothing waits any more."""
    path = intake.put("a.txt", "")
    intake.age(path, 0)
    intake.hint("a.txt", Kind.WHOLE)
    intake.turn()
    path.unlink()
    intake.clock.advance(QUIET)
    assert intake.turn() == ["a.txt ignored"]
    assert intake.accepted[-1].reason is FileReason.VANISHED


def test_unreadable_is_retried(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is busy is tried again when it is due, with its tries counted."""

    def busy(*_: Any) -> None:
        raise RetryError(FileReason.READ_ERROR, "busy")

    intake.put("a.txt")
    intake.hint("a.txt", Kind.WHOLE)
    with monkeypatch.context() as patch:
        patch.setattr(examine, "read", busy)
        assert intake.turn() == ["a.txt pending"]
        intake.clock.advance(1)
        assert intake.turn() == ["a.txt pending"]
    assert next(intake.store.db["files"].rows)["tries"] == 2
    intake.clock.advance(2)
    assert intake.turn() == ["a.txt stored"]


def test_waiting_in_no_inbox(intake: Intake) -> None:
    """What waits in no inbox of this daemon neither keeps it busy nor holds up what does."""
    elsewhere = [arrived(f"{n}.txt", None)._replace(inbox="ingest") for n in range(300)]
    state, reason, now = FileState.PENDING, FileReason.SETTLING, intake.clock()
    accept(intake.store, [Outcome(each, state, reason, due=now) for each in elsewhere], now)
    intake.age(intake.put("a.txt", ""), 0)
    intake.hint("a.txt", Kind.WHOLE)
    intake.turn()
    intake.clock.now = now
    turns = [intake.turn() for _ in range(4)]
    assert any("a.txt quarantined" in turn for turn in turns)
    assert intake.examining._patience() == IDLE


def test_lost_hints(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    """When hints were dropped every inbox is listed."""
    monkeypatch.setattr("wirewatch.intake.hints.MOST_HINTS", 1)
    for name in ("a.txt", "b.txt"):
        intake.put(name, f"ASTANA, March 2. {name}")
        intake.hint(name, Kind.WHOLE)
    assert intake.turn() == ["a.txt stored"]
    assert intake.arrivals.folders.get_nowait() == Hint("wires", str(intake.root), Kind.FOLDER)


@pytest.mark.parametrize("size", [10, 1_500_000])
def test_batches(intake: Intake, size: int) -> None:
    """Outcomes share a commit by the hundred, but large ones only by a few megabytes."""

    def invent(_: Inbox, relative: str, **__: Any) -> Outcome:
        outcome = told(relative, f"story {relative}")
        stamp = outcome.arrival.stamp._replace(size=size)
        return outcome._replace(arrival=outcome.arrival._replace(stamp=stamp))

    intake.arrivals.examiner = SimpleNamespace(examine=invent)  # type: ignore[assignment]
    for number in range(120):
        intake.hint(f"{number}.txt", Kind.WHOLE)
    intake.examining.turn(0)
    batches = list(intake.arrivals.batches.queue)
    assert sum(len(batch or ()) for batch in batches) == 120
    assert len(batches) == (1 if size == 10 else 40)
