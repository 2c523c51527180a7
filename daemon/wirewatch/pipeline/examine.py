"""One arrival from name to outcome: settle, read, parse, match, compose. Nothing is kept."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from wirewatch.alerts.compose import compose
from wirewatch.alerts.routes import Router
from wirewatch.clock import Clock, from_iso
from wirewatch.errors import Unreadable
from wirewatch.formats import Reading, Unpacking, parse
from wirewatch.intake.names import printable
from wirewatch.intake.settle import Seen, wait_until
from wirewatch.intake.source import (
    ChangedError,
    Content,
    GoneError,
    RetryError,
    look,
    read,
    stamp_of,
    status_of,
)
from wirewatch.model import Arrival, Article, Found, Outcome, Stamp
from wirewatch.pipeline.inboxes import Inbox
from wirewatch.rules.matcher import Matcher
from wirewatch.states import FileReason, FileState
from wirewatch.store.ledger import Waiting
from wirewatch.text.likeness import marks
from wirewatch.text.words import word_count

_MOST_TRIES = 8  # with the wait doubling from a second, about two minutes


@dataclass(frozen=True, slots=True)
class Limits:
    """What is refused as too large or too slow, in bytes, characters and seconds."""

    file_size: int = 20_000_000
    line_length: int = 1_000_000
    unpacking: Unpacking = field(default_factory=Unpacking)
    parse_time: float = 20.0
    parse_memory: int = 1_000_000_000


Parse = Callable[[bytes, Limits], Reading | None]
"""What reads bytes, within limits; None where that is for somebody else to do, who has time."""


def parse_here(data: bytes, limits: Limits) -> Reading | None:
    """Read bytes in this thread, however long it takes. Raises Unreadable."""
    return parse(data, limits.line_length, limits.unpacking)


@dataclass(frozen=True)
class Examiner:
    """Turns paths into outcomes, with the rules at hand."""

    matcher: Matcher
    clock: Clock
    limits: Limits = Limits()
    router: Router = field(default_factory=Router)
    parse: Parse = parse_here

    def examine(
        self, inbox: Inbox, relative: str, *, closed: bool, before: Waiting | None = None
    ) -> Outcome | None:
        """Say what becomes of a file; None when it is no arrival (yet).

        `closed` tells that its writer is done with it; `before` is its pending row, if it waits.
        """
        if inbox.in_progress(relative):
            return None
        now = self.clock()
        try:
            return self._settled(inbox, relative, now, closed=closed, before=before)
        except GoneError:
            return _vanished(inbox, relative, before, now)
        except ChangedError:
            arrival = _as_it_stands(inbox, relative, now)
            return _waiting(arrival, FileReason.SETTLING, now + inbox.quiet)
        except RetryError as error:
            arrival = _as_it_stands(inbox, relative, now)
            return _retried(arrival, error, before.tries + 1 if before else 1)
        except Unreadable as error:
            arrival = _as_it_stands(inbox, relative, now)
            return quarantined(arrival, error.reason, error.detail)

    def _settled(
        self, inbox: Inbox, relative: str, now: datetime, *, closed: bool, before: Waiting | None
    ) -> Outcome:
        """Look at a file, and read it if it is wanted and whole."""
        path = inbox.location(relative)
        arrival = Arrival(inbox.name, printable(relative), look(path, inbox.root), now)
        if not inbox.wanted(relative):
            return Outcome(arrival, FileState.IGNORED, FileReason.EXCLUDED)
        seen = Seen(before.stamp, from_iso(before.due)) if before else None
        due = wait_until(arrival.stamp, now, inbox.quiet, closed=closed, before=seen)
        if due:
            return _waiting(arrival, FileReason.SETTLING, due)
        outcome = self.outcome(arrival, read(path, self.limits.file_size, inbox.root))
        return outcome._replace(tries=before.tries) if before and outcome.due else outcome

    def outcome(self, arrival: Arrival, content: Content) -> Outcome:
        """Say what becomes of bytes that were read. Pure, but for the clock."""
        arrival = Arrival(arrival.inbox, arrival.path, content.stamp, arrival.seen, content.sha256)
        try:
            reading = self.parse(content.data, self.limits)
        except Unreadable as error:
            return quarantined(arrival, error.reason, error.detail)
        if reading is None:
            return _waiting(arrival._replace(sha256=None), FileReason.PARSING, arrival.seen)
        return self.concluded(arrival, reading)

    def concluded(self, arrival: Arrival, reading: Reading) -> Outcome:
        """Say what becomes of a file that was read, by what it holds. Pure."""
        found = tuple(self._found(article, arrival) for article in reading.articles)
        return Outcome(
            arrival,
            FileState.STORED if found else FileState.IGNORED,
            None if found else FileReason.NO_ARTICLE,
            format=reading.format,
            parser=reading.parser or None,
            skipped=reading.skipped,
            found=found,
            lists=self.matcher.lists,
        )

    def _found(self, article: Article, arrival: Arrival) -> Found:
        """Match one article, and compose its alerts."""
        mentions, matches = self.matcher.match(article, arrival.inbox)
        alerts = compose(article, matches, arrival.seen, self.router, arrival.inbox)
        body = article.body
        return Found(article, mentions, matches, alerts, marks(body), word_count(body))


def _as_it_stands(inbox: Inbox, relative: str, now: datetime) -> Arrival:
    """Make an arrival of what cannot be read."""
    try:
        stamp = stamp_of(status_of(str(inbox.absolute(relative))))
    except OSError:
        stamp = Stamp(0, 0, 0)
    return Arrival(inbox.name, printable(relative), stamp, now)


def _waiting(arrival: Arrival, reason: FileReason, due: datetime) -> Outcome:
    """Let an arrival wait."""
    return Outcome(arrival, FileState.PENDING, reason, due=due)


def quarantined(arrival: Arrival, reason: FileReason, detail: str) -> Outcome:
    """Put an arrival aside for a person to look at."""
    return Outcome(arrival, FileState.QUARANTINED, reason, detail)


def _retried(arrival: Arrival, error: RetryError, tries: int) -> Outcome:
    """Let an arrival wait for another try, or put it aside after the last."""
    if tries >= _MOST_TRIES:
        return quarantined(arrival, error.reason, f"{error.detail}, {tries} times")
    due = arrival.seen + timedelta(seconds=2 ** (tries - 1))
    detail = f"{error.reason}: {error.detail}"
    return Outcome(arrival, FileState.PENDING, FileReason.RETRYING, detail, due=due, tries=tries)


def _vanished(inbox: Inbox, relative: str, before: Waiting | None, now: datetime) -> Outcome | None:
    """Account for a file that went away while it waited; one never noted leaves nothing to note."""
    if before is None:
        return None
    arrival = Arrival(inbox.name, printable(relative), Stamp.read(before.stamp), now)
    return Outcome(arrival, FileState.IGNORED, FileReason.VANISHED)


def given_up(row: Waiting, now: datetime) -> Outcome:
    """Let an arrival wait no more that lies in no inbox."""
    arrival = Arrival(row.inbox, row.path, Stamp.read(row.stamp), now)
    return Outcome(arrival, FileState.IGNORED, FileReason.INBOX_REMOVED)
