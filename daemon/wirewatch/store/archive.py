"""Reading what is stored: articles by full text, newest first, and the lists that people see."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlite_utils import Database

from wirewatch.model import Article
from wirewatch.sieve import Sieve
from wirewatch.states import HELD, DeliveryState, Precision
from wirewatch.store.candidates import best_first, lacking, newest

_COLUMNS = (
    "id", "received", "source", "guid", "version", "title", "headline", "dateline", "body",
    "published", "published_precision", "place", "country", "agency", "byline", "language", "url",
    "status", "subjects", "urgency", "slugline", "signal", "embargo", "note",
)  # fmt: skip


_FEWEST, _MOST = 32, 512  # articles that are read at once


@dataclass(frozen=True, slots=True)
class Stored:
    """An article with what the store added to it."""

    id: int
    received: str
    source: str
    article: Article


def candidates(  # noqa: PLR0913 - what is wanted has many sides
    db: Database,
    sieve: Sieve,
    since: str = "",
    *,
    every: bool = False,
    best: bool = False,
    first: int = 0,
) -> Iterator[Stored]:
    """Give articles newest first: those of which a query can be true.

    With `best` those come first that speak most of it. None is given whose number is below `first`.

    `since` is a moment as `received` has it; what arrived before it is left out. So are versions
    that a newer one has replaced, and what was withdrawn, unless `every` one is asked for.

    Articles whose words SQLite reads otherwise than matching does are always among them.
    """
    columns = ", ".join(f"a.{column}" for column in _COLUMNS)
    stands = "" if every else " AND a.current = 1 AND a.status NOT IN ('canceled', 'withheld')"
    lacks, texts = lacking(sieve)
    read = (
        f"SELECT {columns} FROM json_each(?) j JOIN articles a ON a.id = j.value"  # noqa: S608 - our own columns
        f" WHERE a.received >= ?{stands}{lacks} ORDER BY j.key"
    )
    for ids in _parted((best_first if best else newest)(db, sieve, first)):
        yield from map(_stored, db.execute(read, [json.dumps(ids), since, *texts]))


def _parted(numbers: Iterator[int]) -> Iterator[list[int]]:
    """Part numbers, into few at first, as often no more are wanted."""
    size = _FEWEST
    while part := list(islice(numbers, size)):
        yield part
        size = min(size * 2, _MOST)


def stored_article(db: Database, article_id: int) -> Stored | None:
    """Give one article, or None."""
    columns = ", ".join(_COLUMNS)
    row = db.execute(f"SELECT {columns} FROM articles WHERE id = ?", [article_id]).fetchone()  # noqa: S608
    return _stored(row) if row else None


def _stored(row: Sequence[Any]) -> Stored:
    """Make an article of its columns."""
    values = dict(zip(_COLUMNS, row, strict=True))
    precision = values.pop("published_precision")
    subjects = tuple(json.loads(values.pop("subjects")))
    return Stored(
        values.pop("id"),
        values.pop("received"),
        values.pop("source"),
        Article(
            **values,
            subjects=subjects,
            published_precision=Precision(precision) if precision else None,
        ),
    )


def article_count(db: Database) -> int:
    """Count the stored articles."""
    return db["articles"].count


def alert_log(
    db: Database, state: DeliveryState | None, limit: int, *, held: bool = False
) -> Iterator[dict[str, object]]:
    """Give rows of the view `alert_log`, newest first; with `held` what a policy lets wait."""
    reasons = "', '".join(sorted(HELD))
    waiting = f"state IN ('pending', 'failed') AND reason IN ('{reasons}')"
    where = [*(["state = ?"] if state else []), *([waiting] if held else [])]
    values = [state.value] if state else []
    return db["alert_log"].rows_where(" AND ".join(where) or None, values, limit=limit)


def rung(db: Database, article_id: int, rule: str) -> list[dict[str, Any]]:
    """Give the deliveries of a rule's alert on an article; none when it did not ring."""
    return list(
        db.query(
            "SELECT d.alert_id, d.channel, d.state, d.reason, d.due FROM deliveries d"
            " JOIN alerts al ON al.id = d.alert_id WHERE al.article_id = ? AND al.rule = ?"
            " ORDER BY d.id",
            [article_id, rule],
        )
    )


