"""When the daemon's scheduled jobs last ran, and when they run next, for `wirewatch status`."""

from collections.abc import Iterable
from typing import Any

from sqlite_utils import Database

from wirewatch.clock import iso
from wirewatch.model import JobRun


def note_runs(db: Database, runs: Iterable[JobRun]) -> None:
    """Keep how each job last ran, in place of what was known. Call it inside a transaction."""
    db.conn.execute("DELETE FROM jobs")
    db.conn.executemany(
        "INSERT INTO jobs VALUES (?, ?, ?, ?, ?)",
        [
            (
                run.name,
                iso(run.last_run) if run.last_run else None,
                None if run.took_ms is None else round(run.took_ms, 2),
                run.error or None,
                iso(run.next_run) if run.next_run else None,
            )
            for run in runs
        ],
    )


def job_runs(db: Database) -> list[dict[str, Any]]:
    """Give the rows of the jobs."""
    return list(db["jobs"].rows_where(order_by="name"))
