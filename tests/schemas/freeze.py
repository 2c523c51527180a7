"""Freeze the newest schema: `python tests/schemas/freeze.py` writes NAME.sql beside this file.

Run it once, when a version is released whose newest migration has no file here yet. A file that is
there is never written again: it is how a released version made its store.
"""

import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE.parents[1] / "daemon")]

from conftest import START  # noqa: E402 - found by the path above
from kept import DAY, all_sent, came  # noqa: E402
from wirewatch.store.database import Store  # noqa: E402
from wirewatch.store.schema import migrations  # noqa: E402

_FTS = (
    "INSERT INTO articles_fts (articles_fts, rank) VALUES ('hashsize', 8388608);",
    "INSERT INTO articles_fts (articles_fts, rank) VALUES ('automerge', 8);",
    "INSERT INTO articles_fts (articles_fts) VALUES ('rebuild');",
)


def sample(path: Path) -> Store:
    """Make a store with some of everything: told, waiting, withdrawn, in several versions."""
    store = Store.open(path)
    came(store, "Told", alert=True, place="ALMATY", language="en")
    all_sent(store)
    came(store, "Copied", START + timedelta(hours=1), names=("astana", "baku"))
    came(store, "First", START + DAY, guid="g", version=1, agency="Trend")
    came(store, "Second", START + 2 * DAY, guid="g", version=2, agency="Trend", alert=True)
    came(store, "Gone", START + 3 * DAY, status="canceled")
    store.db.execute("INSERT INTO notices VALUES ('rules', 'abc', '2026-03-02T12:00:00.000Z')")
    return store


def dump(db: sqlite3.Connection) -> Iterator[str]:
    """Write a store as SQL: tables with their rows, then what hangs on them, the full text last."""
    made = db.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL"
        " AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'articles_fts%' ORDER BY rowid"
    ).fetchall()
    for kind, name, sql in made:
        if kind == "table":
            yield f"{sql};"
            yield from _rows(db, name)
    [(sql,)] = db.execute("SELECT sql FROM sqlite_master WHERE name = 'articles_fts'")
    yield f"{sql};"
    yield from _FTS
    for kind, _, sql in made:
        if kind != "table":
            yield f"{sql};"


def _rows(db: sqlite3.Connection, table: str) -> Iterator[str]:
    """Write the rows of a table."""
    columns = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
    quoted = " || ', ' || ".join(f'quote("{column}")' for column in columns)
    for (values,) in db.execute(f"SELECT {quoted} FROM {table}"):  # noqa: S608 - our own tables
        yield f"INSERT INTO {table} VALUES ({values});"  # noqa: S608 - the same


def main() -> None:
    """Freeze the newest schema, unless it is frozen."""
    with tempfile.TemporaryDirectory() as folder:
        store = sample(Path(folder) / "store.db")
        newest = migrations.applied(store.db)[-1].name
        target = HERE / f"{newest}.sql"
        if target.exists():
            sys.exit(f"{target} is frozen already")
        target.write_text("\n".join(dump(store.db.conn)) + "\n", encoding="utf-8")
        store.close()
        sys.stdout.write(f"wrote {target}\n")


if __name__ == "__main__":
    main()
