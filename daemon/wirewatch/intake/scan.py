"""The listing of an inbox: the truth about what has been delivered."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from wirewatch.intake.names import is_in_progress, printable
from wirewatch.intake.source import stamp_of, status_of
from wirewatch.model import Stamp


class Entry(NamedTuple):
    """One name in an inbox: its relative path as the system knows it and as it is written down."""

    relative: str
    printable: str
    stamp: Stamp


def listing(root: Path, below: Path, *, recursive: bool) -> Iterator[Entry]:
    """List what lies in an inbox, or in the folder `below` of it, without names in progress.

    Folders that are links are not entered. What vanishes meanwhile is passed over. Raises OSError
    when `below` itself cannot be listed.
    """
    prefix = len(str(root).rstrip("/")) + 1
    folders = [below]
    while folders:
        folder = folders.pop()
        try:
            entries = os.scandir(folder)
        except OSError:
            if folder == below:
                raise
            continue
        with entries:
            for entry in entries:
                relative = entry.path[prefix:]
                if is_in_progress(relative):
                    continue
                try:
                    if entry.is_dir(follow_symlinks=False):
                        if recursive:
                            folders.append(Path(entry.path))
                        continue
                    stamp = stamp_of(status_of(entry.path))
                except OSError:
                    continue
                yield Entry(relative, printable(relative), stamp)
