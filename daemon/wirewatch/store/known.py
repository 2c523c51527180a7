"""What the store already knows of a batch, looked up before the batch is written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from sqlite_utils import Database

from wirewatch.clock import from_iso, iso, moment_of
from wirewatch.model import Arrival, Outcome, Stamp
from wirewatch.states import WITHDRAWN, FileState
from wirewatch.store.notices import Notice, notices
from wirewatch.store.recalls import told
from wirewatch.store.versions import Versions

T = TypeVar("T")

_TABLES = ("files", "articles", "mentions", "matches", "alerts", "deliveries")
_NEXT_ID = "(SELECT coalesce(max(id), 0) + 1 FROM {})"
_NEXT_IDS = f"SELECT {','.join(map(_NEXT_ID.format, _TABLES))}"
_CHUNK = 500  # values in one IN (…)


@dataclass(frozen=True, slots=True)
class FileRow:
    """What the ledger says of one path and content."""

    id: int
    content: str
    state: FileState
    stamp: str
    first_seen: str
    finished: str


@dataclass
class Known:
    """Rows, contents and identities that are there already, and the ids that come next.

    `restored` is when a backup was put in the store's place, None where none ever was: of what lay
    there before, people may have been told.
    """

    next_ids: dict[str, int]
    files: dict[tuple[str, str], list[FileRow]] = field(default_factory=dict)
    contents: set[str] = field(default_factory=set)
    versions: Versions = field(default_factory=Versions)
    restored: datetime | None = None

    def may_be_told(self, arrival: Arrival) -> bool:
        """Tell whether people may have been told of a file by a store that a backup replaced."""
        restored = self.restored
        return restored is not None and moment_of(arrival.stamp.ctime_ns) <= restored

    def rows_of(self, arrival: Arrival) -> tuple[FileRow | None, FileRow | None]:
        """Give the row of this very path and content, and the row in which the path waits."""
        content = arrival.sha256 or str(arrival.stamp)
        same = pending = None
        for row in self.files.get((arrival.inbox, arrival.path), ()):
            if row.content == content and row.state is not FileState.PENDING:
                same = row
            elif row.state is FileState.PENDING:
                pending = row
        return same, pending

    def dealt_with(self, arrival: Arrival, pending: FileRow | None) -> FileRow | None:
        """Give the row in which this very state of a file is accounted for, not waiting.

        Size and time of change tell; the time of the last rename does not, as we rename files too.
        So does its end since the wait began: it was seen half written, then came whole.
        """
        rows = self.files.get((arrival.inbox, arrival.path), ())
        for row in (row for row in rows if row.state is not FileState.PENDING):
            since = pending is not None and row.finished >= pending.first_seen
            if since or Stamp.read(row.stamp)[:2] == arrival.stamp[:2]:
                return row
        return None

    def note(self, arrival: Arrival, file_id: int, state: FileState, now: str) -> None:
        """Remember a row that this batch writes."""
        rows = self.files.setdefault((arrival.inbox, arrival.path), [])
        rows[:] = [row for row in rows if row.id != file_id]
        stamp = str(arrival.stamp)
        seen = iso(arrival.seen)
        rows.append(FileRow(file_id, arrival.sha256 or stamp, state, stamp, seen, now))
        if state is FileState.STORED and arrival.sha256:
            self.contents.add(arrival.sha256)

    def forget(self, arrival: Arrival, gone: FileRow) -> None:
        """Forget a row of a path that this batch takes out."""
        self.files[arrival.inbox, arrival.path].remove(gone)

    def next_id(self, table: str) -> int:
        """Give the id of the next row of a table."""
        number = self.next_ids[table]
        self.next_ids[table] = number + 1
        return number


def look_up(db: Database, outcomes: Sequence[Outcome]) -> Known:
    """Look up everything that decides what is new about a batch. Call it inside the transaction."""
    known = Known(dict(zip(_TABLES, db.execute(_NEXT_IDS).fetchone(), strict=True)))
    for inbox in {outcome.arrival.inbox for outcome in outcomes}:
        paths = list({o.arrival.path for o in outcomes if o.arrival.inbox == inbox})
        for marks, values in chunked(paths):
            rows = db.execute(
                "SELECT id, path, coalesce(sha256, stamp), state, stamp, first_seen,"  # noqa: S608 - marks
                f" coalesce(finished, '') FROM files WHERE inbox = ? AND path IN ({marks})",
                [inbox, *values],
            )
            for file_id, path, content, state, *rest in rows:
                row = FileRow(file_id, content, FileState(state), *rest)
                known.files.setdefault((inbox, path), []).append(row)
    contents = [o.arrival.sha256 for o in outcomes if o.arrival.sha256]
    for marks, values in chunked(contents):
        query = f"SELECT sha256 FROM files WHERE state = 'stored' AND sha256 IN ({marks})"  # noqa: S608
        known.contents.update(row[0] for row in db.execute(query, values))
    told_of = notices(db).get(Notice.RESTORED)
    known.restored = from_iso(told_of[0]) if told_of else None
    guids = [found.article.guid for outcome in outcomes for found in outcome.found]
    for marks, values in chunked(guids):
        stored = db.execute(
            f"SELECT guid, version FROM articles WHERE guid IN ({marks})"  # noqa: S608 - marks
            f" UNION ALL SELECT guid, version FROM retired WHERE guid IN ({marks})",
            [*values, *values],
        ).fetchall()
        again = sorted({guid for guid, _ in stored})
        for some, guids in chunked(again):
            known.versions.know(stored, _alerted(db, some, guids), told(db, some, guids))
    return known


def _alerted(db: Database, marks: str, guids: list[str]) -> Iterator[tuple[str, str]]:
    """Give guids with the rules that have told of any version since they were last withdrawn."""
    withdrawn = "', '".join(sorted(WITHDRAWN))
    yield from db.execute(
        "SELECT DISTINCT a.guid, al.rule FROM alerts al JOIN articles a"  # noqa: S608 - marks
        f" ON a.id = al.article_id WHERE a.guid IN ({marks}) AND a.version > (SELECT"
        " coalesce(max(w.version), -1) FROM articles w WHERE w.guid = a.guid"
        f" AND w.status IN ('{withdrawn}'))",
        guids,
    )


def chunked(values: list[T]) -> Iterator[tuple[str, list[T]]]:
    """Cut values into parts that fit one statement, each with its question marks."""
    for start in range(0, len(values), _CHUNK):
        part = values[start : start + _CHUNK]
        yield ",".join("?" * len(part)), part
