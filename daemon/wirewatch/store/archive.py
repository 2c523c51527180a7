"""Reading what is stored: articles by full text, newest first, and the lists that people see."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlite_utils import Database

from wirewatch.model import Article
from wirewatch.states import DeliveryState, Precision

_COLUMNS = (
    "id", "received", "source", "guid", "version", "title", "headline", "dateline", "body",
    "published", "published_precision", "place", "country", "agency", "byline", "language", "url",
    "status",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stored:
    """An article with what the store added to it."""

    id: int
    received: str
    source: str
    article: Article


def candidates(db: Database, expression: str | None) -> Iterator[Stored]:
    """Give articles newest first: those that an FTS5 expression may find, or all of them.

    Articles whose words SQLite reads otherwise than matching does are always among them.
    """
    columns = ", ".join(f"a.{column}" for column in _COLUMNS)
    if expression is None:
        rows = db.execute(f"SELECT {columns} FROM articles a ORDER BY a.id DESC")  # noqa: S608
    else:
        rows = db.execute(
            f"SELECT {columns} FROM articles a WHERE a.id IN"  # noqa: S608 - our own columns
            " (SELECT rowid FROM articles_fts WHERE articles_fts MATCH ?"
            " UNION SELECT id FROM articles WHERE irregular = 1) ORDER BY a.id DESC",
            [expression],
        )
    for row in rows:
        values = dict(zip(_COLUMNS, row, strict=True))
        precision = values.pop("published_precision")
        yield Stored(
            values.pop("id"),
            values.pop("received"),
            values.pop("source"),
            Article(**values, published_precision=Precision(precision) if precision else None),
        )


def article_count(db: Database) -> int:
    """Count the stored articles."""
    return db["articles"].count


def alert_log(db: Database, state: DeliveryState | None, limit: int) -> Iterator[dict[str, object]]:
    """Give rows of the view `alert_log`, newest first."""
    where = "state = ?" if state else None
    return db["alert_log"].rows_where(where, [state.value] if state else [], limit=limit)


def alert_details(db: Database, alert_id: int) -> dict[str, object] | None:
    """Give an alert with its article's heading, its deliveries and their attempts, or None."""
    found = list(
        db.query(
            "SELECT al.*, a.headline, a.source, a.place, a.agency, a.published, f.path, m.spans,"
            " m.rule_hash FROM alerts al JOIN articles a ON a.id = al.article_id"
            " JOIN files f ON f.id = a.file_id JOIN matches m ON m.id = al.match_id"
            " WHERE al.id = ?",
            [alert_id],
        )
    )
    if not found:
        return None
    deliveries = list(db["deliveries"].rows_where("alert_id = ?", [alert_id]))
    for delivery in deliveries:
        tried = db["attempts"].rows_where("delivery_id = ?", [delivery["id"]], order_by="id")
        delivery["attempted"] = list(tried)
    return found[0] | {"deliveries": deliveries}


def deliveries_to_retry(db: Database, alert_ids: list[int], *, dead: bool) -> list[int]:
    """Name the deliveries of some alerts, and with `dead` every dead one."""
    marks = ",".join("?" * len(alert_ids))
    rows = db.execute(
        f"SELECT id FROM deliveries WHERE alert_id IN ({marks}) OR (? AND state = 'dead')",  # noqa: S608
        [*alert_ids, dead],
    )
    return [row[0] for row in rows]
