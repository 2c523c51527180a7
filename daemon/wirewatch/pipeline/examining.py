"""The thread that examines: what is hinted at first, then what waits in the ledger."""

import time
from collections.abc import Iterable, Iterator

from wirewatch.clock import from_iso
from wirewatch.intake.hints import Hint, Kind
from wirewatch.model import Outcome
from wirewatch.pipeline.arrivals import IDLE, Arrivals
from wirewatch.pipeline.commit import BATCH, batches
from wirewatch.pipeline.examine import given_up
from wirewatch.pipeline.inboxes import Inbox
from wirewatch.store.database import Store
from wirewatch.store.ledger import Waiting, next_look, waiting

_GRACE = 0.3  # seconds in which the close that follows a creation is expected
_WAY = 0.05  # seconds after which what is on its way has mostly been committed, and told
_LONGEST_WAY = 0.5  # seconds for which what waits is not looked at while files come in a row


class Examining:
    """The thread that looks at what is hinted at, and at what waits in the ledger."""

    def __init__(self, arrivals: Arrivals, store: Store) -> None:
        self._arrivals = arrivals
        self._db = store.db
        self._appeared: dict[tuple[str, str], float] = {}
        self._looked = -_LONGEST_WAY
        self._more = False

    def run(self) -> None:
        """Examine until asked to stop."""
        while not self._arrivals.stopping.is_set():
            self.turn(self._patience())

    def turn(self, timeout: float) -> None:
        """Take what there is to look at, for at most `timeout` seconds, and hand over outcomes."""
        if timeout:
            self._arrivals.pulses.rests("intake")
        hints = self._arrivals.hints.take(BATCH, timeout)
        if hints or not timeout:
            self._arrivals.pulses.works("intake")
        if self._arrivals.hints.were_lost():
            self._arrivals.rescan()
        self._hand_over(self._hinted(hints))
        if len(hints) < BATCH and self._may_look():
            self._looked = time.monotonic()
            self._more = self._hand_over(self._waiting(BATCH - len(hints)))

    def _may_look(self) -> bool:
        """Tell whether to look at what waits, for which the one that commits has to wait a bit.

        So what is on its way is let go first, unless there is no end of it, or more that waits.
        """
        overdue = time.monotonic() > self._looked + _LONGEST_WAY
        return self._more or overdue or self._arrivals.all_landed()

    def _hand_over(self, outcomes: Iterable[Outcome]) -> bool:
        """Hand outcomes over to be committed; tell whether there were any."""
        batch: list[Outcome] = []
        for batch in batches(outcomes):
            self._arrivals.hand_over(batch, "intake")
        return bool(batch)

    def _patience(self) -> float:
        """Give the seconds until the next look is due without a hint."""
        waits = [0.0 if self._more else IDLE]
        if self._appeared:
            waits.append(min(self._appeared.values()) - time.monotonic())
        if not self._arrivals.all_landed():  # it may be what is due
            waits.append(_WAY)
        elif due := next_look(self._db):
            waits.append((from_iso(due) - self._arrivals.clock()).total_seconds())
        return max(0.0, min(waits))

    def _hinted(self, hints: list[Hint]) -> Iterator[Outcome]:
        """Examine what was hinted at first, then what appeared a while ago."""
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
        outcome = self._timed(inbox, inbox.relative(path), closed=closed)
        if outcome:
            yield outcome

    def _waiting(self, most: int) -> Iterator[Outcome]:
        """Examine pending arrivals that are due."""
        for row in waiting(self._db, self._arrivals.clock(), most):
            inbox = self._arrivals.inboxes.get(row.inbox)
            if self._arrivals.is_in_flight(row.inbox, row.path):
                continue
            if inbox is None:  # noted by `wirewatch ingest` of a file in no inbox
                yield given_up(row, self._arrivals.clock())
                continue
            outcome = self._timed(inbox, row.path, closed=False, before=row)
            if outcome:
                yield outcome

    def _timed(
        self, inbox: Inbox, relative: str, *, closed: bool, before: Waiting | None = None
    ) -> Outcome | None:
        """Examine a file, and note how long that took."""
        begun = time.monotonic()
        outcome = self._arrivals.examiner.examine(inbox, relative, closed=closed, before=before)
        self._arrivals.took.note(time.monotonic() - begun)
        self._arrivals.pulses.moved("intake")
        return outcome
