"""The thread that lists folders, and notes in the ledger what it does not know yet."""

import contextlib
import logging
import queue
from collections.abc import Iterable, Iterator
from datetime import timedelta

from wirewatch.event import Event
from wirewatch.intake.disposal import give_back_all
from wirewatch.intake.hints import Hint
from wirewatch.intake.scan import Entry, listing
from wirewatch.intake.settle import wait_until
from wirewatch.model import Arrival, Outcome
from wirewatch.pipeline.arrivals import IDLE, Arrivals
from wirewatch.pipeline.inboxes import Inbox
from wirewatch.states import After, FileReason, FileState
from wirewatch.store.database import Store
from wirewatch.store.ledger import Listed, listed

_log = logging.getLogger("wirewatch.intake")

_LISTED_AT_ONCE = 1_000


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
        while (hint := self._next()) is not None:
            self._arrivals.pulses.works("scan")
            try:
                self.scan(self._arrivals.inboxes[hint.inbox], hint.path)
            except OSError as error:
                _log.warning(
                    Event("not-listed", inbox=hint.inbox, folder=hint.path, error=error.strerror)
                )

    def _next(self) -> Hint | None:
        """Wait for a folder to list; None at the end."""
        while True:
            self._arrivals.pulses.rests("scan")
            with contextlib.suppress(queue.Empty):
                return self._arrivals.folders.get(timeout=IDLE)

    def scan(self, inbox: Inbox, folder: str) -> None:
        """List one folder, and let wait what the ledger does not know as it is now."""
        if not inbox.recursive and folder != str(inbox.root):
            return
        self._arrivals.listed.add(inbox.name)
        begun = self._arrivals.clock()
        found = 0
        entries = listing(inbox.root, inbox.absolute(folder), recursive=inbox.recursive)
        for part in _parts(entries):
            # Asked before the ledger: what is not in flight any more, the ledger knows.
            landed = [
                entry
                for entry in part
                if not self._arrivals.is_in_flight(inbox.name, entry.printable)
            ]
            known = listed(self._db, inbox.name, [entry.printable for entry in landed])
            fresh = [
                self._noted(inbox, entry)
                for entry in landed
                if not _is_accounted(entry, known.get(entry.printable, ()), inbox)
            ]
            found += len(fresh)
            self._arrivals.pulses.moved("scan")
            if fresh:
                self._arrivals.hand_over(fresh, "scan")
            if self._arrivals.stopping.is_set():
                return
        took = (self._arrivals.clock() - begun) / timedelta(milliseconds=1)
        _log.debug(Event("listed", inbox=inbox.name, folder=folder, found=found, ms=took))

    def _noted(self, inbox: Inbox, entry: Entry) -> Outcome:
        """Note a file to be looked at when it is due, or to be ignored."""
        now = self._arrivals.clock()
        arrival = Arrival(inbox.name, entry.printable, entry.stamp, now)
        if not inbox.wanted(entry.relative):
            return Outcome(arrival, FileState.IGNORED, FileReason.EXCLUDED)
        due = wait_until(entry.stamp, now, inbox.quiet, closed=False) or now
        return Outcome(arrival, FileState.PENDING, FileReason.SETTLING, due=due)


def _is_accounted(entry: Entry, rows: Iterable[Listed], inbox: Inbox) -> bool:
    """Tell whether the ledger knows a file as it is now, and has no more to do with it."""
    for row in rows:
        if row.state is FileState.PENDING:
            return True
        if row.stamp != str(entry.stamp):
            continue
        if row.state is FileState.IGNORED:  # the configuration may have changed its mind
            return not inbox.wanted(entry.relative)
        if row.kept is not None and not inbox.absolute(entry.relative).exists():
            return True  # it was archived or deleted since it was listed
        return row.state is FileState.QUARANTINED or inbox.after is After.LEAVE
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
