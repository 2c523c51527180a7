"""The bare floors of bulk ingest: read, hash and insert, with full text and nothing else.

`triggers` keeps the index by insert triggers, as it is usually done. `direct` writes the index
right after each batch, in the same transaction, with larger caches.
"""

import hashlib
import json
import os
import sqlite3
import sys
import time
from collections.abc import Iterator
from pathlib import Path

BATCH = 256
_SCHEMA = """
CREATE TABLE articles (id INTEGER PRIMARY KEY, path TEXT, sha256 TEXT, body TEXT);
CREATE VIRTUAL TABLE articles_fts USING fts5 (
    body, content='articles', content_rowid='id', tokenize="unicode61 remove_diacritics 2"
);
"""
_TRIGGER = """
CREATE TRIGGER articles_added AFTER INSERT ON articles BEGIN
    INSERT INTO articles_fts (rowid, body) VALUES (new.id, new.body);
END;
"""
_DIRECT = "INSERT INTO articles_fts (rowid, body) SELECT id, body FROM articles WHERE id >= ?"

Read = tuple[int, str, str, str]


def ingest(kind: str, database: Path, folder: Path) -> float:
    """Ingest a folder the bare way; give the seconds."""
    begun = time.perf_counter()
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.executescript(_SCHEMA)
    if kind == "triggers":
        connection.executescript(_TRIGGER)
    else:
        connection.execute("PRAGMA cache_size = -65536")
        connection.execute(
            "INSERT INTO articles_fts (articles_fts, rank) VALUES ('hashsize', 16777216)"
        )
    for batch in _batches(folder):
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO articles VALUES (?, ?, ?, ?)", batch)
        if kind == "direct":
            connection.execute(_DIRECT, (batch[0][0],))
        connection.execute("COMMIT")
    connection.close()
    return time.perf_counter() - begun


def _batches(folder: Path) -> Iterator[list[Read]]:
    """Read and hash files, so many at a time."""
    batch: list[Read] = []
    for number, entry in enumerate(os.scandir(folder), start=1):
        with open(entry.path, "rb") as file:  # noqa: PTH123 - bare
            data = file.read()
        batch.append((number, entry.path, hashlib.sha256(data).hexdigest(), data.decode()))
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


if __name__ == "__main__":
    _, which, target, source = sys.argv
    print(json.dumps(ingest(which, Path(target), Path(source))))
