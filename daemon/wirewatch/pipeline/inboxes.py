"""Inboxes as the pipeline uses them."""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from wirewatch.errors import ConfigError, Fault
from wirewatch.intake.names import chooser, is_in_progress, original
from wirewatch.intake.watcher import Folder
from wirewatch.states import After
from wirewatch.tables import InboxTable


@dataclass(frozen=True, slots=True)
class Inbox:
    """A folder that files arrive in; its name becomes the articles' source."""

    name: str
    root: Path
    recursive: bool = True
    quiet: timedelta = timedelta(seconds=3)
    after: After = After.LEAVE
    archive: Path = Path()
    wanted: Callable[[str], bool] = field(default=lambda _: True)
    in_progress: Callable[[str], bool] = is_in_progress
    _prefix: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Keep the root as paths begin with it."""
        object.__setattr__(self, "_prefix", str(self.root).rstrip("/") + "/")

    def absolute(self, relative: str) -> Path:
        """Give the full path of an arrival, also by its name as the ledger writes it."""
        path = self.root / relative
        if "\\x" in relative and not os.path.lexists(path):
            return self.root / original(relative)
        return path

    def location(self, relative: str) -> str:
        """Give `absolute` as text, without the cost of a Path in the usual case."""
        return str(self.absolute(relative)) if "\\x" in relative else self._prefix + relative

    def relative(self, path: str) -> str:
        """Give a full path as it counts from the inbox."""
        return path[len(self._prefix) :]


def make_folder(inbox: Inbox) -> None:
    """Make an inbox's folder. Raises ConfigError when the system refuses."""
    try:
        inbox.root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        problem = f"the folder {inbox.root} cannot be made: {error.strerror}"
        fault = Fault(f"inbox {inbox.name}", problem, "make it, or choose another path")
        raise ConfigError([fault]) from error


def inboxes_of(tables: Iterable[InboxTable]) -> dict[str, Inbox]:
    """Make inboxes from a checked configuration, by name."""
    return {
        table.name: Inbox(
            name=table.name,
            root=table.path,
            recursive=table.recursive,
            quiet=table.settle,
            after=table.after,
            archive=table.archive or Path(),
            wanted=chooser(table.include, table.exclude),
        )
        for table in tables
    }


def folders_of(tables: Iterable[InboxTable]) -> list[Folder]:
    """Make what the watcher needs to know of inboxes."""
    return [Folder(t.name, t.path, t.recursive, t.watcher, t.poll.total_seconds()) for t in tables]
