"""The arrivals' journey in the daemon: one thread examines, one commits, one lists folders.

Examining goes on while the last batch is written, so what arrives meanwhile shares the next
commit; an arrival that comes alone is committed alone, at once. The queue between the two holds
one batch: when the store is slow, hints wait, and none is examined before its time.
"""

import contextlib
import logging
import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta

from wirewatch.clock import Clock, from_iso
from wirewatch.intake.disposal import give_back_all
from wirewatch.intake.hints import Hint, Hints, Kind
from wirewatch.intake.scan import Entry, listing
from wirewatch.intake.settle import wait_until
from wirewatch.model import Arrival, Outcome
from wirewatch.pipeline.commit import Committer, StoppedError
from wirewatch.pipeline.examine import Examiner
from wirewatch.pipeline.inboxes import Inbox
from wirewatch.states import After, FileReason, FileState
from wirewatch.store.accept import Accepted
from wirewatch.store.database import Store
from wirewatch.store.ledger import Listed, listed, next_look, waiting

_log = logging.getLogger("wirewatch.intake")

_BATCH = 256
_BATCH_CHARS = 4_000_000  # so that a batch of large files does not fill the memory
_LISTED_AT_ONCE = 1_000
_GRACE = 0.3  # seconds in which the close that follows a creation is expected
_IDLE = 5.0  # seconds after which a thread that waits looks around, and beats


class Arrivals:
    """Shared by the three threads of intake: what goes from one to the other."""

    def __init__(
        self,
        inboxes: dict[str, Inbox],
        examiner: Examiner,
        clock: Clock,
        beat: Callable[[str], None],
    ) -> None:
        self.inboxes = inboxes
        self.examiner = examiner
        self.clock = clock
        self.beat = beat
        self.hints = Hints()
        self.folders: queue.SimpleQueue[Hint | None] = queue.SimpleQueue()
        self.batches: queue.Queue[list[Outcome] | None] = queue.Queue(maxsize=1)
        self.stopping = threading.Event()
        self._in_flight: set[tuple[str, str]] = set()
        self._lock = threading.Lock()

    def hand_over(self, batch: list[Outcome]) -> None:
        """Pass a batch on to be committed; waits while the last one is not taken."""
        with self._lock:
            self._in_flight.update((o.arrival.inbox, o.arrival.path) for o in batch)
        while not self.stopping.is_set():
            try:
                self.batches.put(batch, timeout=_IDLE)
            except queue.Full:
                continue
            return

    def landed(self, batch: Iterable[Outcome]) -> None:
        """Note that a batch was committed."""
        with self._lock:
            self._in_flight.difference_update((o.arrival.inbox, o.arrival.path) for o in batch)

    def is_in_flight(self, inbox: str, path: str) -> bool:
        """Tell whether an arrival is on its way to be committed."""
        with self._lock:
            return (inbox, path) in self._in_flight

    def rescan(self) -> None:
        """Ask for every inbox to be listed."""
        for inbox in self.inboxes.values():
            self.folders.put(Hint(inbox.name, str(inbox.root), Kind.FOLDER))

    def stop(self) -> None:
        """Ask the threads to end; what is not committed is found again at the next start."""
        self.stopping.set()
        self.hints.wake()
        self.folders.put(None)
        with contextlib.suppress(queue.Full):
            self.batches.put_nowait(None)


class Examining:
    """The thread that looks at what is hinted at, and at what waits in the ledger."""

    def __init__(self, arrivals: Arrivals, store: Store) -> None:
        self._arrivals = arrivals
        self._db = store.db
        self._appeared: dict[tuple[str, str], float] = {}

    def run(self) -> None:
        """Examine until asked to stop."""
        while not self._arrivals.stopping.is_set():
            self._arrivals.beat("intake")
            self.turn(self._patience())

    def turn(self, timeout: float) -> None:
        """Take what there is to look at, for at most `timeout` seconds, and hand over outcomes."""
        hints = self._arrivals.hints.take(_BATCH, timeout)
        for batch in _batches(self._outcomes(hints)):
            self._arrivals.hand_over(batch)

    def _patience(self) -> float:
        """Give the seconds until the next look is due without a hint."""
        waits = [_IDLE]
        if self._appeared:
            waits.append(min(self._appeared.values()) - time.monotonic())
        due = next_look(self._db)
        if due:
            waits.append((from_iso(due) - self._arrivals.clock()).total_seconds())
        return max(0.0, min(waits))

    def _outcomes(self, hints: list[Hint]) -> Iterator[Outcome]:
        """Examine what was hinted at first, then what appeared a while ago, then what waits."""
        whole: dict[tuple[str, str], None] = {}
        for hint in hints:
            if hint.kind is Kind.FOLDER:
                self._arrivals.folders.put(hint)
            elif hint.kind is Kind.APPEARED:
                self._appeared.setdefault((hint.inbox, hint.path), time.monotonic() + _GRACE)
            else:
                whole[hint.inbox, hint.path] = None
                self._appeared.pop((hint.inbox, hint.path), None)
        for name, path in whole:
            yield from self._examined(name, path, closed=True)
        for name, path in self._expired():
            yield from self._examined(name, path, closed=False)
        if len(hints) < _BATCH:
            yield from self._waiting(_BATCH - len(hints))

    def _expired(self) -> list[tuple[str, str]]:
        """Take what appeared and was not closed within the grace."""
        now = time.monotonic()
        expired = [key for key, deadline in self._appeared.items() if deadline <= now]
        for key in expired:
            del self._appeared[key]
        return expired

    def _examined(self, name: str, path: str, *, closed: bool) -> Iterator[Outcome]:
        """Examine one path."""
        inbox = self._arrivals.inboxes[name]
        outcome = self._arrivals.examiner.examine(inbox, inbox.relative(path), closed=closed)
        if outcome:
            yield outcome

    def _waiting(self, most: int) -> Iterator[Outcome]:
        """Examine pending arrivals that are due."""
        for row in waiting(self._db, self._arrivals.clock(), most):
            inbox = self._arrivals.inboxes.get(row.inbox)
            if inbox is None or self._arrivals.is_in_flight(row.inbox, row.path):
                continue
            outcome = self._arrivals.examiner.examine(inbox, row.path, closed=False, before=row)
            if outcome:
                yield outcome


