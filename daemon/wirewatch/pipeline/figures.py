"""The figures of a store: how much there is of what, how long it waits, and how the desk stands.

The same for `/metrics` and for `wirewatch status --watch`. To read them costs some milliseconds,
however large the store, and holds up nobody.
"""

import contextlib
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from wirewatch.clock import from_iso
from wirewatch.model import JobRun
from wirewatch.states import AlarmKind, FileReason
from wirewatch.store.alarms import standing
from wirewatch.store.channels import Health, health
from wirewatch.store.database import Reader
from wirewatch.store.jobs import job_runs
from wirewatch.store.notices import Notice, notices
from wirewatch.store.tallies import Tallied, Tally, due_since, tallies, waiting_since


@dataclass(frozen=True, slots=True)
class Room:
    """What the store takes of its disk, in bytes: the file, its log, and what is left for both."""

    store: int = 0
    log: int = 0
    free: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """How things stand at a moment, for some inboxes and channels."""

    now: datetime
    inboxes: tuple[str, ...]
    channels: tuple[str, ...]
    tallies: Sequence[Tally] = ()
    waiting: Mapping[FileReason, datetime] = field(default_factory=dict)
    due: Mapping[str, datetime] = field(default_factory=dict)
    fares: Mapping[str, Health] = field(default_factory=dict)
    alarms: Mapping[AlarmKind, int] = field(default_factory=dict)
    jobs: Sequence[JobRun] = ()
    notices: Mapping[Notice, tuple[str, str]] = field(default_factory=dict)
    room: Room = field(default_factory=Room)

    def of(self, what: Tallied) -> list[Tally]:
        """Give the counts of one kind."""
        return [tally for tally in self.tallies if tally.what is what]

    def rests(self, channel: str) -> bool:
        """Tell whether a channel rests after failures."""
        opens = self.fares.get(channel, Health()).opens
        return opens is not None and from_iso(opens) > self.now


def figures(
    db: Reader,
    path: Path,
    now: datetime,
    names: tuple[Iterable[str], Iterable[str]],
    jobs: Sequence[JobRun] | None = None,
) -> Figures:
    """Read the figures of a store, of these inboxes and channels.

    Raises sqlite3.Error when the store cannot be read. Without `jobs` their runs are read too, as
    the daemon noted them last.
    """
    inboxes, channels = map(tuple, names)
    return Figures(
        now,
        inboxes,
        channels,
        tallies(db),
        waiting_since(db),
        due_since(db, channels, now),
        health(db),
        Counter(kind for kind, _ in standing(db)),
        _noted(db) if jobs is None else jobs,
        notices(db),
        _room(path),
    )


def _noted(db: Reader) -> list[JobRun]:
    """Read the runs of jobs."""
    return [
        JobRun(
            row["name"],
            from_iso(row["last_run"]) if row["last_run"] else None,
            row["took_ms"],
            row["error"] or "",
            from_iso(row["next_run"]) if row["next_run"] else None,
        )
        for row in job_runs(db)
    ]


def _room(path: Path) -> Room:
    """Read what the store takes; what is not there takes nothing."""
    with contextlib.suppress(OSError):
        free = shutil.disk_usage(path.parent).free
        return Room(_size(path), _size(path.with_name(path.name + "-wal")), free)
    return Room()


def _size(path: Path) -> int:
    """Give the size of a file, 0 when there is none."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
