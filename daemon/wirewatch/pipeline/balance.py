"""Do the books balance? The ledger held against the listing of the inboxes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wirewatch.intake.scan import listing
from wirewatch.pipeline.inboxes import Inbox
from wirewatch.states import DeliveryState, FileState
from wirewatch.store.alarms import standing_alarms
from wirewatch.store.archive import article_count
from wirewatch.store.channels import Health, health
from wirewatch.store.database import open_reader
from wirewatch.store.jobs import job_runs
from wirewatch.store.ledger import Balance, contradictions, counts, unaccounted
from wirewatch.store.lock import StoreLock
from wirewatch.store.notices import Notice, notices
from wirewatch.store.outbox import outbox_counts


@dataclass(frozen=True, slots=True)
class Report:
    """How things stand."""

    balance: Balance
    articles: int
    outbox: Mapping[DeliveryState, int]
    daemon: str | None
    notices: Mapping[Notice, tuple[str, str]] = field(default_factory=dict)
    alarms: Sequence[Mapping[str, Any]] = ()
    jobs: Sequence[Mapping[str, Any]] = ()
    failing: Mapping[str, Health] = field(default_factory=dict)


def report(store: Path, inboxes: Iterable[Inbox]) -> Report:
    """Hold the ledger against the inboxes; before the first run the ledger knows nothing.

    Folders are listed before the ledger is read, so a file that is taken in meanwhile counts.
    """
    listings = [(inbox.name, _stamps(inbox)) for inbox in inboxes]
    if not store.is_file():
        unknown = [f"{name}/{path}" for name, stamps in listings for path in stamps]
        nothing = Balance(dict.fromkeys(FileState, 0), unknown, [])
        return Report(nothing, 0, dict.fromkeys(DeliveryState, 0), StoreLock.holder(store))
    db = open_reader(store)
    missing = [
        f"{name}/{path}" for name, stamps in listings for path in unaccounted(db, name, stamps)
    ]
    balance = Balance(counts(db), missing, contradictions(db))
    return Report(
        balance,
        article_count(db),
        outbox_counts(db),
        StoreLock.holder(store),
        notices(db),
        standing_alarms(db),
        job_runs(db),
        {name: one for name, one in health(db).items() if one.failures},
    )


def _stamps(inbox: Inbox) -> dict[str, str]:
    """List an inbox with the stamps of its files; one that is not there holds nothing."""
    try:
        entries = listing(inbox.root, inbox.root, recursive=inbox.recursive)
        return {entry.printable: str(entry.stamp) for entry in entries}
    except FileNotFoundError:
        return {}
