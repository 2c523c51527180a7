"""Ingest many files at once: the next batch is read and matched while the last is written."""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from wirewatch.intake.names import is_in_progress
from wirewatch.intake.scan import listing
from wirewatch.model import Outcome
from wirewatch.pipeline.commit import Committer, batches
from wirewatch.pipeline.examine import Examiner
from wirewatch.pipeline.inboxes import Inbox
from wirewatch.pipeline.readers import Examine
from wirewatch.store.accept import Accepted

_BATCH = 1_024  # the larger, the less of the full text's index is merged again and again


def ingest(
    outcomes: Iterable[Outcome],
    committer: Committer,
    progress: Callable[[list[Accepted]], None],
) -> None:
    """Commit outcomes as they come; `progress` hears of each batch committed."""
    waiting: Future[list[Accepted]] | None = None
    with ThreadPoolExecutor(1, "accept") as accepting:
        for batch in batches(outcomes, _BATCH):
            if waiting:
                progress(waiting.result())
            waiting = accepting.submit(committer.commit, batch)
        if waiting:
            progress(waiting.result())


def files_below(paths: Iterable[Path]) -> Iterator[str]:
    """Give the full paths of the files at and below some paths.

    Raises OSError when a path is not there or cannot be listed.
    """
    for path in paths:
        full = Path(os.path.normpath(path.absolute()))
        if full.is_dir():
            folder = _folder(full)
            for entry in listing(full, full, recursive=True):
                yield folder + entry.relative
        else:
            full.lstat()
            yield str(full)


def examining(examiner: Examiner, inboxes: Iterable[Inbox], source: str) -> Examine:
    """Give what examines a file by its full path, as one of the inbox that holds it."""
    placed = placing(inboxes, source)

    def examine(path: str) -> Outcome | None:
        inbox, relative = placed(path)
        return examiner.examine(inbox, relative, closed=True)

    return examine


def placing(inboxes: Iterable[Inbox], source: str) -> Callable[[str], tuple[Inbox, str]]:
    """Tell for a full path the innermost inbox that holds it, and how it is called there.

    A file outside every inbox counts as of an inbox called `source`, by its full path; only its
    own name tells whether it is in progress.
    """
    elsewhere = Inbox(
        source, Path("/"), in_progress=lambda path: is_in_progress(path.rpartition("/")[2])
    )
    roots = sorted(((_folder(inbox.root), inbox) for inbox in inboxes), key=lambda root: root[0])

    def placed(path: str) -> tuple[Inbox, str]:
        for root, inbox in reversed(roots):
            if path.startswith(root) and (inbox.recursive or "/" not in path[len(root) :]):
                return inbox, path[len(root) :]
        return elsewhere, path[1:]

    return placed


def _folder(path: Path) -> str:
    """Write a folder as the beginning of the paths below it."""
    return str(path).rstrip("/") + "/"