class Committing:
    """The thread that commits."""

    def __init__(
        self, arrivals: Arrivals, committer: Committer, told: Callable[[list[Accepted]], None]
    ) -> None:
        self._arrivals = arrivals
        self._committer = committer
        self._told = told

    def run(self) -> None:
        """Commit until asked to stop."""
        while not self._arrivals.stopping.is_set():
            self._arrivals.beat("commit")
            try:
                batch = self._arrivals.batches.get(timeout=_IDLE)
            except queue.Empty:
                continue
            if batch is None:
                return
            try:
                accepted = self._committer.commit(batch)
            except StoppedError:
                return
            self._arrivals.landed(batch)
            self._told(accepted)
            if any(done.state is FileState.PENDING for done in accepted):
                self._arrivals.hints.wake()


class Scanning:
    """The thread that lists folders, and notes in the ledger what it does not know yet."""

    def __init__(self, arrivals: Arrivals, store: Store) -> None:
        self._arrivals = arrivals
        self._db = store.db

    def prepare(self) -> None:
        """Put back what a crash left half disposed of; call it before anything is watched."""
        for inbox in self._arrivals.inboxes.values():
            if inbox.after is not After.LEAVE:
                give_back_all(inbox.root)

    def run(self) -> None:
        """List folders as they are asked for, until asked to stop."""
        while (hint := self._arrivals.folders.get()) is not None:
            try:
                self.scan(self._arrivals.inboxes[hint.inbox], hint.path)
            except OSError as error:
                _log.warning("inbox %s: cannot list %s: %s", hint.inbox, hint.path, error.strerror)

    def scan(self, inbox: Inbox, folder: str) -> None:
        """List one folder, and let wait what the ledger does not know as it is now."""
        begun = self._arrivals.clock()
        found = 0
        entries = listing(inbox.root, inbox.absolute(folder), recursive=inbox.recursive)
        for part in _parts(entries):
            known = listed(self._db, inbox.name, [entry.printable for entry in part])
            fresh = [
                outcome
                for entry in part
                if not _is_accounted(entry, known.get(entry.printable, ()), inbox)
                and (outcome := self._noted(inbox, entry))
            ]
            found += len(fresh)
            if fresh:
                self._arrivals.hand_over(fresh)
            if self._arrivals.stopping.is_set():
                return
        took = (self._arrivals.clock() - begun) / timedelta(milliseconds=1)
        _log.debug("inbox=%s scanned=%s found=%d ms=%.0f", inbox.name, folder, found, took)

    def _noted(self, inbox: Inbox, entry: Entry) -> Outcome | None:
        """Note a file to be looked at when it is due, or to be ignored."""
        now = self._arrivals.clock()
        arrival = Arrival(inbox.name, entry.printable, entry.stamp, now)
        if entry.relative != entry.printable:  # the ledger's name would not lead back to the file
            return self._arrivals.examiner.examine(inbox, entry.relative, closed=True)
        if not inbox.wanted(entry.relative):
            return Outcome(arrival, FileState.IGNORED, FileReason.EXCLUDED)
        due = wait_until(entry.stamp, now, inbox.quiet, closed=False) or now
        return Outcome(arrival, FileState.PENDING, FileReason.SETTLING, due=due)


def _is_accounted(entry: Entry, rows: Iterable[Listed], inbox: Inbox) -> bool:
    """Tell whether the ledger knows a file as it is now, and has no more to do with it."""
    for row in rows:
        if row.state is FileState.PENDING:
            return True
        if row.stamp == str(entry.stamp):
            kept = row.state in {FileState.STORED, FileState.DUPLICATE}
            return not kept or inbox.after is After.LEAVE
    return False


def _parts(entries: Iterator[Entry]) -> Iterator[list[Entry]]:
    """Cut a listing into parts."""
    part: list[Entry] = []
    for entry in entries:
        part.append(entry)
        if len(part) == _LISTED_AT_ONCE:
            yield part
            part = []
    if part:
        yield part


def _batches(outcomes: Iterator[Outcome]) -> Iterator[list[Outcome]]:
    """Cut outcomes into batches that share a commit, by number and by size."""
    batch: list[Outcome] = []
    size = 0
    for outcome in outcomes:
        batch.append(outcome)
        size += outcome.arrival.stamp.size
        if len(batch) == _BATCH or size > _BATCH_CHARS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
