"""THE transaction: what became of a batch of arrivals is made durable, all of it or nothing.

Ledger rows, articles, full text, mentions, matches, alerts and deliveries are written together.
What is new is decided inside the transaction, so that two writers cannot both be right.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from wirewatch.clock import iso, moment_of
from wirewatch.keys import delivery_key
from wirewatch.model import Arrival, Article, Found, Match, Outcome, Planned
from wirewatch.states import WITHDRAWN, FileReason, FileState
from wirewatch.store.database import Store, Transaction, insert_all
from wirewatch.store.irregular import is_irregular
from wirewatch.store.known import FileRow, Known, look_up
from wirewatch.store.recalls import Told, hush
from wirewatch.store.rows import delivery_row, rule_row
from wirewatch.store.versions import replace

Row = dict[str, Any]

_COMPACT = json.JSONEncoder(separators=(",", ":"), check_circular=False, ensure_ascii=False).encode
_FINISHED = {FileState.STORED, FileState.DUPLICATE}


@dataclass(frozen=True, slots=True)
class Accepted:
    """What the ledger now says of one arrival."""

    outcome: Outcome
    file_id: int
    state: FileState
    reason: FileReason | None
    new: bool
    articles: int = 0
    alerts: int = 0
    deliveries: int = 0

    @property
    def is_kept(self) -> bool:
        """Tell whether the content is stored, by this arrival or an earlier one."""
        return self.state in _FINISHED


def accept(
    store: Store,
    outcomes: Sequence[Outcome],
    now: datetime,
    also: Callable[[Transaction, list[Accepted]], None] = lambda _db, _accepted: None,
) -> list[Accepted]:
    """Make outcomes durable in one transaction, with what else is to be done in it.

    Gives for each, in order, what the ledger says afterwards. Raises StoreUnavailableError when
    nothing could be written (and nothing was), UnstorableError when a value cannot be stored.
    """
    with store.write() as db:
        batch = _Batch(db, look_up(db, outcomes), now)
        accepted = [batch.add(outcome) for outcome in outcomes]
        batch.write()
        also(db, accepted)
    return accepted


class _Batch:
    """The rows that a batch of outcomes comes to."""

    def __init__(self, db: Database, known: Known, now: datetime) -> None:
        self._db = db
        self._known = known
        self._at, self._now = now, iso(now)
        self._rows: dict[str, list[Row]] = {table: [] for table in known.next_ids}
        self._first_id = known.next_ids["files"]
        self._updates: list[Row] = []
        self._forgotten: list[int] = []
        self._rules: dict[str, Match] = {}
        self._again: set[str] = set()
        self._withdrawn: set[str] = set()

    def add(self, outcome: Outcome) -> Accepted:
        """Decide what one outcome means for the ledger, and note the rows to write."""
        arrival = outcome.arrival
        same, pending = self._known.rows_of(arrival)
        if same is not None and (same.state in _FINISHED or same.state is outcome.state):
            return self._seen_again(outcome, same, pending)
        if outcome.reason is FileReason.VANISHED:
            before = self._known.dealt_with(arrival, pending)
            if before is not None or pending is None:
                return self._taken_away(outcome, before, pending)
        state, reason, fresh = self._decide(outcome)
        row = same or pending
        if same is not None and pending is not None:
            self._forget(pending)
        file_id = self._file(outcome, state, reason, row.id if row else None)
        then = self._told()
        for found in fresh:
            self._article(found, arrival, file_id)
        alerts, deliveries = (now - was for now, was in zip(self._told(), then, strict=True))
        new = row is None
        return Accepted(outcome, file_id, state, reason, new, len(fresh), alerts, deliveries)

    def _told(self) -> tuple[int, int]:
        """Count the alerts and the deliveries of this batch so far."""
        return len(self._rows["alerts"]), len(self._rows["deliveries"])

    def _decide(self, outcome: Outcome) -> tuple[FileState, FileReason | None, list[Found]]:
        """Tell new content from content that is stored already."""
        if outcome.state is not FileState.STORED:
            return outcome.state, outcome.reason, []
        if outcome.arrival.sha256 in self._known.contents:
            return FileState.DUPLICATE, FileReason.SAME_CONTENT, []
        versions = self._known.versions
        fresh = [found for found in outcome.found if versions.claim(found.article)]
        if not fresh:
            return FileState.DUPLICATE, FileReason.SAME_ARTICLE, []
        return FileState.STORED, None, [one._replace(alerts=versions.raised(one)) for one in fresh]

    def _seen_again(self, outcome: Outcome, row: FileRow, pending: FileRow | None) -> Accepted:
        """Note the new stamp of a file whose content this path has had before.

        It lies there again, so what became of the one before does not count any more; but the
        very same file may just have been seen twice, the second time before it was disposed of.
        """
        if pending is not None:
            self._forget(pending)
        stamp = str(outcome.arrival.stamp)
        if stamp != row.stamp:
            self._change(row.id, {"stamp": stamp, "kept": None})
        return Accepted(outcome, row.id, row.state, None, new=False)

    def _taken_away(
        self, outcome: Outcome, row: FileRow | None, pending: FileRow | None
    ) -> Accepted:
        """Account for a file that went away because we archived or deleted it ourselves.

        Or that was looked for again just as its wait had ended: then there is nothing to note.
        """
        if pending is not None:
            self._forget(pending)
        state = row.state if row else FileState.IGNORED
        return Accepted(outcome, row.id if row else 0, state, outcome.reason, new=False)

    def _change(self, file_id: int, row: Row) -> None:
        """Change a row of the ledger, of this batch or an earlier one."""
        for fresh in self._rows["files"] if file_id >= self._first_id else ():
            if fresh["id"] == file_id:
                fresh.update(row)
                return
        self._updates.append({"id": file_id} | row)

    def _forget(self, pending: FileRow) -> None:
        """Take out the row of a wait that has ended in another row."""
        self._rows["files"] = [row for row in self._rows["files"] if row["id"] != pending.id]
        self._forgotten.append(pending.id)

    def _file(
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
            self._rows["files"].append({"id": file_id} | first | row)
        else:
            self._change(file_id, row)
        self._known.note(arrival, file_id, state, self._now)
        return file_id

    def _article(self, found: Found, arrival: Arrival, file_id: int) -> None:
        """Note an article with all that hangs on it."""
        article = found.article
        article_id = self._known.next_id("articles")
        current = self._known.versions.is_current(article)
        if len(self._known.versions.stored[article.guid]) > 1:
            self._again.add(article.guid)
            if current and article.status in WITHDRAWN:
                self._withdrawn.add(article.guid)
        self._rows["articles"].append(
            article._asdict()
            | {
                "id": article_id,
                "file_id": file_id,
                "source": arrival.inbox,
                "subjects": _COMPACT(article.subjects),
                "current": int(current),
                "received": iso(arrival.seen),
                "irregular": int(is_irregular(article)),
            }
        )
        for mention in found.mentions:
            row = {"id": self._known.next_id("mentions"), "article_id": article_id}
            self._rows["mentions"].append(row | mention._asdict())
        self._recalls(article, article_id)
        self._matches(found, article_id)

    def _recalls(self, article: Article, article_id: int) -> None:
        """Note alerts to those who were told of an earlier version that this one takes back."""
        for earlier, told in self._known.versions.recalls(article).items():
            first = told[0]
            row = {"match_id": None, "recalls": earlier, "rule": first.rule, "title": first.title}
            row |= {"severity": first.severity}
            alert_id = self._alert(article_id, row)
            for one in told:
                key = delivery_key(article, f"recall:{one.rule}", one.channel)
                self._delivery(alert_id, Planned(one.channel, key, self._at))
                now = Told(alert_id, one.rule, one.title, one.severity, one.channel, waiting=True)
                self._known.versions.tell(article, now)

    def _matches(self, found: Found, article_id: int) -> None:
        """Note an article's matches, and their alerts and deliveries."""
        match_ids = {}
        for match in found.matches:
            self._rules[match.rule_hash] = match
            match_ids[match.rule] = match_id = self._known.next_id("matches")
            self._rows["matches"].append(
                {
                    "id": match_id,
                    "article_id": article_id,
                    "rule": match.rule,
                    "rule_hash": match.rule_hash,
                    "spans": _COMPACT(match.spans),
                }
            )
        for alert in found.alerts:
            match = alert.match
            row = {"match_id": match_ids[match.rule], "recalls": None, "rule": match.rule}
            row |= {"title": match.title, "severity": match.severity.value}
            alert_id = self._alert(article_id, row)
            for planned in alert.deliveries:
                self._delivery(alert_id, planned)
                severity, channel = match.severity.value, planned.channel
                now = Told(alert_id, match.rule, match.title, severity, channel, waiting=True)
                self._known.versions.tell(found.article, now)

    def _alert(self, article_id: int, row: Row) -> int:
        """Note an alert; give its id."""
        alert_id = self._known.next_id("alerts")
        row = {"id": alert_id, "article_id": article_id, "created": self._now} | row
        self._rows["alerts"].append(row)
        return alert_id

    def _delivery(self, alert_id: int, planned: Planned) -> None:
        """Note a delivery of an alert."""
        row = {"id": self._known.next_id("deliveries"), "alert_id": alert_id}
        self._rows["deliveries"].append(row | delivery_row(planned, self._now))

    def write(self) -> None:
        """Write the rows, a table at a time; the full text follows its articles at once."""
        if self._forgotten:
            self._db.table("files").delete_where(f"id IN ({','.join(map(str, self._forgotten))})")
        for row in self._updates:
            columns = ", ".join(f"{column} = :{column}" for column in row if column != "id")
            self._db.conn.execute(f"UPDATE files SET {columns} WHERE id = :id", row)  # noqa: S608
        self._db.conn.executemany(
            "INSERT OR IGNORE INTO rules VALUES (?, ?, ?, ?, ?, ?, ?)",
            [rule_row(match, self._now) for match in self._rules.values()],
        )
        for table, rows in self._rows.items():
            insert_all(self._db, table, rows)
        replace(self._db, self._again)
        hush(self._db, self._withdrawn, self._now)
        articles = self._rows["articles"]
        if articles:
            self._db.conn.execute(
                "INSERT INTO articles_fts (rowid, title, dateline, body)"
                " SELECT id, title, dateline, body FROM articles WHERE id BETWEEN ? AND ?",
                (articles[0]["id"], articles[-1]["id"]),
            )