def matched(db: Database, article_id: int, rule: str) -> dict[str, Any] | None:
    """Give the match of a rule with an article, if it was true of it when it arrived."""
    return next(
        iter(db["matches"].rows_where("article_id = ? AND rule = ?", [article_id, rule])), None
    )


def spoken_before(db: Database, article_id: int, rule: str) -> dict[str, Any] | None:
    """Give the alert of a rule that had told of an article's story, and what it was on."""
    rows = db.query(
        "SELECT al.id, a.id AS article_id, coalesce(a.agency, a.source) AS outlet FROM matches m"
        " JOIN alerts al ON al.id = m.echoes JOIN articles a ON a.id = al.article_id"
        " WHERE m.article_id = ? AND m.rule = ?",
        [article_id, rule],
    )
    return next(iter(rows), None)


def other_versions(db: Database, article_id: int, rule: str) -> list[dict[str, Any]]:
    """Give the other versions of an article, newest first, with the alert of a rule on each."""
    return list(
        db.query(
            "SELECT other.id, other.version, al.id AS alert_id, other.id < a.id AS earlier,"
            " other.file_id = a.file_id AS together FROM articles a"
            " JOIN articles other ON other.guid = a.guid AND other.id != a.id"
            " LEFT JOIN alerts al ON al.article_id = other.id AND al.rule = ?"
            " AND al.recalls IS NULL WHERE a.id = ? ORDER BY other.version DESC",
            [rule, article_id],
        )
    )


def alert_details(db: Database, alert_id: int) -> dict[str, object] | None:
    """Give an alert with its article's heading, its deliveries with their attempts, or None.

    With it are the copies of its story that have come since.
    """
    found = list(
        db.query(
            "SELECT al.*, a.headline, a.source, a.place, a.agency, a.published, a.guid, f.inbox,"
            " f.path, f.kept, f.sha256, f.parser, m.spans, m.rule_hash, r.query, r.channels"
            " FROM alerts al LEFT JOIN articles a ON a.id = al.article_id"
            " LEFT JOIN files f ON f.id = a.file_id LEFT JOIN matches m ON m.id = al.match_id"
            " LEFT JOIN rules r ON r.hash = m.rule_hash WHERE al.id = ?",
            [alert_id],
        )
    )
    if not found:
        return None
    deliveries = list(db["deliveries"].rows_where("alert_id = ?", [alert_id]))
    for delivery in deliveries:
        tried = db["attempts"].rows_where("delivery_id = ?", [delivery["id"]], order_by="id")
        delivery["attempted"] = list(tried)
    copies = db.query(
        "SELECT a.id, coalesce(a.agency, a.source) AS outlet, a.received FROM matches m"
        " JOIN articles a ON a.id = m.article_id WHERE m.echoes = ? ORDER BY a.id",
        [alert_id],
    )
    return found[0] | {"deliveries": deliveries, "copies": list(copies)}


def deliveries_to_retry(db: Database, alert_ids: list[int], *, dead: bool) -> list[int]:
    """Name the deliveries of some alerts, and with `dead` every dead one."""
    marks = ",".join("?" * len(alert_ids))
    rows = db.execute(
        f"SELECT id FROM deliveries WHERE alert_id IN ({marks}) OR (? AND state = 'dead')",  # noqa: S608
        [*alert_ids, dead],
    )
    return [row[0] for row in rows]


def last_deliveries(db: Database, channels: Iterable[str], most: int) -> Iterator[tuple[str, int]]:
    """Name each channel's last deliveries, at most so many, as (channel, id), oldest first."""
    for channel in channels:
        rows = db.execute(
            "SELECT id FROM deliveries WHERE channel = ? ORDER BY id DESC LIMIT ?", [channel, most]
        ).fetchall()
        yield from ((channel, delivery) for (delivery,) in reversed(rows))
