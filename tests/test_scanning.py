"""The scan: what no event told of is found, what is known is left alone, nothing is counted twice."""

import logging
import os
import queue
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from conftest import ManualClock
from wirewatch.intake.disposal import taken_name
from wirewatch.intake.hints import Hint, Kind
from wirewatch.intake.names import chooser
from wirewatch.intake.scan import Entry, listing
from wirewatch.pipeline import examine, scanning
from wirewatch.pipeline.arrivals import Arrivals
from wirewatch.pipeline.balance import report
from wirewatch.pipeline.commit import Committer
from wirewatch.pipeline.committing import Committing
from wirewatch.pipeline.examine import Examiner
from wirewatch.pipeline.examining import Examining
from wirewatch.pipeline.inboxes import Inbox
from wirewatch.pipeline.scanning import Scanning
from wirewatch.pulse import Pulses
from wirewatch.rules.matcher import Matcher
from wirewatch.states import After, FileReason
from wirewatch.store.accept import Accepted
from wirewatch.store.database import Store

QUIET = 3.0


class Intake:
    """Scanning, examining and committing on one inbox, by turns."""

    def __init__(self, store: Store, folder: Path, clock: ManualClock) -> None:
        self.store, self.clock, self.root = store, clock, folder / "inbox"
        self.root.mkdir()
        quiet = timedelta(seconds=QUIET)
        self.inbox = Inbox("wires", self.root, quiet=quiet, archive=folder / "archive")
        examiner = Examiner(Matcher([], {}), clock)
        self.arrivals = Arrivals({"wires": self.inbox}, examiner, clock, Pulses())
        self.arrivals.batches = queue.Queue()
        self.scanning = Scanning(self.arrivals, store)
        self.examining = Examining(self.arrivals, store)
        self.accepted = list[Accepted]()
        committer = Committer(store, self.arrivals.inboxes, clock, lambda _: True)
        self._committing = Committing(self.arrivals, committer, self.accepted.extend)

    def use(self, **settings: Any) -> None:
        """Change the inbox's settings."""
        self.inbox = self.arrivals.inboxes["wires"] = replace(self.inbox, **settings)

    def put(self, name: str, text: str = "ASTANA, March 2. The Majilis met.") -> Path:
        """Put a file into the inbox."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def hint(self, path: Path, kind: Kind) -> None:
        self.arrivals.hints.put(Hint("wires", str(path), kind))

    def commit(self) -> list[str]:
        """Commit what was handed over; give each arrival's path and state."""
        before = len(self.accepted)
        self.arrivals.batches.put(None)
        self._committing.run()
        return [f"{done.outcome.arrival.path} {done.state}" for done in self.accepted[before:]]

    def scan(self) -> list[str]:
        """List the inbox, and commit what is noted."""
        self.scanning.scan(self.inbox, str(self.root))
        return self.commit()

    def turn(self) -> list[str]:
        """Examine once, and commit what came of it."""
        self.examining.turn(0)
        return self.commit()

    def run(self) -> None:
        """Let the listing thread do all that it is asked for."""
        self.arrivals.folders.put(None)
        self.scanning.run()

    def rows(self) -> list[str]:
        return [f"{row['path']} {row['state']}" for row in self.store.db["files"].rows]

    def is_conserved(self) -> bool:
        return report(self.store.path, [self.inbox]).balance.conserved


@pytest.fixture
def intake(store: Store, tmp_path: Path, clock: ManualClock) -> Intake:
    clock.now = datetime(2100, 1, 1, tzinfo=UTC)
    return Intake(store, tmp_path, clock)


def test_finds_what_no_event_told_of(intake: Intake) -> None:
    """Files that nobody hinted at are noted by the scan, and stored as soon as they are due."""
    intake.put("a.txt")
    intake.put("deep/b.txt", "BAKU, March 2. Another.")
    assert sorted(intake.scan()) == ["a.txt pending", "deep/b.txt pending"]
    assert intake.is_conserved()
    assert sorted(intake.turn()) == ["a.txt stored", "deep/b.txt stored"]
    assert sorted(intake.rows()) == ["a.txt stored", "deep/b.txt stored"]


