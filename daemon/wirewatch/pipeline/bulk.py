"""Ingest many files at once: the next batch is read and matched while the last is written."""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from wirewatch.intake.names import is_in_progress
from wirewatch.intake.scan import listing
from wirewatch.pipeline.commit import Committer, batches
from wirewatch.pipeline.examine import Examiner
from wirewatch.pipeline.inboxes import Inbox
from wirewatch.store.accept import Accepted

_BATCH = 1_024  # the larger, the less of the full text's index is merged again and again


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
        for batch in batches((outcome for outcome in outcomes if outcome), _BATCH):
            if waiting:
                progress(waiting.result())
            waiting = accepting.submit(committer.commit, batch)
        if waiting:
            progress(waiting.result())


def files_below(
    paths: Iterable[Path], inboxes: Iterable[Inbox], source: str
) -> Iterator[tuple[Inbox, str]]:
    """Name the files at and below some paths, each in the innermost inbox that holds it.

    A file outside every inbox counts as of an inbox called `source`, by its full path; only its
    own name tells whether it is in progress. Raises OSError when a path cannot be listed.
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

    for path in paths:
        full = Path(os.path.normpath(path.absolute()))
        if full.is_dir():
            folder = _folder(full)
            for entry in listing(full, full, recursive=True):
                yield placed(folder + entry.relative)
        else:
            full.lstat()
            yield placed(str(full))


def _folder(path: Path) -> str:
    """Write a folder as the beginning of the paths below it."""
    return str(path).rstrip("/") + "/"
