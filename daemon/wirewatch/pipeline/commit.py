"""From outcomes to the ledger: committed however often it takes, then files disposed of."""

import contextlib
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple, TypeVar

from wirewatch.clock import Clock
from wirewatch.event import Event
from wirewatch.intake.disposal import archive_place, dispose, free_place
from wirewatch.model import Message, Outcome
from wirewatch.pipeline.deliveries import Deliveries
from wirewatch.pipeline.inboxes import Inbox
from wirewatch.states import After, FileReason, FileState
from wirewatch.store.accept import Accepted, accept
from wirewatch.store.database import Store, StoreUnavailableError, Transaction, UnstorableError
from wirewatch.store.ledger import mark_kept
from wirewatch.store.stories import Telling

_log = logging.getLogger("wirewatch.store")

T = TypeVar("T")

BATCH = 128
"""Arrivals that share a commit: large enough for speed, small enough for a short transaction."""
_BATCH_BYTES = 4_000_000  # so that a batch of large files does not fill the memory
_FIRST_WAIT = timedelta(milliseconds=100)
_LONGEST_WAIT = timedelta(seconds=30)


class StoppedError(Exception):
    """The process is stopping, and the batch was not committed; the next start finds it again."""


def _as_they_are(outcomes: Sequence[Outcome]) -> Sequence[Outcome]:
    """Keep outcomes on this machine."""
    return outcomes


@dataclass(frozen=True)
class Committer:
    """Makes outcomes durable. `pause` waits so many seconds and tells whether to stop instead.

    With an `outbox` at work, what is due at once is claimed in the same transaction and sent.
    `telling` says how stories are told apart. `hand_over` is for what goes to other machines: it
    ends when it is safe there, or raises StoppedError.
    """

    store: Store
    inboxes: dict[str, Inbox]
    clock: Clock
    pause: Callable[[float], bool]
    outbox: Deliveries | None = None
    telling: Telling | None = None
    hand_over: Callable[[Sequence[Outcome]], Sequence[Outcome]] = _as_they_are
    _stuck: list[tuple[datetime, str]] = field(default_factory=list)

    @property
    def stuck(self) -> tuple[datetime, str] | None:
        """Give since when the store cannot be written, and why; None while it can."""
        return next(iter(self._stuck), None)

    def commit(self, outcomes: Sequence[Outcome]) -> list[Accepted]:
        """Accept a batch, trying again while the store is locked or full, then dispose of files.

        Raises StoppedError when asked to stop before the store could be written.
        """
        accepted = self._accept(self.hand_over(outcomes))
        self._dispose([plan for done in accepted if (plan := self._planned(done))])
        return accepted

    def _written(self, write: Callable[[], T]) -> T:
        """Write, however often it takes."""
        wait = _FIRST_WAIT
        while True:
            try:
                done = write()
            except StoreUnavailableError as error:
                if not self._stuck:
                    self._stuck.append((self.clock(), str(error)))
                _log.warning(Event("store-unavailable", then="arrivals wait", error=str(error)))
                if self.pause(wait.total_seconds()):
                    raise StoppedError from error
                wait = min(wait * 2, _LONGEST_WAIT)
            else:
                self._stuck.clear()
                return done

    def _accept(self, outcomes: Sequence[Outcome]) -> list[Accepted]:
        """Accept a batch; when one of it cannot be stored at all, put that one aside alone."""
        try:
            return self._written(lambda: self._told(outcomes))
        except UnstorableError as error:
            if len(outcomes) == 1:
                aside = refused(outcomes[0], error)
                return self._written(lambda: accept(self.store, [aside], self.clock()))
            return [done for outcome in outcomes for done in self._accept([outcome])]

    def _told(self, outcomes: Sequence[Outcome]) -> list[Accepted]:
        """Accept a batch, and pass on what it has to tell."""
        if self.outbox is None:
            return accept(self.store, outcomes, self.clock(), telling=self.telling)
        claimed: list[Message] = []

        def claim(db: Transaction, accepted: list[Accepted]) -> None:
            if self.outbox and any(done.deliveries for done in accepted):
                claimed.extend(self.outbox.claim(db))

        accepted = accept(self.store, outcomes, self.clock(), claim, self.telling)
        self.outbox.put(claimed)
        if sum(done.deliveries for done in accepted) > len(claimed):
            self.outbox.wake()
        return accepted

    def _dispose(self, plans: Sequence["_Plan"]) -> None:
        """Archive or delete files whose content is stored.

        What is about to become of them is noted first, so that after a stop in between the ledger
        knows where each went; one that still lies in its inbox is seen, and noted, again.
        """
        if not plans:
            return
        self._note([(plan.file_id, plan.where) for plan in plans])
        other: list[tuple[int, str | None]] = []
        for plan in plans:
            where = None
            try:
                where = dispose(plan.path, plan.sha256, plan.after, plan.place)
            except OSError as error:
                done = f"not-{plan.after}d"
                _log.warning(
                    Event(done, file=plan.file_id, path=str(plan.path), error=error.strerror)
                )
            if where != plan.where and not plan.was_done():
                other.append((plan.file_id, where))
        if other:
            self._note(other)

    def _note(self, kept: Sequence[tuple[int, str | None]]) -> None:
        """Note what became of files."""
        self._written(lambda: mark_kept(self.store, kept))

    def _planned(self, done: Accepted) -> "_Plan | None":
        """Say what is to become of a file, if it is not to be left."""
        arrival = done.outcome.arrival
        inbox = self.inboxes.get(arrival.inbox)
        if not done.is_kept or not inbox or inbox.after is After.LEAVE or not arrival.sha256:
            return None
        path = inbox.absolute(arrival.path)
        place = archive_place(inbox.archive, arrival.path, self.clock())
        where = "deleted"
        if inbox.after is After.ARCHIVE:
            with contextlib.suppress(OSError):  # what it is will be said when it is disposed of
                place = free_place(place, arrival.sha256)
            where = str(place)
        return _Plan(done.file_id, path, arrival.sha256, inbox.after, place, where)


class _Plan(NamedTuple):
    """What is to become of one file."""

    file_id: int
    path: Path
    sha256: str
    after: After
    place: Path
    where: str

    def was_done(self) -> bool:
        """Tell whether the file has gone where it should already."""
        archived = self.after is After.DELETE or Path(self.where).exists()
        return archived and not self.path.exists()


def batches(outcomes: Iterable[Outcome], most: int = BATCH) -> Iterator[list[Outcome]]:
    """Cut outcomes into batches that share a commit, by number and by size."""
    batch: list[Outcome] = []
    size = 0
    for outcome in outcomes:
        batch.append(outcome)
        size += outcome.arrival.stamp.size
        if len(batch) == most or size > _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def refused(outcome: Outcome, error: Exception) -> Outcome:
    """Turn an outcome that is refused into one that is taken: put aside, with the reason."""
    return outcome._replace(
        state=FileState.QUARANTINED,
        reason=FileReason.UNSTORABLE,
        detail=str(error).encode("ascii", "backslashreplace").decode(),
        found=(),
        due=None,
    )
