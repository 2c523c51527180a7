"""From a name to an outcome: whatever lies in an inbox, it is said what becomes of it."""

import codecs
import errno
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

import pytest

from conftest import ManualClock
from wirewatch.clock import iso
from wirewatch.errors import Unreadable
from wirewatch.intake.names import chooser
from wirewatch.intake.source import look
from wirewatch.model import Outcome
from wirewatch.pipeline import examine
from wirewatch.pipeline.examine import Examiner, Limits
from wirewatch.pipeline.inboxes import Inbox
from wirewatch.rules.matcher import Matcher
from wirewatch.rules.rulebook import load_rules
from wirewatch.states import FileReason, FileState, Severity
from wirewatch.store.ledger import Waiting

STORY = "ASTANA, March 2. The Majilis met, Kazinform reports.\n\nIt will meet again.\n"
QUIET = timedelta(seconds=3)


@pytest.fixture
def clock(clock: ManualClock) -> ManualClock:
    """Give a clock that is long past the making of any file."""
    clock.now = datetime(2100, 1, 1, tzinfo=UTC)
    return clock


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    (tmp_path / "inbox").mkdir()
    (tmp_path / "outside.txt").write_text(STORY)
    return Inbox("wires", tmp_path / "inbox", quiet=QUIET, wanted=chooser(["**"], ["*.log"]))


@pytest.fixture
def examiner(clock: ManualClock) -> Examiner:
    return Examiner(Matcher([], {}), clock, Limits(file_size=1_000, line_length=500))


def put(inbox: Inbox, content: bytes | str = STORY, name: str = "a.txt") -> Path:
    """Put a file into the inbox."""
    path = inbox.root / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def age_of(path: Path, clock: ManualClock, seconds: float) -> None:
    """Set the clock so that a file was changed so many seconds ago."""
    changed = datetime.fromtimestamp(path.lstat().st_ctime_ns / 1e9, UTC)
    clock.now = changed + timedelta(seconds=seconds)


def as_waiting(outcome: Outcome) -> Waiting:
    """Make the row that a pending outcome leaves in the ledger."""
    arrival = outcome.arrival
    assert outcome.due is not None
    stamp = str(arrival.stamp)
    return Waiting(arrival.inbox, arrival.path, stamp, iso(outcome.due), outcome.tries)


def examined(examiner: Examiner, inbox: Inbox, **given: Any) -> Outcome:
    """Examine the one file and give its outcome."""
    outcome = examiner.examine(inbox, "a.txt", **{"closed": True, **given})
    assert outcome is not None
    return outcome


def test_stored(examiner: Examiner, inbox: Inbox, clock: ManualClock) -> None:
    """A file that can be read becomes an article, with its digest and the stamp of what was read."""
    path = put(inbox)
    outcome = examined(examiner, inbox)
    assert (outcome.state, outcome.reason, outcome.format) == (FileState.STORED, None, "wire")
    arrival = outcome.arrival
    assert (arrival.inbox, arrival.path, arrival.seen) == ("wires", "a.txt", clock.now)
    assert arrival.stamp == look(str(path), inbox.root)
    assert arrival.sha256
    (found,) = outcome.found
    assert "The Majilis met" in found.article.body


