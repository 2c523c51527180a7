"""A store that is filled over weeks and looked after: what tests of its care share."""

from datetime import datetime, timedelta

from conftest import START, told
from wirewatch.clock import iso
from wirewatch.model import Mention, Outcome
from wirewatch.store.accept import accept
from wirewatch.store.database import Store

DAY = timedelta(days=1)


def came(
    store: Store,
    name: str,
    at: datetime = START,
    *,
    alert: bool = False,
    names: tuple[str, ...] = (),
    **fields: object,
) -> Outcome:
    """Take in a file with one article at a moment; with `alert` its rule rings, and is sent."""
    outcome = told(f"{name}.txt", f"{name} begins here.", guid=f"guid of {name}")
    [found] = outcome.found
    mentions = tuple(Mention("words", one, one.title(), "body", 0, 1) for one in names)
    found = found._replace(
        article=found.article._replace(**fields),  # type: ignore[arg-type]
        mentions=mentions or found.mentions,
        alerts=found.alerts if alert else (),
    )
    seen = outcome.arrival._replace(seen=at)
    outcome = outcome._replace(arrival=seen, found=(found,))
    accept(store, [outcome], at)
    return outcome


def all_sent(store: Store, at: datetime = START) -> None:
    """Note that all that waits was sent, each at the first attempt."""
    with store.write() as db:
        db.execute(
            "INSERT INTO attempts (delivery_id, at, ok, ms) SELECT id, ?, 1, 1.0 FROM deliveries"
            " WHERE state = 'pending'",
            [iso(at)],
        )
        db.execute(
            "UPDATE deliveries SET state = 'sent', due = NULL, attempts = 1, finished = ?"
            " WHERE state = 'pending'",
            [iso(at)],
        )


def counts(store: Store) -> dict[str, int]:
    """Count the rows of the tables that hold what came and what was told."""
    tables = ("files", "articles", "mentions", "matches", "alerts", "deliveries", "attempts")
    return {table: store.db.table(table).count for table in tables}


def is_whole(store: Store) -> bool:
    """Tell whether pages, references and the full text are as they must be."""
    db = store.db
    db.execute("INSERT INTO articles_fts (articles_fts, rank) VALUES ('integrity-check', 1)")
    pages = db.execute("PRAGMA integrity_check").fetchall()
    return pages == [("ok",)] and not db.execute("PRAGMA foreign_key_check").fetchall()
