"""A message as it is read from the store: all that is needed to tell of one delivery."""

import json

from sqlite_utils import Database

from wirewatch.clock import from_iso
from wirewatch.model import Message, Span
from wirewatch.states import WITHDRAWN, Recall, Severity


def message_of(db: Database, delivery_id: int) -> Message:
    """Read all that is needed to tell of one delivery."""
    row = db.execute(
        "SELECT d.id, d.alert_id, d.channel, d.key, d.attempts, d.created,"
        " EXISTS (SELECT 1 FROM attempts WHERE delivery_id = d.id"
        " AND reason IN ('interrupted', 'timeout')),"
        " al.rule, al.title, al.severity, a.id, coalesce(a.headline, al.said),"
        " coalesce(a.title, ''), coalesce(a.dateline, ''), coalesce(a.body, ''),"
        " coalesce(m.spans, '[]'), a.place, a.agency, a.published, coalesce(a.source, ''),"
        " coalesce(f.path, ''), a.embargo, al.recalls, a.status, ea.body,"
        " (SELECT count(DISTINCT coalesce(c.agency, c.source)) FROM matches o"
        " JOIN articles c ON c.id = o.article_id WHERE o.echoes = al.id"
        " AND coalesce(c.agency, c.source) <> coalesce(a.agency, a.source)),"
        " (SELECT max(n.version) FROM articles n WHERE n.guid = a.guid AND n.version > a.version),"
        " d.escalation"
        " FROM deliveries d JOIN alerts al ON al.id = d.alert_id"
        " LEFT JOIN matches m ON m.id = al.match_id LEFT JOIN articles a ON a.id = al.article_id"
        " LEFT JOIN alerts e ON e.id = al.recalls LEFT JOIN articles ea ON ea.id = e.article_id"
        " LEFT JOIN files f ON f.id = a.file_id WHERE d.id = ?",
        [delivery_id],
    ).fetchone()
    return Message(
        delivery_id=row[0],
        alert_id=row[1],
        channel=row[2],
        key=row[3],
        attempts=row[4],
        created=from_iso(row[5]),
        repeat_possible=bool(row[6]),
        rule=row[7],
        rule_title=row[8],
        severity=Severity(row[9]),
        article_id=row[10],
        headline=row[11],
        title=row[12],
        dateline=row[13],
        body=row[14],
        spans=tuple(Span(*span) for span in json.loads(row[15])),
        place=row[16],
        agency=row[17],
        published=row[18],
        source=row[19],
        path=row[20],
        embargo=row[21],
        recall=_recall(row[22], row[23]),
        earlier=row[24] or "",
        outlets=row[25],
        newer=row[26],
        escalation=bool(row[27]),
    )


def _recall(recalls: int | None, status: str) -> Recall | None:
    """Tell what an alert says of an earlier one, if it takes it back."""
    if recalls is None:
        return None
    return Recall.WITHDRAWN if status in WITHDRAWN else Recall.CORRECTED
