"""Stores that released versions made come to the newest schema, with all that they held."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from kept import is_whole
from schemas.freeze import HERE, dump, sample
from wirewatch.errors import StoreError
from wirewatch.store.database import Store, opened_as_it_is
from wirewatch.store.schema import migrations

FROZEN = sorted(HERE.glob("*.sql"))
each_frozen = pytest.mark.parametrize("frozen", FROZEN, ids=lambda path: path.stem)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "wirewatch.db"


def thawed(frozen: Path, path: Path) -> None:
    """Make a store as a version did whose schema is frozen."""
    with closing(sqlite3.connect(path)) as db:
        db.executescript(frozen.read_text(encoding="utf-8"))


def made(db: sqlite3.Connection) -> dict[str, str]:
    """Give the statements that make the tables, indexes, views and triggers, in one spelling."""
    rows = db.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    return {name: " ".join(sql.split()) for name, sql in rows if not name.startswith("sqlite_")}


def content(db: sqlite3.Connection) -> list[str]:
    """Give the rows of all tables, but for when migrations were applied."""
    return [line for line in dump(db) if line.startswith("INSERT") and "migrations" not in line]


@each_frozen
def test_a_store_of_each_version_is_brought_up_to_date(frozen: Path, path: Path) -> None:
    """Opening it makes of its tables those of a fresh store, with every row as it was."""
    thawed(frozen, path)
    with closing(sqlite3.connect(path)) as db:
        before = content(db)
    assert len(before) > 30
    store = Store.open(path)
    fresh = Store.open(path.with_name("fresh.db"))
    assert made(store.db.conn) == made(fresh.db.conn)
    after = content(store.db.conn)
    for row in before:  # a column that is new stands behind the others
        assert any(now.startswith(row.removesuffix(");")) for now in after)
    assert not migrations.pending(store.db)
    assert is_whole(store)
    store.close()
    fresh.close()


def test_what_was_stored_is_marked_for_its_foreign_words(path: Path) -> None:
    """Articles of before that have words of other scripts are marked when the store is opened."""
    thawed(next(one for one in FROZEN if one.stem == "m005_desks"), path)
    with closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE articles SET body = 'by 国会 alone' WHERE id = 2")
        db.commit()
    store = Store.open(path)
    marks = store.db.execute("SELECT id FROM articles WHERE irregular = 2").fetchall()
    assert marks == [(2,)]
    store.close()


def test_each_migration_is_frozen() -> None:
    """A schema that changes has a migration of its own, and its store frozen by `freeze.py`."""
    names = [migration.name for migration in migrations._migrations]
    assert [path.stem for path in FROZEN] == names


def test_the_newest_frozen_schema_is_the_one_that_is_made(path: Path) -> None:
    """Whoever changes the statements of a migration that is frozen makes another store than it did."""
    thawed(FROZEN[-1], path)
    fresh = Store.open(path.with_name("fresh.db"))
    with closing(sqlite3.connect(path)) as db:
        assert made(db) == made(fresh.db.conn)
    fresh.close()


def test_what_is_frozen_is_a_whole_store(path: Path) -> None:
    """The sample that is frozen holds a row in each table that holds what came or was told."""
    store = sample(path)
    for table in ("files", "articles", "mentions", "matches", "alerts", "deliveries", "attempts"):
        assert store.db[table].count, table
    assert is_whole(store)
    store.close()


@pytest.mark.parametrize("mode", ["WAL", "DELETE"])
def test_a_newer_store_is_refused_with_not_a_byte_changed(path: Path, mode: str) -> None:
    """Neither the file, its time, nor what lies beside it changes, whatever journal it keeps."""
    store = Store.open(path)
    store.db.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
        " VALUES ('wirewatch', 'm999_future', '2030-01-01')"
    )
    store.db.execute(f"PRAGMA journal_mode = {mode}")
    store.close()
    os.utime(path, ns=(10**18, 10**18))
    before = path.read_bytes(), path.stat(), sorted(path.parent.iterdir())
    with pytest.raises(StoreError, match=r"newer Wirewatch \(m999_future\); install"):
        Store.open(path)
    after = path.read_bytes(), path.stat(), sorted(path.parent.iterdir())
    assert after[0] == before[0]
    assert after[1].st_mtime_ns == before[1].st_mtime_ns == 10**18
    assert after[1].st_mode == before[1].st_mode
    assert after[2] == before[2]


def test_what_a_newer_store_has_in_its_log_stays_there(path: Path) -> None:
    """A newer program that was killed leaves a log; refusing its store does not move that."""
    store = Store.open(path)
    store.db.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
        " VALUES ('wirewatch', 'm999_future', '2030-01-01')"
    )
    log = path.with_name("wirewatch.db-wal")
    before = path.read_bytes(), log.read_bytes()
    with pytest.raises(StoreError, match="m999_future"):
        Store.open(path)
    assert (path.read_bytes(), log.read_bytes()) == before
    with closing(opened_as_it_is(path)) as reader:
        assert reader["_sqlite_migrations"].count == len(FROZEN) + 1
    store.close()
