"""Ingest many files at once: the next batch is read and matched while the last is written."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from pathlib import Path

from wirewatch.intake.scan import listing
from wirewatch.model import Outcome
from wirewatch.pipeline.commit import Committer
from wirewatch.pipeline.examine import Examiner
from wirewatch.pipeline.inboxes import Inbox
from wirewatch.store.accept import Accepted

BATCH = 256
"""Arrivals that share a commit: large enough for speed, small enough for a short transaction."""


def ingest(
    files: Iterable[tuple[Inbox, str]],
    examiner: Examiner,
    committer: Committer,
    progress: Callable[[list[Accepted]], None],
) -> None:
    """Ingest files, named by inbox and relative path; `progress` hears of each batch committed."""
    waiting: Future[list[Accepted]] | None = None
    outcomes = (examiner.examine(inbox, path, closed=True) for inbox, path in files)
    with ThreadPoolExecutor(1, "accept") as accepting:
        for batch in _batches(outcome for outcome in outcomes if outcome):
            if waiting:
                progress(waiting.result())
            waiting = accepting.submit(committer.commit, batch)
        if waiting:
            progress(waiting.result())


def _batches(outcomes: Iterator[Outcome]) -> Iterator[list[Outcome]]:
    """Cut outcomes into batches."""
    while batch := list(islice(outcomes, BATCH)):
        yield batch


def files_below(
    paths: Iterable[Path], inboxes: Iterable[Inbox], source: str
) -> Iterator[tuple[Inbox, str]]:
    """Name the files at and below some paths, each in the inbox that holds it.

    A file outside every inbox counts as of an inbox called `source`, by its full path.
    Raises OSError when a path cannot be listed.
    """
    elsewhere = Inbox(source, Path("/"))
    known = list(inboxes)
    for path in paths:
        full = path.absolute()
        holders = [inbox for inbox in known if full.is_relative_to(inbox.root)]
        inbox = holders[0] if holders else elsewhere
        if full.is_dir():
            for entry in listing(inbox.root, full, recursive=True):
                yield inbox, entry.relative
        else:
            full.lstat()
            yield inbox, inbox.relative(str(full))
