"""A message as it is read from the store: all that is needed to tell of one delivery."""

import json
from typing import Any

from sqlite_utils import Database

from wirewatch.clock import from_iso
from wirewatch.model import Message, Span
from wirewatch.states import WITHDRAWN, Recall, Severity

_MESSAGE = """
SELECT d.id AS delivery_id, d.alert_id, d.channel, d.key, d.attempts, d.created,
    EXISTS (SELECT 1 FROM attempts WHERE delivery_id = d.id
        AND reason IN ('interrupted', 'timeout')) AS repeat_possible,
    al.rule, al.title AS rule_title, al.severity, a.id AS article_id,
    coalesce(a.headline, al.said) AS headline, coalesce(a.title, '') AS title,
    coalesce(a.dateline, '') AS dateline, coalesce(a.body, '') AS body,
    coalesce(m.spans, '[]') AS spans, a.place, a.agency, a.published,
    coalesce(a.source, '') AS source, coalesce(f.path, '') AS path, a.embargo,
    al.recalls, a.status, coalesce(ea.body, '') AS earlier,
    (SELECT count(DISTINCT coalesce(c.agency, c.source)) FROM matches o
        JOIN articles c ON c.id = o.article_id WHERE o.echoes = al.id
        AND coalesce(c.agency, c.source) <> coalesce(a.agency, a.source)) AS outlets,
    (SELECT max(n.version) FROM articles n
        WHERE n.guid = a.guid AND n.version > a.version) AS newer,
    d.escalation, CASE WHEN a.id IS NULL THEN '' ELSE coalesce(al.said, '') END AS said
FROM deliveries d JOIN alerts al ON al.id = d.alert_id
LEFT JOIN matches m ON m.id = al.match_id LEFT JOIN articles a ON a.id = al.article_id
LEFT JOIN alerts e ON e.id = al.recalls LEFT JOIN articles ea ON ea.id = e.article_id
LEFT JOIN files f ON f.id = a.file_id WHERE d.id = ?
"""


def message_of(db: Database, delivery_id: int) -> Message:
    """Read all that is needed to tell of one delivery."""
    row = next(iter(db.query(_MESSAGE, [delivery_id])))
    recall = _recall(row.pop("recalls"), row.pop("status"))
    return Message(**row | _values(row), recall=recall)


def _values(row: dict[str, Any]) -> dict[str, Any]:
    """Give what SQLite has no type for."""
    return {
        "created": from_iso(row["created"]),
        "repeat_possible": bool(row["repeat_possible"]),
        "severity": Severity(row["severity"]),
        "spans": tuple(Span(*span) for span in json.loads(row["spans"])),
        "escalation": bool(row["escalation"]),
    }


def _recall(recalls: int | None, status: str | None) -> Recall | None:
    """Tell what an alert says of an earlier one, if it takes it back."""
    if recalls is None:
        return None
    return Recall.WITHDRAWN if status in WITHDRAWN else Recall.CORRECTED
