"""The ledger's rows that a batch of arrivals comes to: one for each content at each path."""

import json
from typing import Any

from sqlite_utils import Database

from wirewatch.clock import iso, moment_of
from wirewatch.model import Arrival, Outcome
from wirewatch.states import FileReason, FileState
from wirewatch.store.database import insert_all
from wirewatch.store.known import FileRow, Known

Row = dict[str, Any]

_COMPACT = json.JSONEncoder(separators=(",", ":"), check_circular=False, ensure_ascii=False).encode


class Filing:
    """Rows of `files` to insert, to change and to take out."""

    def __init__(self, known: Known, now: str) -> None:
        self._known = known
        self._now = now
        self._first_id = known.next_ids["files"]
        self._rows: list[Row] = []
        self._updates: list[Row] = []
        self._forgotten: list[int] = []

    def note(
        self, outcome: Outcome, state: FileState, reason: FileReason | None, file_id: int | None
    ) -> int:
        """Write or change the ledger's row; give its id."""
        arrival = outcome.arrival
        waiting = state is FileState.PENDING
        row: Row = {
            "sha256": arrival.sha256,
            "size": arrival.stamp.size,
            "state": state.value,
            "reason": reason.value if reason else None,
            "detail": outcome.detail or None,
            "format": outcome.format,
            "parser": outcome.parser,
            "skipped": _COMPACT(outcome.skipped) if outcome.skipped else None,
            "finished": None if waiting else self._now,
            "modified": iso(moment_of(arrival.stamp.mtime_ns)),
            "stamp": str(arrival.stamp),
            "due": iso(outcome.due) if waiting and outcome.due else None,
            "tries": outcome.tries,
        }
        if file_id is None:
            file_id = self._known.next_id("files")
            first = {"inbox": arrival.inbox, "path": arrival.path, "kept": None}
            first["first_seen"] = iso(arrival.seen)
            self._rows.append({"id": file_id} | first | row)
        else:
            self.change(file_id, row)
        self._known.note(arrival, file_id, state, self._now)
        return file_id

    def change(self, file_id: int, row: Row) -> None:
        """Change a row of the ledger, of this batch or an earlier one."""
        for fresh in self._rows if file_id >= self._first_id else ():
            if fresh["id"] == file_id:
                fresh.update(row)
                return
        self._updates.append({"id": file_id} | row)

    def forget(self, arrival: Arrival, pending: FileRow) -> None:
        """Take out the row of a wait that has ended in another row."""
        self._rows = [row for row in self._rows if row["id"] != pending.id]
        self._known.forget(arrival, pending)
        self._forgotten.append(pending.id)

    def write(self, db: Database) -> None:
        """Write the rows. Call it inside the transaction, before the articles."""
        if self._forgotten:
            db.table("files").delete_where(f"id IN ({','.join(map(str, self._forgotten))})")
        for row in self._updates:
            columns = ", ".join(f"{column} = :{column}" for column in row if column != "id")
            db.conn.execute(f"UPDATE files SET {columns} WHERE id = :id", row)  # noqa: S608
        insert_all(db, "files", self._rows)
