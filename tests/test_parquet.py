"""`wirewatch db export --parquet`: columns with types, as DuckDB and pandas read them."""

import json
import sys
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import duckdb
import pytest

from conftest import START, Site, Wirewatch
from kept import all_sent, came
from wirewatch.errors import StoreError
from wirewatch.store.database import Store
from wirewatch.store.export import Exported, Form, Wanted, exported
from wirewatch.store.parquet import write_parquet

HOUR = timedelta(hours=1)
HOSTILE = "'; DROP TABLE x; -- \x1b[31m \u202e \" \\ \u2028 =HYPERLINK()"


@pytest.fixture
def filled(store: Store) -> Store:
    """Give a store of three articles, one told of, one with everything, one that is hostile."""
    came(store, "One", alert=True)
    all_sent(store, START + timedelta(seconds=3))
    came(
        store, "Two", START + HOUR, subjects=("04000000 economy, business", "budget"), urgency=4,
        published="2026-03", place="ALMATY", language="kk", guid="g", version=7, alert=True,
    )  # fmt: skip
    came(store, "Three", START + 2 * HOUR, headline=HOSTILE, body=HOSTILE * 50, byline="Жанар Ә.")
    return store


def read(path: Path) -> list[dict[str, Any]]:
    """Read a file of Parquet, by DuckDB, in the zone of UTC."""
    with duckdb.connect() as db:
        db.execute("SET TimeZone = 'UTC'")
        found = db.execute("SELECT * FROM read_parquet(?)", [str(path)])
        names = [one[0] for one in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def types(path: Path) -> dict[str, str]:
    """Give the columns of a file with their types."""
    with duckdb.connect() as db:
        found = db.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(path)]).fetchall()
    return {row[0]: row[1] for row in found}


@pytest.mark.parametrize("kind", Exported)
def test_it_has_the_rows_of_the_other_forms(filled: Store, tmp_path: Path, kind: Exported) -> None:
    """The same columns in the same order, the same rows, the same values but for their types."""
    out = tmp_path / "rows.parquet"
    write_parquet(filled.db, kind, Wanted(), out)
    plain = [json.loads(line) for line in exported(filled.db, kind, Form.JSONL, Wanted())]
    rows = read(out)
    assert len(rows) == len(plain) > 1
    assert list(rows[0]) == list(plain[0])
    for row, known in zip(rows, plain, strict=True):
        for name, value in row.items():
            said: object = known[name]
            if isinstance(value, datetime):
                said = datetime.fromisoformat(str(said))
            elif isinstance(value, bool):
                said = bool(said)
            elif name == "subjects":
                said = json.loads(str(said))
            elif name == "rules":
                said = str(said).split(",")
            assert value == said, name


def test_columns_have_types(filled: Store, tmp_path: Path) -> None:
    """Moments are moments in UTC, numbers are numbers, lists are lists, and what is empty is so."""
    out = tmp_path / "articles.parquet"
    write_parquet(filled.db, Exported.ARTICLES, Wanted(), out)
    known = types(out)
    assert known["received"] == "TIMESTAMP WITH TIME ZONE"
    assert (known["id"], known["current"]) == ("BIGINT", "BOOLEAN")
    assert (known["subjects"], known["rules"]) == ("VARCHAR[]", "VARCHAR[]")
    one, two, _ = read(out)
    assert one["received"].astimezone(UTC) == START
    assert two["subjects"] == ["04000000 economy, business", "budget"]
    assert one["urgency"] is None
    assert one["subjects"] == []
    alerts = tmp_path / "alerts.parquet"
    write_parquet(filled.db, Exported.ALERTS, Wanted(), alerts)
    assert {types(alerts)[name] for name in ("created", "due", "finished", "acknowledged")} == {
        "TIMESTAMP WITH TIME ZONE"
    }
    sent, waiting = read(alerts)
    assert sent["finished"] - sent["created"] == timedelta(seconds=3)
    assert waiting["finished"] is None


