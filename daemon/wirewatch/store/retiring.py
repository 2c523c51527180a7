"""How what has been kept long enough goes: with all that hangs on it, and never its identity.

Of an article there stays that it was there (`retired`), so that it is not stored twice, and which
names were read in it (`read_before`), so that none of them is new again.
"""

import json
from collections.abc import Iterable

from sqlite_utils import Database

from wirewatch.states import WITHDRAWN

_MOST_NAMES = 200
"""Names of an article whose pairs are kept; a list of more makes tens of thousands of them."""

_IDS = "(SELECT value FROM json_each(:ids))"
_ALERTS = f"(SELECT id FROM alerts WHERE article_id IN {_IDS})"  # noqa: S608 - our own words
_NAMES = {
    "ids": _IDS,
    "alerts": _ALERTS,
    "deliveries": f"(SELECT id FROM deliveries WHERE alert_id IN {_ALERTS})",  # noqa: S608
    "most": str(_MOST_NAMES),
    "withdrawn": "('" + "', '".join(sorted(WITHDRAWN)) + "')",
}
_READ = (
    "WITH named AS (SELECT DISTINCT article_id, gazetteer, entry FROM mentions"
    " WHERE article_id IN {ids}), counted AS (SELECT article_id, gazetteer, count(*) AS names"
    " FROM named GROUP BY 1, 2)"
    " INSERT INTO read_before SELECT m.gazetteer, m.entry, o.entry, max(a.received)"
    " FROM named m JOIN named o ON o.article_id = m.article_id AND o.gazetteer = m.gazetteer"
    " AND o.entry >= m.entry JOIN articles a ON a.id = m.article_id"
    " JOIN counted c ON c.article_id = m.article_id AND c.gazetteer = m.gazetteer"
    " WHERE (o.entry = m.entry OR c.names <= {most})"
    " AND NOT EXISTS (SELECT 1 FROM articles k WHERE k.guid = a.guid AND k.current = 1"
    " AND k.status IN {withdrawn})"
    " AND NOT EXISTS (SELECT 1 FROM alerts al WHERE al.article_id = a.id AND al.recalls IS NULL"
    " AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.alert_id = al.id AND d.state = 'sent'))"
    " GROUP BY 1, 2, 3"
    " ON CONFLICT (gazetteer, entry, other) DO UPDATE SET last = max(last, excluded.last)"
)
"""What was read in articles that people heard of, if they were to hear of them at all."""

_RETIRED = (
    "INSERT OR IGNORE INTO retired SELECT guid, version, file_id FROM articles WHERE id IN {ids}"
)
_TRIED = (
    "DELETE FROM attempts WHERE delivery_id IN (SELECT id FROM deliveries WHERE alert_id IN {ids})"
)
_ALARMS = (
    "DELETE FROM alarms WHERE cleared IS NOT NULL AND id < (SELECT max(id) FROM alarms)"
    " AND NOT EXISTS (SELECT 1 FROM alerts WHERE alarm = alarms.id)"
)
_STATEMENTS = {
    "articles": (
        _READ,
        _RETIRED,
        "DELETE FROM attempts WHERE delivery_id IN {deliveries}",
        "DELETE FROM deliveries WHERE alert_id IN {alerts}",
        "UPDATE matches SET echoes = NULL WHERE echoes IN {alerts}",
        "DELETE FROM alerts WHERE article_id IN {ids}",
        "DELETE FROM mentions WHERE article_id IN {ids}",
        "DELETE FROM matches WHERE article_id IN {ids}",
        "DELETE FROM articles WHERE id IN {ids}",  # a trigger takes out the full text
    ),
    "attempts": ("DELETE FROM attempts WHERE id IN {ids}",),
    "alarms": (
        _TRIED,
        "DELETE FROM deliveries WHERE alert_id IN {ids}",
        "DELETE FROM alerts WHERE id IN {ids}",
        _ALARMS,
    ),
    "bundles": ("DELETE FROM bundles WHERE id IN {ids}",),
    "files": (
        "DELETE FROM retired WHERE file_id IN {ids}",
        "DELETE FROM files WHERE id IN {ids}",
    ),
}


def retire(db: Database, kind: str, ids: Iterable[int]) -> None:
    """Let rows of a kind go, with what hangs on them. Call it inside a transaction."""
    listed = {"ids": json.dumps(list(ids))}
    for template in _STATEMENTS[kind]:
        statement = template.format(**_NAMES)
        db.conn.execute(statement, listed if ":ids" in statement else {})


def forget_hours(db: Database, before: str, most: int) -> int:
    """Forget how many articles hours brought, but for the first of each inbox; give how many.

    Call it inside a transaction. `before` is an hour, such as 2026-03-02T12.
    """
    return db.conn.execute(
        "DELETE FROM hours WHERE (what, name, hour) IN (SELECT what, name, hour FROM hours h"
        " WHERE hour < ?1 AND NOT (what = 'source' AND hour = (SELECT min(hour) FROM hours f"
        " WHERE f.what = h.what AND f.name = h.name)) LIMIT ?2)",
        (before, most),
    ).rowcount


def merge_index(db: Database, pages: int, *, whole: bool) -> bool:
    """Merge a part of the full text's index, in which what went still takes room.

    Tell whether there is more to merge; `whole` begins to make one piece of all. Call it inside a
    transaction: it takes some milliseconds for a hundred pages.
    """
    before = db.conn.total_changes
    db.conn.execute(
        "INSERT INTO articles_fts (articles_fts, rank) VALUES ('merge', ?)",
        (-pages if whole else pages,),
    )
    return db.conn.total_changes - before > 1
