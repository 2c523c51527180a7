"""The rows that a batch's articles come to: with mentions, matches, alerts and deliveries."""

import json
from datetime import datetime
from typing import Any, NamedTuple

from sqlite_utils import Database

from wirewatch.clock import iso
from wirewatch.conditions import verdict
from wirewatch.embargo import lift_of
from wirewatch.keys import delivery_key
from wirewatch.model import STORY, Alert, Arrival, Article, Found, Match, Planned
from wirewatch.states import WITHDRAWN
from wirewatch.store.came import Came, came
from wirewatch.store.database import insert_all
from wirewatch.store.hours import Counted, Tally
from wirewatch.store.irregular import irregularity
from wirewatch.store.known import Known
from wirewatch.store.lately import Lately
from wirewatch.store.recalls import Told, hold, hush, pass_on
from wirewatch.store.repeats import note_repeats
from wirewatch.store.rows import delivery_row, rule_row
from wirewatch.store.stories import Stories
from wirewatch.store.summaries import Summaries
from wirewatch.store.versions import replace

Row = dict[str, Any]

_COMPACT = json.JSONEncoder(separators=(",", ":"), check_circular=False, ensure_ascii=False).encode


class _AlertRow(NamedTuple):
    """A row of `alerts`, but for what all of them have."""

    rule: str
    title: str
    severity: str
    match_id: int | None = None
    said: str | None = None
    recalls: int | None = None


class Raised(NamedTuple):
    """An alert that was raised on an article."""

    id: int
    rule: str
    severity: str
    article_id: int