def test_pandas_reads_it(filled: Store, tmp_path: Path) -> None:
    """By a library of its own, pyarrow: moments aware of UTC, lists and flags as such."""
    out = tmp_path / "articles.parquet"
    write_parquet(filled.db, Exported.ARTICLES, Wanted(), out)
    frame = import_module("pandas").read_parquet(out, engine="pyarrow")
    assert list(frame["id"]) == [1, 2, 3]
    assert str(frame["received"].dt.tz) == "UTC"
    assert frame["received"].diff().dropna().tolist() == [HOUR, HOUR]
    assert list(frame["subjects"][1]) == ["04000000 economy, business", "budget"]
    assert frame["current"].dtype == bool


def test_a_store_that_holds_nothing_of_it_makes_a_file_of_no_rows(
    store: Store, tmp_path: Path
) -> None:
    """With all columns, so that a program that reads it finds them."""
    out = tmp_path / "none.parquet"
    write_parquet(store.db, Exported.MATCHES, Wanted(), out)
    assert read(out) == []
    assert types(out)["received"] == "TIMESTAMP WITH TIME ZONE"


def test_a_text_of_many_megabytes_is_one_value(store: Store, tmp_path: Path) -> None:
    """However long an article, longer than what DuckDB takes for a line by itself."""
    body = "слово " * 3_000_000
    came(store, "Long", body=body)
    out = tmp_path / "it's long.parquet"
    write_parquet(store.db, Exported.ARTICLES, Wanted(), out)
    [row] = read(out)
    assert row["body"] == body


def test_nothing_is_left_where_it_fails(
    filled: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cannot be written is said, and neither a part of it nor what it was made of stays."""
    monkeypatch.setattr("wirewatch.store.parquet._MEMORY", "much")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(StoreError, match="was not written"):
        write_parquet(filled.db, Exported.ARTICLES, Wanted(), tmp_path / "out.parquet")
    assert sorted(tmp_path.iterdir()) == before


@pytest.fixture
def stored(site: Site) -> Site:
    """Give a site whose store holds two articles."""
    store = Store.open(site.database)
    came(store, "One", alert=True)
    came(store, "Two", START + HOUR)
    store.close()
    return site


def test_the_command_takes_time_and_rule(
    stored: Site, wirewatch: Wirewatch, tmp_path: Path
) -> None:
    """As for the other forms; the file is for its owner and group, and never written over."""
    out = tmp_path / "articles.parquet"
    words = ("db", "export", "articles", "--parquet", "--out", out)
    assert stored.database.exists()
    assert wirewatch(*words, "--since", "2026-03-02T12:30").code == 0
    assert [row["id"] for row in read(out)] == [2]
    assert out.stat().st_mode & 0o777 == 0o640
    ran = wirewatch(*words)
    assert (ran.code, [row["id"] for row in read(out)]) == (2, [2])
    assert "is there already" in ran.err
    none = tmp_path / "none.parquet"
    assert wirewatch("db", "export", "alerts", "--parquet", "--rule", "x", "--out", none).code == 0
    assert read(none) == []


def test_parquet_needs_a_file(stored: Site, wirewatch: Wirewatch) -> None:
    """It is not for a terminal, and no line format."""
    assert stored.database.exists()
    ran = wirewatch("db", "export", "articles", "--parquet")
    assert ran.code == 2
    assert "--out" in ran.err


def test_without_the_library_it_says_what_to_install(
    stored: Site, wirewatch: Wirewatch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The extra is named; the other forms go on without it."""
    monkeypatch.delitem(sys.modules, "wirewatch.store.parquet")
    monkeypatch.setitem(sys.modules, "duckdb", None)
    out = tmp_path / "articles.parquet"
    ran = wirewatch("db", "export", "articles", "--parquet", "--out", out)
    assert ran.code == 2
    assert "pip install 'wirewatch[parquet]'" in ran.err
    assert not out.exists()
    assert len(wirewatch("db", "export", "articles").out.splitlines()) == 2
    assert stored.database.exists()