def test_matched_and_composed(
    examiner: Examiner, inbox: Inbox, clock: ManualClock, tmp_path: Path
) -> None:
    """What the rules say of an article comes with it, due at once on each of their channels."""
    rules = tmp_path / "rules.toml"
    rules.write_text(
        '[[rule]]\nname = "kz"\nquery = "majilis"\nseverity = "high"\nchannels = ["a", "b"]\n'
        '[[rule]]\nname = "other"\nquery = "senate"\nchannels = ["a"]\n'
        '[[rule]]\nname = "silent"\nquery = "source:wires AND astana"\n'
    )
    matcher = Matcher(load_rules([rules], {}, ["a", "b"]), {})
    put(inbox)
    (found,) = examined(replace(examiner, matcher=matcher), inbox).found
    assert [match.rule for match in found.matches] == ["kz", "silent"]
    (alert,) = found.alerts
    assert alert.match.severity is Severity.HIGH
    assert [(planned.channel, planned.due) for planned in alert.deliveries] == [
        (channel, clock.now) for channel in ("a", "b")
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", FileReason.EMPTY),
        (b" \r\n\t\n", FileReason.EMPTY),
        (b"\x7fELF\x01\x01\x00\x00", FileReason.BINARY),
        (b"ASTANA, March 2. A\x00story.", FileReason.NUL_BYTES),
        (b"ASTANA, March 2. A \xed\xa0\x80 story.", FileReason.LONE_SURROGATES),
        ("Парламент".encode()[:-1], FileReason.TRUNCATED),
        (codecs.BOM_UTF32_LE + b"\xff" * 40, FileReason.UNDECODABLE),
        ("x" * 501, FileReason.LINE_TOO_LONG),
        ("x" * 1_001, FileReason.TOO_LARGE),
        ('{"no": "article"}', FileReason.UNKNOWN_FORMAT),
        ("date 2026-03-02\n", FileReason.NO_TEXT),
    ],
    ids=lambda value: str(value) if isinstance(value, FileReason) else "",
)
def test_bad_content(
    examiner: Examiner, inbox: Inbox, content: bytes | str, reason: FileReason
) -> None:
    """A file that holds nothing to be stored is quarantined with the reason by name and detail."""
    put(inbox, content)
    outcome = examined(examiner, inbox)
    assert (outcome.state, outcome.reason) == (FileState.QUARANTINED, reason)
    assert outcome.detail
    assert outcome.arrival.stamp.size == len(content)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (os.mkfifo, FileReason.NOT_REGULAR),
        (os.mkdir, FileReason.NOT_REGULAR),
        (lambda path: path.symlink_to("nowhere"), FileReason.NOT_REGULAR),
        (lambda path: path.symlink_to("a.txt"), FileReason.NOT_REGULAR),
        (lambda path: path.symlink_to("../outside.txt"), FileReason.LINK_OUTSIDE),
        (lambda path: path.symlink_to(".."), FileReason.LINK_OUTSIDE),
    ],
    ids=["fifo", "folder", "broken link", "link in a circle", "link outside", "linked folder"],
)
def test_no_file(
    examiner: Examiner, inbox: Inbox, make: Callable[[Path], None], reason: FileReason
) -> None:
    """What is no file of this inbox is quarantined by name, at once and unread."""
    make(inbox.root / "a.txt")
    outcome = examined(examiner, inbox, closed=False)
    assert (outcome.state, outcome.reason) == (FileState.QUARANTINED, reason)
    assert outcome.arrival.sha256 is None


def test_excluded(examiner: Examiner, inbox: Inbox) -> None:
    """A file that the inbox does not want is ignored, with the reason, and not read."""
    put(inbox, name="a.log")
    outcome = examiner.examine(inbox, "a.log", closed=True)
    assert outcome is not None
    assert (outcome.state, outcome.reason) == (FileState.IGNORED, FileReason.EXCLUDED)
    assert outcome.arrival.sha256 is None


@pytest.mark.parametrize("name", ["a.txt.part", ".a.txt", "deep.tmp/a.txt"])
def test_in_progress(examiner: Examiner, inbox: Inbox, name: str) -> None:
    """A file under a working name is no arrival yet."""
    (inbox.root / "deep.tmp").mkdir()
    put(inbox, name=name)
    assert examiner.examine(inbox, name, closed=True) is None


def test_settles(examiner: Examiner, inbox: Inbox, clock: ManualClock) -> None:
    """A file not known to be closed waits for its quiet time, and is then read."""
    age_of(put(inbox), clock, 1)
    waits = examined(examiner, inbox, closed=False)
    assert (waits.state, waits.reason) == (FileState.PENDING, FileReason.SETTLING)
    assert waits.due == clock.now + QUIET
    row = as_waiting(waits)
    clock.advance(2)
    assert as_waiting(examined(examiner, inbox, closed=False, before=row)) == row
    clock.advance(1)
    assert examined(examiner, inbox, closed=False, before=row).state is FileState.STORED


def test_empty_waits(examiner: Examiner, inbox: Inbox, clock: ManualClock) -> None:
    """An empty file waits though it was closed; if nothing comes of it, it is quarantined."""
    age_of(put(inbox, ""), clock, 0.5)
    waits = examined(examiner, inbox)
    assert (waits.state, waits.due) == (FileState.PENDING, clock.now + QUIET)
    clock.advance(3)
    outcome = examined(examiner, inbox, closed=False, before=as_waiting(waits))
    assert (outcome.state, outcome.reason) == (FileState.QUARANTINED, FileReason.EMPTY)