class Articles:
    """Rows of `articles` and of all tables that hang on it."""

    def __init__(self, db: Database, known: Known, stories: Stories, now: datetime) -> None:
        self._known = known
        self._stories = stories
        self._at, self._now = now, iso(now)
        self._rows: dict[str, list[Row]] = {
            table: [] for table in known.next_ids if table != "files"
        }
        self._sentences: list[tuple[int, int]] = []
        self._rules: dict[str, Match] = {}
        self._again: set[str] = set()
        self._withdrawn: dict[str, None] = {}  # in order, as they come to numbers
        self._lifts: dict[str, datetime] = {}
        self._hours = Tally()
        self._summaries = Summaries()
        self._lately = Lately(db, self._hours, now)
        self._may_be_told = False
        self._repeats: list[int] = []

    def told(self) -> tuple[int, int]:
        """Count the alerts and the deliveries of this batch so far."""
        return len(self._rows["alerts"]), len(self._rows["deliveries"])

    def count(self) -> int:
        """Count the articles of this batch so far."""
        return len(self._rows["articles"])

    def ids(self, since: int) -> tuple[int, ...]:
        """Give the numbers of the articles of this batch, but for the first few."""
        return tuple(row["id"] for row in self._rows["articles"][since:])

    def raised(self, since: int) -> tuple[Raised, ...]:
        """Give the alerts of this batch, but for the first few."""
        return tuple(
            Raised(row["id"], row["rule"], row["severity"], row["article_id"])
            for row in self._rows["alerts"][since:]
        )

    def note(self, found: Found, arrival: Arrival, file_id: int) -> None:
        """Note an article with all that hangs on it."""
        article = found.article
        versions = self._known.versions
        article_id = self._known.next_id("articles")
        current = versions.is_current(article)
        if len(versions.stored[article.guid]) > 1:
            self._again.add(article.guid)
            if current and article.status in WITHDRAWN:
                self._withdrawn[article.guid] = None
            elif current:
                self._lifts[article.guid] = max(lift_of(article.embargo) or self._at, self._at)
        received = iso(arrival.seen)
        self._may_be_told = self._known.may_be_told(arrival)
        self._hours.hear(arrival.inbox, article.agency, received)
        if versions.counts(article):
            self._hours.read(article.language, found.mentions, received)
            self._summaries.read(article.published, received, found.mentions)
        story = self._stories.place(article_id, found, received)
        self._rows["articles"].append(
            article._asdict()
            | {
                "id": article_id,
                "file_id": file_id,
                "source": arrival.inbox,
                "subjects": _COMPACT(article.subjects),
                "current": int(current),
                "story": story,
                "words": found.words,
                "received": received,
                "irregular": irregularity(article).value,
            }
        )
        for mention in found.mentions:
            row = {"id": self._known.next_id("mentions"), "article_id": article_id}
            self._rows["mentions"].append(row | mention._asdict())
        if article.guid in self._withdrawn:
            self._stories.withdraw(story, article.guid)
            versions.alerted[article.guid].clear()
        self._recalls(article, article_id)
        found = found._replace(alerts=versions.raised(found))
        echoes = self._stories.echoes(article_id, story, found)
        matches = self._matches(found, article_id, received, echoes)
        one = came(article_id, story, arrival.inbox, received, found)
        self._lately.add(one, current=current)
        for alert in found.alerts:
            if alert.match.rule not in echoes:
                self._ring(alert, article, one, matches[alert.match.rule])
        self._sentences += self._stories.sentences(story, found)

    def _recalls(self, article: Article, article_id: int) -> None:
        """Note alerts to those who were told of an earlier version that this one takes back."""
        for earlier, told in self._known.versions.recalls(article).items():
            first = told[0]
            row = _AlertRow(first.rule, first.title, first.severity, recalls=earlier)
            alert_id = self._alert(article_id, row)
            for one in told:
                key = delivery_key(article, f"recall:{one.rule}", one.channel)
                self._delivery(alert_id, Planned(one.channel, key, self._at, recall=True))
                now = Told(alert_id, one.rule, one.title, one.severity, one.channel, waiting=True)
                self._known.versions.tell(article, now)

    def _ring(self, alert: Alert, article: Article, one: Came, match_row: Row) -> None:
        """Note an alert on an article, or on its match why there is none."""
        match = alert.match
        holds, said = self._judge(alert, one)
        if not holds:
            match_row["unmet"] = said
            return
        row = _AlertRow(match.rule, match.title, match.severity, match_row["id"], said or None)
        alert_id = self._raise(_placed(alert, one.story), article, one.id, row)
        self._lately.rings(alert, one)
        self._known.versions.alerted[article.guid].add(match.rule)
        self._stories.note(one.story, article, alert, alert_id)

    def _judge(self, alert: Alert, one: Came) -> tuple[bool, str]:
        """Tell whether a match rings, given what came before it, and why or why not."""
        if alert.when is None:
            return True, ""
        return verdict(alert.when, self._lately.facts(alert.match.rule, alert.when, one))

    def _matches(
        self, found: Found, article_id: int, received: str, echoes: dict[str, int]
    ) -> dict[str, Row]:
        """Note an article's matches; give their rows by rule."""
        rows: dict[str, Row] = {}
        article = found.article
        is_used = article.status not in WITHDRAWN
        again = len(self._known.versions.stored[article.guid]) > 1
        for match in found.matches:
            self._rules[match.rule_hash] = match
            if is_used and self._lately.is_first(match.rule, article.guid, again=again):
                self._hours.add(Counted.RULE, match.rule, received)
            rows[match.rule] = {
                "id": self._known.next_id("matches"),
                "article_id": article_id,
                "rule": match.rule,
                "rule_hash": match.rule_hash,
                "spans": _COMPACT(match.spans),
                "echoes": echoes.get(match.rule),
                "unmet": None,
            }
            self._rows["matches"].append(rows[match.rule])
        return rows

    def _raise(self, alert: Alert, article: Article, article_id: int, row: _AlertRow) -> int:
        """Note an alert with its deliveries; give its id."""
        alert_id = self._alert(article_id, row)
        for planned in alert.deliveries:
            self._delivery(alert_id, planned)
            if planned.escalation:
                continue  # who may never hear of it need not hear of its end
            now = Told(alert_id, row.rule, row.title, row.severity, planned.channel, waiting=True)
            self._known.versions.tell(article, now)
        return alert_id

    def _alert(self, article_id: int, row: _AlertRow) -> int:
        """Note an alert; give its id."""
        alert_id = self._known.next_id("alerts")
        own = {"id": alert_id, "article_id": article_id, "created": self._now}
        self._rows["alerts"].append(own | row._asdict())
        return alert_id

    def _delivery(self, alert_id: int, planned: Planned) -> None:
        """Note a delivery of an alert."""
        delivery_id = self._known.next_id("deliveries")
        row = {"id": delivery_id, "alert_id": alert_id}
        self._rows["deliveries"].append(row | delivery_row(planned, self._now))
        if self._may_be_told:
            self._repeats.append(delivery_id)

    def write(self, db: Database) -> None:
        """Write the rows, a table at a time; the full text follows its articles at once.

        Call it inside the transaction, when the ledger's rows are written.
        """
        db.conn.executemany(
            "INSERT OR IGNORE INTO rules VALUES (?, ?, ?, ?, ?, ?, ?)",
            [rule_row(match, self._now) for match in self._rules.values()],
        )
        for table, rows in self._rows.items():
            insert_all(db, table, rows)
        db.conn.executemany("INSERT OR IGNORE INTO sentences VALUES (?, ?)", self._sentences)
        self._hours.write(db)
        self._summaries.write(db)
        replace(db, self._again)
        hush(db, self._withdrawn, self._now)
        pass_on(db, self._withdrawn, self._now)
        hold(db, self._lifts, self._now)
        note_repeats(db, self._repeats, self._now)
        articles = self._rows["articles"]
        if articles:
            db.conn.execute(
                "INSERT INTO articles_fts (rowid, title, dateline, body)"
                " SELECT id, title, dateline, body FROM articles WHERE id BETWEEN ? AND ?",
                (articles[0]["id"], articles[-1]["id"]),
            )


def _placed(alert: Alert, story: int) -> Alert:
    """Put the story's number where deliveries are grouped by it."""
    if not any(one.group and STORY in one.group for one in alert.deliveries):
        return alert
    return alert._replace(
        deliveries=tuple(
            one._replace(group=one.group.replace(STORY, str(story))) if one.group else one
            for one in alert.deliveries
        )
    )
