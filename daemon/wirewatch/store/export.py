"""What is stored, row by row, for other programs: as JSON lines, and as CSV that no sheet obeys."""

import csv
import io
import json
from collections.abc import Iterator
from enum import StrEnum
from typing import Any, NamedTuple

from sqlite_utils import Database

from wirewatch.text.spreadsheet import cell
from wirewatch.text.visible import visible_json


class Exported(StrEnum):
    """What can be exported."""

    ARTICLES = "articles"
    MATCHES = "matches"
    ALERTS = "alerts"


class Form(StrEnum):
    """How it is written."""

    JSONL = "jsonl"
    CSV = "csv"


class Wanted(NamedTuple):
    """Which rows: of articles received from one moment until before another, and of one rule."""

    since: str = ""
    until: str = "~"  # sorts behind every moment
    rule: str = ""


_ARTICLE = (
    "a.id, a.received, a.source, a.agency, a.guid, a.version, a.status, a.signal, a.current,"
    " a.story, a.published, a.place, a.country, a.language, a.byline, a.headline, a.title,"
    " a.dateline, a.body, a.subjects, a.urgency, a.url, f.path, f.sha256"
)
_QUERIES = {
    Exported.ARTICLES: (
        f"SELECT {_ARTICLE}, (SELECT group_concat(rule) FROM (SELECT rule FROM matches"  # noqa: S608 - our own columns
        " WHERE article_id = a.id ORDER BY rule)) AS rules"
        " FROM articles a JOIN files f ON f.id = a.file_id"
        " WHERE a.received >= :since AND a.received < :until AND (:rule = '' OR EXISTS"
        " (SELECT 1 FROM matches WHERE article_id = a.id AND rule = :rule)) ORDER BY a.id"
    ),
    Exported.MATCHES: (
        "SELECT m.id, m.article_id, a.received, a.source, a.headline, m.rule, m.rule_hash, m.spans,"
        " m.unmet, m.echoes FROM matches m JOIN articles a ON a.id = m.article_id"
        " WHERE a.received >= :since AND a.received < :until AND (:rule = '' OR m.rule = :rule)"
        " ORDER BY m.id"
    ),
    Exported.ALERTS: (
        "SELECT d.id, d.alert_id, al.created, al.article_id, a.source,"
        " coalesce(a.headline, al.said) AS headline, al.rule, al.title AS rule_title, al.severity,"
        " d.channel, d.state, d.reason, d.attempts, d.due, d.finished, d.key, al.acknowledged,"
        " al.acknowledged_by FROM deliveries d JOIN alerts al ON al.id = d.alert_id"
        " LEFT JOIN articles a ON a.id = al.article_id"
        " WHERE al.created >= :since AND al.created < :until AND (:rule = '' OR al.rule = :rule)"
        " ORDER BY d.id"
    ),
}


def exported(db: Database, what: Exported, form: Form, wanted: Wanted) -> Iterator[str]:
    """Give lines of text, one row after the other; as CSV the names of the columns first."""
    rows = db.query(_QUERIES[what], wanted._asdict())
    if form is Form.JSONL:
        yield from (visible_json(json.dumps(row, ensure_ascii=False)) + "\n" for row in rows)
        return
    columns = [
        one[0] for one in db.execute(_QUERIES[what] + " LIMIT 0", wanted._asdict()).description
    ]
    yield _line(columns)
    yield from (_line([cell(value) for value in row.values()]) for row in rows)


def _line(cells: list[Any]) -> str:
    """Write one row as CSV does."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()
