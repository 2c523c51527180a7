"""Do the books balance? The ledger held against the listing of the inboxes."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from sqlite_utils import Database

from wirewatch.intake.scan import Entry, listing
from wirewatch.pipeline.inboxes import Inbox
from wirewatch.states import DeliveryState, FileState
from wirewatch.store.database import open_reader
from wirewatch.store.ledger import Balance, contradictions, counts, listed
from wirewatch.store.lock import StoreLock
from wirewatch.store.outbox import outbox_counts

_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Report:
    """How things stand."""

    balance: Balance
    articles: int
    outbox: Mapping[DeliveryState, int]
    daemon: str | None


def report(store: Path, inboxes: Iterable[Inbox]) -> Report:
    """Hold the ledger against the inboxes. Raises StoreError when there is no store yet.

    Folders are listed before the ledger is read, so a file that is taken in meanwhile counts.
    """
    listings = [(inbox, list(_listing(inbox))) for inbox in inboxes]
    db = open_reader(store)
    unaccounted = [
        f"{inbox.name}/{entry.printable}"
        for inbox, entries in listings
        for entry in _unaccounted(db, inbox, entries)
    ]
    balance = Balance(counts(db), unaccounted, contradictions(db))
    articles: int = db["articles"].count
    return Report(balance, articles, outbox_counts(db), StoreLock.holder(store))


def _listing(inbox: Inbox) -> Iterator[Entry]:
    """List an inbox; one that is not there holds nothing."""
    try:
        yield from listing(inbox.root, inbox.root, recursive=inbox.recursive)
    except FileNotFoundError:
        return


def _unaccounted(db: Database, inbox: Inbox, entries: list[Entry]) -> Iterator[Entry]:
    """Give the files that the ledger does not know as they are, and that wait for nothing."""
    rest = iter(entries)
    while part := list(islice(rest, _AT_ONCE)):
        known = listed(db, inbox.name, [entry.printable for entry in part])
        for entry in part:
            rows = known.get(entry.printable, ())
            if not any(r.state is FileState.PENDING or r.stamp == str(entry.stamp) for r in rows):
                yield entry