def test_changed_while_read(
    examiner: Examiner, inbox: Inbox, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that changes while it is read waits for its quiet time anew."""
    path = put(inbox)
    real = os.read

    def read(handle: int, size: int) -> bytes:
        monkeypatch.setattr(os, "read", real)
        os.truncate(path, 5)
        return real(handle, size)

    monkeypatch.setattr(os, "read", read)
    outcome = examined(examiner, inbox)
    assert (outcome.state, outcome.reason) == (FileState.PENDING, FileReason.SETTLING)
    assert (outcome.due, outcome.arrival.stamp.size) == (clock.now + QUIET, 5)


def refuse(code: int) -> Callable[..., NoReturn]:
    """Make a system call that fails."""

    def failing(*_: Any, **__: Any) -> NoReturn:
        raise OSError(code, os.strerror(code))

    return failing


DENIED = (errno.EACCES, FileReason.NO_PERMISSION)
BUSY = (errno.EBUSY, FileReason.READ_ERROR)
STALE = (errno.ESTALE, FileReason.READ_ERROR)


@pytest.mark.parametrize("why", [DENIED, BUSY, STALE], ids=["denied", "busy", "stale"])
def test_retried_with_backoff(
    examiner: Examiner,
    inbox: Inbox,
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
    why: tuple[int, FileReason],
) -> None:
    """A file that cannot be read is tried again, waiting twice as long each time, then put aside."""
    code, reason = why
    put(inbox)
    monkeypatch.setattr(os, "open", refuse(code))
    waits: list[float] = []
    outcome = examined(examiner, inbox)
    while outcome.state is FileState.PENDING:
        assert (outcome.reason, outcome.tries) == (FileReason.RETRYING, len(waits) + 1)
        assert outcome.detail == f"{reason}: {os.strerror(code)}"
        row = as_waiting(outcome)
        waits.append(((outcome.due or clock.now) - clock.now).total_seconds())
        clock.advance(waits[-1])
        outcome = examined(examiner, inbox, closed=False, before=row)
    assert waits == [1, 2, 4, 8, 16, 32, 64]
    assert (outcome.state, outcome.reason) == (FileState.QUARANTINED, reason)
    assert os.strerror(code) in outcome.detail


def test_readable_again(
    examiner: Examiner, inbox: Inbox, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that can be read at a later try is stored."""
    put(inbox)
    with monkeypatch.context() as patch:
        patch.setattr(os, "open", refuse(errno.EBUSY))
        row = as_waiting(examined(examiner, inbox))
    clock.advance(1)
    assert examined(examiner, inbox, closed=False, before=row).state is FileState.STORED


@pytest.mark.parametrize("modified", [10**9, -3_600], ids=["usual", "before 1970"])
def test_vanished(examiner: Examiner, inbox: Inbox, clock: ManualClock, modified: int) -> None:
    """A file that goes away while it waits is accounted for as it was; one never noted is not."""
    path = put(inbox)
    os.utime(path, (modified, modified))
    age_of(path, clock, 0)
    row = as_waiting(examined(examiner, inbox, closed=False))
    path.unlink()
    assert examiner.examine(inbox, "a.txt", closed=True) is None
    outcome = examined(examiner, inbox, closed=False, before=row)
    assert (outcome.state, outcome.reason) == (FileState.IGNORED, FileReason.VANISHED)
    assert str(outcome.arrival.stamp) == row.stamp


@pytest.mark.parametrize("moment", ["look", "read"])
def test_vanishes_meanwhile(
    examiner: Examiner, inbox: Inbox, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """A file that goes away in the middle of being examined is no error."""
    path = put(inbox)
    real = getattr(examine, moment)

    def late(*given: Any) -> Any:
        path.unlink()
        return real(*given)

    monkeypatch.setattr(examine, moment, late)
    assert examiner.examine(inbox, "a.txt", closed=True) is None


def test_what_is_left_to_others_keeps_its_tries(
    examiner: Examiner, inbox: Inbox, clock: ManualClock
) -> None:
    """A file that a worker process is to read waits as `parsing`, with the tries that it has had."""
    put(inbox)
    apart = replace(examiner, parse=lambda _data, _limits: None)
    first = examined(apart, inbox)
    assert (first.state, first.reason, first.tries) == (FileState.PENDING, FileReason.PARSING, 0)
    assert first.arrival.sha256 is None
    clock.now += timedelta(seconds=1)
    again = examined(apart, inbox, closed=False, before=as_waiting(first)._replace(tries=3))
    assert (again.reason, again.tries) == (FileReason.PARSING, 3)


def test_a_detail_can_be_printed(examiner: Examiner, inbox: Inbox) -> None:
    """What a file says of itself reaches neither table nor terminal with control characters."""

    def refuse(_data: bytes, _limits: Limits) -> NoReturn:
        raise Unreadable(FileReason.ENCRYPTED, "\x1b[31mname: it has a password")

    put(inbox)
    outcome = examined(replace(examiner, parse=refuse), inbox)
    assert outcome.reason == FileReason.ENCRYPTED
    assert outcome.detail.isprintable()
