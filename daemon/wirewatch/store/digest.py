"""The digest of what desks have in common: two files with the same hold the same, row for row.

Left out is what each desk keeps for itself (how its own jobs ran, what it says of itself), and what
follows from the rest.
"""

import hashlib
from collections.abc import Iterable, Iterator

from wirewatch.store.database import Reader

TABLES = (
    "files",
    "articles",
    "mentions",
    "matches",
    "rules",
    "alerts",
    "deliveries",
    "attempts",
    "bundles",
    "silences",
    "alarms",
    "channels",
    "hours",
    "months",
    "pairs",
    "list_runs",
    "cluster_leads",
    "cluster_desks",
)
"""What desks have in common."""

_SEPARATOR = "\x1f"


def begin_reading(db: Reader) -> None:
    """See from now on what the file holds at this moment, whatever is written meanwhile.

    `end_reading` ends it.
    """
    db.execute("BEGIN")
    db.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()  # which is when it begins


def end_reading(db: Reader) -> None:
    """See again what is written."""
    db.execute("COMMIT")


def table_digests(db: Reader) -> Iterator[tuple[str, str]]:
    """Give the digest of each table that desks have in common; call it in a reading."""
    for table in TABLES:
        yield table, _digest(db, table)


def digest_of(tables: Iterable[tuple[str, str]]) -> str:
    """Give one digest of the digests of tables."""
    words = "\n".join(f"{table} {digest}" for table, digest in tables)
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def content_digest(db: Reader) -> str:
    """Give one digest of all that desks have in common, in one reading of the file."""
    begin_reading(db)
    try:
        return digest_of(table_digests(db))
    finally:
        end_reading(db)


def _digest(db: Reader, table: str) -> str:
    """Digest the rows of a table, in the order of their keys."""
    columns = ", ".join(f'"{column.name}"' for column in db.table(table).columns)
    key = ", ".join(f'"{name}"' for name in db.table(table).pks)
    made = hashlib.sha256()
    for row in db.execute(f"SELECT {columns} FROM {table} ORDER BY {key}"):  # noqa: S608
        made.update(_SEPARATOR.join(map(repr, row)).encode("utf-8", "surrogatepass"))
        made.update(b"\n")
    return made.hexdigest()[:16]
