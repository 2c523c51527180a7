"""THE transaction: what became of a batch of arrivals is made durable, all of it or nothing.

Ledger rows, articles, full text, mentions, matches, alerts and deliveries are written together.
What is new is decided inside the transaction, so that two writers cannot both be right.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from wirewatch.clock import iso
from wirewatch.model import Found, Outcome, Stamp
from wirewatch.states import FileReason, FileState
from wirewatch.store.articles import Articles, Raised
from wirewatch.store.database import Store, Transaction
from wirewatch.store.filing import Filing
from wirewatch.store.known import FileRow, look_up
from wirewatch.store.list_runs import Runs
from wirewatch.store.stories import Stories, Telling
from wirewatch.store.succession import followed

_FINISHED = {FileState.STORED, FileState.DUPLICATE, FileState.HANDED}


@dataclass(frozen=True, slots=True)
class Accepted:
    """What the ledger now says of one arrival, and what was made of it."""

    outcome: Outcome
    file_id: int
    state: FileState
    reason: FileReason | None
    new: bool
    articles: int = 0
    alerts: int = 0
    deliveries: int = 0
    article_ids: tuple[int, ...] = ()
    raised: tuple[Raised, ...] = ()
    again: bool = False
    """Whether this content lay at this path before: nothing has changed but its stamp."""

    @property
    def is_kept(self) -> bool:
        """Tell whether the content is stored, or safe on its way to where it will be."""
        return self.state in _FINISHED


def accept(
    store: Store,
    outcomes: Sequence[Outcome],
    now: datetime,
    also: Callable[[Transaction, list[Accepted]], None] = lambda _db, _accepted: None,
    telling: Telling | None = None,
) -> list[Accepted]:
    """Make outcomes durable in one transaction, with what else is to be done in it.

    `telling` says how stories are told apart. Gives for each outcome, in order, what the ledger
    says afterwards. Raises StoreUnavailableError when nothing could be written (and nothing was),
    UnstorableError when a value cannot be stored.
    """
    with store.write() as db:
        accepted = accept_in(db, outcomes, now, telling or Telling())
        also(db, accepted)
    return accepted


def accept_in(
    db: Transaction, outcomes: Sequence[Outcome], now: datetime, telling: Telling
) -> list[Accepted]:
    """Accept outcomes inside a transaction that is somebody else's; gives what `accept` gives."""
    outcomes = followed(db, outcomes, telling.thresholds, now)
    batch = _Batch(db, outcomes, now, telling)
    accepted = [batch.add(outcome) for outcome in outcomes]
    batch.write(db)
    return accepted


class _Batch:
    """What a batch of outcomes means for the ledger, and the rows that it comes to."""

    def __init__(
        self, db: Database, outcomes: Sequence[Outcome], now: datetime, telling: Telling
    ) -> None:
        self._known = look_up(db, outcomes)
        stories = Stories(db, telling, now)
        stories.look_up(found for outcome in outcomes for found in outcome.found)
        self._files = Filing(self._known, iso(now))
        self._runs = Runs(db)
        self._articles = Articles(db, self._known, stories, now)

    def add(self, outcome: Outcome) -> Accepted:
        """Decide what one outcome means for the ledger, and note the rows to write."""
        arrival = outcome.arrival
        same, pending = self._known.rows_of(arrival)
        if same is not None and (same.state in _FINISHED or same.state is outcome.state):
            return self._seen_again(outcome, same, pending)
        if outcome.reason is FileReason.VANISHED:
            before = self._known.dealt_with(arrival, pending)
            if before is not None or pending is None:
                return self._taken_away(outcome, before, pending)
        state, reason, fresh = self._decide(outcome)
        if pending is not None and _is_newer(pending, outcome):
            pending = None  # the file was replaced while it was read, and waits for its turn again
        row = same or pending
        if same is not None and pending is not None:
            self._files.forget(outcome.arrival, pending)
        file_id = self._files.note(outcome, state, reason, row.id if row else None)
        first, then = self._articles.count(), self._articles.told()
        for found in fresh:
            self._articles.note(found, arrival, file_id)
        alerts, deliveries = (
            now - was for now, was in zip(self._articles.told(), then, strict=True)
        )
        new = row is None
        made = self._articles.ids(first), self._articles.raised(then[0])
        if fresh:
            self._runs.note(made[0][0], outcome.lists)
        return Accepted(outcome, file_id, state, reason, new, len(fresh), alerts, deliveries, *made)

    def _decide(self, outcome: Outcome) -> tuple[FileState, FileReason | None, list[Found]]:
        """Tell new content from content that is stored already."""
        if outcome.state is not FileState.STORED:
            return outcome.state, outcome.reason, []
        if outcome.arrival.sha256 in self._known.contents:
            return FileState.DUPLICATE, FileReason.SAME_CONTENT, []
        versions = self._known.versions
        fresh = [found for found in outcome.found if versions.claim(found.article)]
        if not fresh:
            return FileState.DUPLICATE, FileReason.SAME_ARTICLE, []
        return FileState.STORED, None, fresh

    def _seen_again(self, outcome: Outcome, row: FileRow, pending: FileRow | None) -> Accepted:
        """Note the new stamp of a file whose content this path has had before.

        It lies there again, so what became of the one before does not count any more; but the
        very same file may just have been seen twice, the second time before it was disposed of.
        """
        if pending is not None:
            self._files.forget(outcome.arrival, pending)
        stamp = str(outcome.arrival.stamp)
        if stamp != row.stamp:
            self._files.change(row.id, {"stamp": stamp, "kept": None})
        return Accepted(outcome, row.id, row.state, None, new=False, again=True)

    def _taken_away(
        self, outcome: Outcome, row: FileRow | None, pending: FileRow | None
    ) -> Accepted:
        """Account for a file that went away because we archived or deleted it ourselves.

        Or that was looked for again just as its wait had ended: then there is nothing to note.
        """
        if pending is not None:
            self._files.forget(outcome.arrival, pending)
        state = row.state if row else FileState.IGNORED
        return Accepted(outcome, row.id if row else 0, state, outcome.reason, new=False)

    def write(self, db: Database) -> None:
        """Write the rows: the ledger's first, on which all others hang."""
        self._files.write(db)
        self._articles.write(db)
        self._runs.write(db)


def _is_newer(pending: FileRow, outcome: Outcome) -> bool:
    """Tell whether what waits was written after what an outcome is of."""
    is_read = outcome.arrival.sha256 is not None and outcome.state is not FileState.PENDING
    return is_read and Stamp.read(pending.stamp).ctime_ns > outcome.arrival.stamp.ctime_ns
