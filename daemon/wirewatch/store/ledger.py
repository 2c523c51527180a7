"""The ledger of arrivals: what is accounted for, what waits, and whether the books balance."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sqlite_utils import Database

from wirewatch.clock import iso
from wirewatch.states import FileReason, FileState
from wirewatch.store.database import Store
from wirewatch.store.known import chunked


class Listed(NamedTuple):
    """What the ledger says of one path in an inbox's listing."""

    path: str
    stamp: str
    state: FileState
    kept: str | None


class Waiting(NamedTuple):
    """A pending arrival that is due for another look."""

    inbox: str
    path: str
    stamp: str
    due: str
    tries: int


@dataclass(frozen=True, slots=True)
class Balance:
    """The conservation of files: everything seen is in exactly one state, and nothing is missing.

    `unaccounted` lists files of the inboxes that the ledger does not know as they are now;
    `broken` lists rows that contradict the articles.
    """

    counts: Mapping[FileState, int]
    unaccounted: Sequence[str]
    broken: Sequence[str]

    @property
    def seen(self) -> int:
        """Count the arrivals ever seen, those that the ledger has yet to hear of included."""
        return sum(self.counts.values()) + len(self.unaccounted)

    @property
    def conserved(self) -> bool:
        """Tell whether the books balance."""
        return not self.unaccounted and not self.broken


def listed(db: Database, inbox: str, paths: list[str]) -> dict[str, list[Listed]]:
    """Look up what the ledger says of some paths of an inbox."""
    found: dict[str, list[Listed]] = {}
    for marks, values in chunked(paths):
        rows = db.execute(
            "SELECT path, stamp, state, kept FROM files"  # noqa: S608 - question marks
            f" WHERE inbox = ? AND path IN ({marks})",
            [inbox, *values],
        )
        for path, stamp, state, kept in rows:
            found.setdefault(path, []).append(Listed(path, stamp, FileState(state), kept))
    return found


def unaccounted(db: Database, inbox: str, stamps: Mapping[str, str]) -> list[str]:
    """Give those paths of an inbox that the ledger does not know as they are, by path and stamp.

    What is pending is known, however it looks meanwhile.
    """
    known = listed(db, inbox, list(stamps))
    return [
        path
        for path, stamp in stamps.items()
        if not any(
            row.state is FileState.PENDING or row.stamp == stamp for row in known.get(path, ())
        )
    ]


_AT_HAND = "state = 'pending' AND reason <> 'parsing'"
_APART = "state = 'pending' AND reason = 'parsing'"


def waiting(db: Database, now: datetime, limit: int) -> list[Waiting]:
    """Give pending arrivals that are due, those of the oldest files first.

    By the index in that order, whatever SQLite thinks of it: were all that are due sorted each
    time, a million files would take hours.
    """
    return _waiting(db, "files_oldest", f"{_AT_HAND} AND due <= ?", [iso(now), limit])


def to_parse(db: Database, limit: int) -> list[Waiting]:
    """Give arrivals that a worker process is to read, those of the oldest files first."""
    return _waiting(db, "files_parsing", _APART, [limit])


def _waiting(db: Database, index: str, where: str, values: list[object]) -> list[Waiting]:
    """Give pending arrivals, those of the oldest files first."""
    rows = db.execute(
        "SELECT inbox, path, stamp, due, tries FROM files"  # noqa: S608 - our own words
        f" INDEXED BY {index} WHERE {where} ORDER BY modified LIMIT ?",
        values,
    )
    return [Waiting(*row) for row in rows]


def next_look(db: Database) -> str | None:
    """Give the time at which the next pending arrival is due, or None when none waits."""
    rows = db.execute(f"SELECT min(due) FROM files WHERE {_AT_HAND}")  # noqa: S608 - our own words
    found: str | None = rows.fetchone()[0]
    return found


def mark_kept(store: Store, kept: Iterable[tuple[int, str | None]]) -> None:
    """Note for files what became of them once stored: 'left', 'deleted', or the archive's path."""
    with store.write() as db:
        db.conn.executemany(
            "UPDATE files SET kept = ? WHERE id = ?", [(where, file_id) for file_id, where in kept]
        )


def last_finished(db: Database) -> str | None:
    """Give when the latest file was done with; None where none ever was."""
    found: str | None = db.execute("SELECT max(finished) FROM files").fetchone()[0]
    return found


def kept_below(db: Database, archive: Path) -> set[str]:
    """Give the places in an archive where files lie that the ledger knows."""
    rows = db.execute(
        "SELECT kept FROM files WHERE substr(kept, 1, ?1) = ?2",
        [len(str(archive)) + 1, f"{archive}/"],
    )
    return {row[0] for row in rows}


def retire_inboxes(db: Database, inboxes: Iterable[str], now: datetime) -> int:
    """Let nothing wait for inboxes that are configured no more; give the number of arrivals.

    Call it inside a transaction. Should the inbox come back, a scan takes them up again.
    """
    known = list(inboxes)
    marks = ",".join("?" * len(known))
    return db.conn.execute(
        "UPDATE files SET state = 'ignored', reason = ?, due = NULL, finished = ?"  # noqa: S608
        f" WHERE state = 'pending' AND inbox NOT IN ({marks})",
        (FileReason.INBOX_REMOVED.value, iso(now), *known),
    ).rowcount


def counts(db: Database) -> dict[FileState, int]:
    """Count the ledger's rows by state, every state included."""
    found = dict(db.execute("SELECT state, count(*) FROM files GROUP BY state"))
    return {state: found.get(state.value, 0) for state in FileState}


def contradictions(db: Database) -> list[str]:
    """Find rows that cannot be true: stored without an article, finished without a reason."""
    rows = db.execute(
        "SELECT inbox || '/' || path || ': stored, but has no article' FROM files f"
        " WHERE state = 'stored' AND NOT EXISTS (SELECT 1 FROM articles WHERE file_id = f.id)"
        " AND NOT EXISTS (SELECT 1 FROM retired WHERE file_id = f.id)"
        " UNION ALL SELECT inbox || '/' || path || ': ' || state || ' without a reason' FROM files"
        " WHERE state NOT IN ('stored', 'handed', 'pending') AND reason IS NULL"
        " UNION ALL SELECT inbox || '/' || path || ': no known state, ' || state FROM files"
        " WHERE state NOT IN (SELECT value FROM json_each(?))",
        ['["' + '","'.join(FileState) + '"]'],
    )
    return [row[0] for row in rows]


def quarantined_since(db: Database, since: datetime) -> int:
    """Count the files that were put into quarantine since a moment, and still are there."""
    return db["files"].count_where("state = 'quarantined' AND finished > ?", [iso(since)])