def test_fresh_files_settle(intake: Intake) -> None:
    """A file that the scan finds just written waits for its quiet time."""
    changed = intake.put("a.txt").stat().st_ctime_ns / 1e9
    intake.clock.now = datetime.fromtimestamp(changed, UTC) + timedelta(seconds=1)
    assert intake.scan() == ["a.txt pending"]
    assert intake.turn() == []
    intake.clock.advance(QUIET)
    assert intake.turn() == ["a.txt stored"]


def test_known_files_are_left_alone(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that are known as they are, whatever their state, are not read nor noted again."""
    intake.use(wanted=chooser(["*.txt"], []))
    intake.put("a.txt")
    intake.put("b.txt")
    intake.put("c.txt", "\x00\x01")
    intake.put("d.log")
    (intake.root / "e.txt").symlink_to("nowhere")
    intake.scan()
    assert intake.scan() == []
    intake.turn()
    assert sorted(state.split()[1] for state in intake.rows()) == [
        "duplicate", "ignored", "quarantined", "quarantined", "stored",
    ]  # fmt: skip
    monkeypatch.setattr(examine, "read", None)
    assert (intake.scan(), intake.turn(), intake.is_conserved()) == ([], [], True)


def test_changed_file_is_a_new_arrival(intake: Intake) -> None:
    """A stored file that was changed without an event is found, and is a new arrival."""
    intake.put("a.txt")
    intake.scan()
    intake.turn()
    intake.put("a.txt", "ASTANA, March 3. The Majilis met again.")
    assert not intake.is_conserved()
    assert intake.scan() == ["a.txt pending"]
    assert intake.turn() == ["a.txt stored"]
    assert intake.rows() == ["a.txt stored"] * 2
    assert intake.is_conserved()


def test_touched_file_is_no_new_arrival(intake: Intake) -> None:
    """A stored file of which only the times changed is read again, and stays one row."""
    path = intake.put("a.txt")
    intake.scan()
    intake.turn()
    os.utime(path, (1, 1))
    intake.scan()
    intake.turn()
    assert intake.rows() == ["a.txt stored"]
    assert intake.store.db["articles"].count == 1
    assert (intake.scan(), intake.is_conserved()) == ([], True)


def test_changed_mind(intake: Intake) -> None:
    """A file ignored by its name is taken in when the configuration comes to want it."""
    intake.put("a.log")
    intake.use(wanted=chooser(["*.txt"], []))
    assert intake.scan() == ["a.log ignored"]
    assert intake.accepted[0].reason is FileReason.EXCLUDED
    intake.use(wanted=chooser(["**"], []))
    assert intake.scan() == ["a.log pending"]
    assert intake.turn() == ["a.log stored"]
    assert (intake.scan(), intake.is_conserved()) == ([], True)


@pytest.mark.parametrize(("recursive", "found"), [(True, ["deep/a.txt pending"]), (False, [])])
def test_folders_that_come(intake: Intake, found: list[str], *, recursive: bool) -> None:
    """A folder that comes is listed by itself, but not in an inbox that is not recursive."""
    intake.use(recursive=recursive)
    intake.put("b.txt")
    intake.hint(intake.put("deep/a.txt").parent, Kind.FOLDER)
    intake.examining.turn(0)
    intake.run()
    assert intake.commit() == found


def test_folder_that_went(intake: Intake, caplog: pytest.LogCaptureFixture) -> None:
    """A folder that is gone when it is to be listed is said so, and the others are listed."""
    intake.put("a.txt")
    intake.hint(intake.root / "gone", Kind.FOLDER)
    intake.examining.turn(0)
    intake.arrivals.rescan()
    with caplog.at_level(logging.WARNING):
        intake.run()
    assert 'gone error="No such file or directory"' in caplog.text
    assert intake.commit() == ["a.txt pending"]


def test_many_files(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    """A large inbox is handed over in parts, and a stop ends the listing between them."""
    monkeypatch.setattr(scanning, "_LISTED_AT_ONCE", 10)
    for number in range(21):
        intake.put(f"{number}.txt", "")
    intake.scanning.scan(intake.inbox, str(intake.root))
    assert intake.arrivals.batches.qsize() == 3
    assert len(intake.commit()) == 21
    assert intake.is_conserved()
    intake.store.db.execute("DELETE FROM files")
    intake.arrivals.stopping.set()
    intake.scanning.scan(intake.inbox, str(intake.root))
    assert intake.arrivals.batches.empty()


@pytest.mark.parametrize("seen", ["by the scan", "appeared", "whole but empty"])
@pytest.mark.parametrize("after", [After.LEAVE, After.DELETE])
def test_name_in_no_encoding(intake: Intake, seen: str, after: After) -> None:
    """A file whose name is no UTF-8 is stored however it is seen, and then disposed of."""
    intake.use(after=after)
    path = intake.root / os.fsdecode(b"caf\xe9.txt")
    path.write_text("" if seen == "whole but empty" else "ASTANA, March 2. The Majilis met.")
    changed = datetime.fromtimestamp(path.stat().st_ctime_ns / 1e9, UTC)
    intake.clock.now = changed
    if seen != "by the scan":
        intake.hint(path, Kind.WHOLE if seen == "whole but empty" else Kind.APPEARED)
        intake.examining._appeared[("wires", str(path))] = 0
        assert intake.turn() == ["caf\\xe9.txt pending"]
    intake.clock.advance(QUIET)
    intake.turn()
    intake.scan()
    intake.clock.advance(QUIET)
    intake.turn()
    state = "quarantined" if seen == "whole but empty" else "stored"
    assert intake.rows() == [f"caf\\xe9.txt {state}"]
    assert path.exists() == (after is After.LEAVE or state == "quarantined")
    assert (intake.scan(), intake.is_conserved()) == ([], True)


def test_link_in_a_circle(intake: Intake) -> None:
    """A link to itself neither stops the intake nor keeps other files from being stored."""
    (intake.root / "link.txt").symlink_to("link.txt")
    intake.put("z.txt")
    intake.scan()
    assert sorted(intake.turn()) == ["link.txt quarantined", "z.txt stored"]


@pytest.mark.parametrize("after", [After.ARCHIVE, After.DELETE])
@pytest.mark.parametrize("held", [False, True], ids=["in its place", "held"])
def test_crash_before_the_disposal(intake: Intake, after: After, *, held: bool) -> None:
    """A file stored but not yet archived or deleted when all stopped is disposed of after all."""
    path = intake.put("a.txt")
    intake.scan()
    intake.turn()
    if held:
        taken_name(path).parent.mkdir(exist_ok=True)
        path.rename(taken_name(path))
    intake.use(after=after)
    intake.scanning.prepare()
    assert path.exists()
    intake.scan()
    intake.turn()
    assert not path.exists()
    assert intake.rows() == ["a.txt stored"]
    assert intake.store.db["articles"].count == 1
    assert (intake.scan(), intake.is_conserved()) == ([], True)


@pytest.mark.parametrize("committed", ["after the scan", "while it lists"])
@pytest.mark.parametrize("after", After)
def test_stored_meanwhile(
    intake: Intake, monkeypatch: pytest.MonkeyPatch, after: After, committed: str
) -> None:
    """A file that is stored while the inbox is listed has one row, and is not looked at again."""
    intake.use(after=after)
    intake.hint(intake.put("a.txt"), Kind.WHOLE)
    intake.examining.turn(0)

    def list_slowly(*given: Path, recursive: bool) -> Iterator[Entry]:
        entries = list(listing(*given, recursive=recursive))
        if committed == "while it lists":
            assert intake.commit() == ["a.txt stored"]
        return iter(entries)

    monkeypatch.setattr(scanning, "listing", list_slowly)
    intake.scan()
    assert intake.turn() == []
    assert intake.rows() == ["a.txt stored"]
