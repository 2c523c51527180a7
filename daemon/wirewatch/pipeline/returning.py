"""After a restore: what was archived since the backup was made lies in the inboxes again.

The restored ledger does not know it; the next start takes it in as it was delivered.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from wirewatch.clock import Clock, iso
from wirewatch.intake.disposal import bring_back
from wirewatch.intake.scan import listing
from wirewatch.pipeline.inboxes import Inbox
from wirewatch.states import After
from wirewatch.store.database import Store, Transaction
from wirewatch.store.ledger import kept_below, last_finished
from wirewatch.store.notices import Notice, set_notice


def return_archived(store: Path, inboxes: Iterable[Inbox], clock: Clock) -> int:
    """Put back what the ledger does not know of the archives, and give how many files that were.

    What lies in the inboxes then may have been told before; the store is told so. Raises OSError
    when the disk refuses; what was put back stays so, and it may be tried again.
    """
    opened = Store.open(store)
    try:
        count = 0
        for inbox in inboxes:
            for archived, path in (
                _unknown(opened.db, inbox) if inbox.after is After.ARCHIVE else ()
            ):
                bring_back(archived, path)
                count += 1
        with opened.write() as db:
            set_notice(db, Notice.RESTORED, iso(clock()), clock())
    finally:
        opened.close()
    return count


def _unknown(db: Transaction, inbox: Inbox) -> Iterator[tuple[Path, Path]]:
    """Give the archived files of an inbox that the ledger does not know, with where they came."""
    last = (last_finished(db) or "")[:10].replace("-", "/")
    known = kept_below(db, inbox.archive)
    for day in sorted(inbox.archive.glob("[0-9]*/[0-9]*/[0-9]*")):
        if day.relative_to(inbox.archive).as_posix() < last or not day.is_dir():
            continue
        for entry in list(listing(day, day, recursive=True)):
            archived = day / entry.relative
            if str(archived) not in known:
                yield archived, inbox.root / entry.relative
