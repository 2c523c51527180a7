"""The dossier of an article: all that the store knows of it, read in one go.

Its versions, the outlets that brought its story, the names in it, the rules that were true of it
and what became of each, who was told.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from wirewatch.model import Mention, Span
from wirewatch.store.archive import Stored, stored_article

Row = dict[str, Any]

_FILE = (
    "SELECT f.inbox, f.path, f.format, f.kept, a.story, a.current FROM articles a"
    " JOIN files f ON f.id = a.file_id WHERE a.id = ?"
)
_VERSIONS = (
    "SELECT id, version, received, signal, status, headline, current FROM articles"
    " WHERE guid = ? ORDER BY version"
)
_COPIES = (
    "SELECT id, received, coalesce(agency, source) AS outlet, headline FROM articles"
    " WHERE story = ? AND guid <> ? AND current = 1 ORDER BY id"
)
_MATCHES = (
    "SELECT m.rule, m.spans, m.unmet, m.echoes, al.id AS alert, al.severity, al.title, al.recalls,"
    " al.acknowledged, al.acknowledged_by FROM matches m LEFT JOIN alerts al ON al.match_id = m.id"
    " WHERE m.article_id = ? ORDER BY m.id"
)
_RECALLS = (
    "SELECT rule, '[]' AS spans, NULL AS unmet, NULL AS echoes, id AS alert, severity, title,"
    " recalls, acknowledged, acknowledged_by FROM alerts"
    " WHERE article_id = ? AND match_id IS NULL ORDER BY id"
)
_DELIVERIES = (
    "SELECT channel, state, reason, due, finished, attempts, key FROM deliveries"
    " WHERE alert_id = ? ORDER BY id"
)


@dataclass(frozen=True, slots=True)
class Dossier:
    """An article with all that is known of it; the rows are named as the store's columns.

    A row of `alerts` has `spans` (of the match) and `deliveries`.
    """

    stored: Stored
    file: Row
    versions: tuple[Row, ...]
    copies: tuple[Row, ...]
    mentions: tuple[Mention, ...]
    alerts: tuple[Row, ...]

    @property
    def hits(self) -> tuple[Span, ...]:
        """Give the spans that made rules true."""
        return tuple(span for row in self.alerts for span in row["spans"])


def dossier(db: Database, article_id: int) -> Dossier | None:
    """Read the dossier of an article; None where there is no such article."""
    stored = stored_article(db, article_id)
    if stored is None:
        return None
    guid = stored.article.guid
    (file,) = _rows(db, _FILE, article_id)
    found = [*_rows(db, _MATCHES, article_id), *_rows(db, _RECALLS, article_id)]
    mentions = db.execute(
        'SELECT gazetteer, entry, spelling, zone, start, "end" FROM mentions WHERE article_id = ?'
        " ORDER BY id",
        [article_id],
    )
    return Dossier(
        stored,
        file,
        tuple(_rows(db, _VERSIONS, guid)),
        tuple(_rows(db, _COPIES, file["story"], guid)),
        tuple(Mention(*row) for row in mentions),
        tuple(_alert(db, row) for row in found),
    )


def _alert(db: Database, row: Row) -> Row:
    """Give a match, or what tells of a correction, with its spans and deliveries."""
    spans = tuple(Span(*span) for span in json.loads(row["spans"]))
    told = list(_rows(db, _DELIVERIES, row["alert"])) if row["alert"] else []
    return row | {"spans": spans, "deliveries": told}


def _rows(db: Database, query: str, *values: object) -> Iterator[Row]:
    """Give rows by their columns, without the savepoint that `Database.query` sets for each."""
    cursor = db.execute(query, values)
    names = [column for column, *_ in cursor.description]
    return (dict(zip(names, row, strict=True)) for row in cursor)
