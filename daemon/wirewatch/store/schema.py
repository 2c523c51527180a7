"""The tables, as migrations. docs/schema.md describes every column; a test holds the two together.

The file is an interface: released migrations are never changed, only followed by new ones. The
statements stand in `tables/`.
"""

import sqlite3
from collections.abc import Iterator
from importlib import resources

from sqlite_utils import Database, Migrations

from wirewatch.model import Article
from wirewatch.store.irregular import irregularity

migrations = Migrations("wirewatch")


@migrations()
def m001_spine(db: Database) -> None:
    """Make the ledger, the articles with full text, the alerts and the outbox."""
    for name in ("1-articles", "2-alerts", "3-views", "4-fulltext"):
        _run(db, name)


@migrations()
def m002_retention(db: Database) -> None:
    """Make room for what stays of articles that retention lets go."""
    _run(db, "5-retention")


@migrations()
def m003_figures(db: Database) -> None:
    """Count rows as they change (what there is already once), and answer what people ask for."""
    _run(db, "6-tallies")
    _run(db, "7-questions")


@migrations()
def m004_trends(db: Database) -> None:
    """Count names, pairs and delays as they come, and once from what there is."""
    _run(db, "8-trends")


@migrations()
def m005_desks(db: Database) -> None:
    """Make room for the order in which several desks take everything in, and who of them sends."""
    _run(db, "9-desks")


@migrations()
def m006_candidates(db: Database) -> None:
    """Note what tells of which articles a query can be true, for the words of those there are."""
    _run(db, "10-candidates")
    rows = db.query("SELECT id, title, dateline, body FROM articles WHERE irregular = 0")
    foreign = [
        (row["id"],)
        for row in rows
        if irregularity(Article("", row["title"], "", row["body"], row["dateline"]))
    ]
    db.conn.executemany("UPDATE articles SET irregular = 2 WHERE id = ?", foreign)


def _run(db: Database, name: str) -> None:
    """Run the statements of one file of `tables/`."""
    file = resources.files("wirewatch.store") / "tables" / f"{name}.sql"
    for statement in _statements(file.read_text(encoding="utf-8")):
        db.execute(statement)


def _statements(script: str) -> Iterator[str]:
    """Part a script into its statements; a trigger holds several in one."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
