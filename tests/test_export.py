"""`wirewatch db export`: rows for other programs, and nothing in them that a sheet would obey."""

import csv
import io
import json
from datetime import timedelta
from pathlib import Path

import pytest

from conftest import START, Site, Wirewatch
from kept import came
from wirewatch.store.database import Store
from wirewatch.store.export import Exported, Form, Wanted, exported
from wirewatch.text.visible import visible

HOUR = timedelta(hours=1)


def lines(store: Store, what: Exported, wanted: Wanted | None = None) -> list[dict[str, object]]:
    text = exported(store.db, what, Form.JSONL, wanted or Wanted())
    return [json.loads(line) for line in text]


def test_each_kind_is_written_row_by_row(store: Store) -> None:
    """Articles, matches and alerts have a line each, with what a reader needs beside the numbers."""
    came(store, "One", alert=True, place="ALMATY")
    came(store, "Two", START + HOUR)
    one, two = lines(store, Exported.ARTICLES)
    assert (one["headline"], one["place"], one["rules"]) == ("One begins here.", "ALMATY", "r1")
    assert (one["path"], two["id"]) == ("One.txt", 2)
    assert [row["rule"] for row in lines(store, Exported.MATCHES)] == ["r1", "r1"]
    [alert] = lines(store, Exported.ALERTS)
    assert (alert["channel"], alert["state"]) == ("desk", "pending")
    assert alert["headline"] == "One begins here."


def test_a_time_and_a_rule_narrow_it(store: Store) -> None:
    """From a moment on, until before another, and of one rule only."""
    for number in range(4):
        came(store, f"N{number}", START + number * HOUR)
    wanted = Wanted("2026-03-02T13:00:00.000Z", "2026-03-02T15:00:00.000Z")
    assert [row["id"] for row in lines(store, Exported.ARTICLES, wanted)] == [2, 3]
    assert len(lines(store, Exported.MATCHES, Wanted(rule="r1"))) == 4
    for kind in Exported:
        assert lines(store, kind, Wanted(rule="unknown")) == []


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(store: Store, begin: str) -> None:
    """A text of an article that a spreadsheet would take for a formula has a quote before it."""
    formula = f'{begin}HYPERLINK("http://evil.example/")'
    came(store, "One", headline=formula, byline=f"a{begin}b")
    text = "".join(exported(store.db, Exported.ARTICLES, Form.CSV, Wanted()))
    [row] = csv.DictReader(io.StringIO(text, newline=""))
    assert row["headline"] == visible(f"'{formula}")
    assert row["byline"] == visible(f"a{begin}b")
    assert row["id"] == "1"


def test_a_cell_may_hold_lines_and_quotes(store: Store) -> None:
    """What breaks a careless file of commas comes back as it was."""
    body = 'One said: "a, b"\n\nand; then\n'
    came(store, "One", body=body)
    text = "".join(exported(store.db, Exported.ARTICLES, Form.CSV, Wanted()))
    [row] = csv.DictReader(io.StringIO(text, newline=""))
    assert row["body"] == body


def test_json_has_one_line_for_each(store: Store) -> None:
    """Whatever an article holds, it is one line of JSON."""
    came(store, "One", body="a\nb\u2028c\r\n\x1b[31m")
    [line] = exported(store.db, Exported.ARTICLES, Form.JSONL, Wanted())
    assert line.count("\n") == 1
    assert "\x1b" not in line
    assert json.loads(line)["body"] == "a\nb\u2028c\r\n\x1b[31m"


def test_the_command_writes_to_a_new_file_or_to_its_output(
    site: Site, wirewatch: Wirewatch, tmp_path: Path
) -> None:
    """Standard output has the rows alone; a file that is there is not overwritten."""
    store = Store.open(site.database)
    came(store, "One", alert=True)
    store.close()
    out = tmp_path / "alerts.csv"
    ran = wirewatch("db", "export", "alerts", "--format", "csv", "--out", out)
    assert (ran.code, ran.out) == (0, "")
    assert out.read_text().startswith("id,alert_id,created")
    assert out.stat().st_mode & 0o777 == 0o640
    assert wirewatch("db", "export", "alerts", "--out", out).code == 2
    shown = wirewatch("db", "export", "articles", "--since", "2026-03-02", "--until", "2026-03-03")
    assert [json.loads(line)["id"] for line in shown.out.splitlines()] == [1]
    assert wirewatch("db", "export", "articles", "--until", "2026-03-02T12:00+00:00").out == ""


@pytest.mark.parametrize(
    "words", [("letters",), ("articles", "--format", "xls"), ("articles", "--since", "noon")]
)
def test_what_cannot_be_exported_is_said(
    site: Site, wirewatch: Wirewatch, words: tuple[str, ...]
) -> None:
    """A kind, a form or a time that there is not is refused with what there is."""
    Store.open(site.database).close()
    ran = wirewatch("db", "export", *words)
    assert ran.code == 2
    assert words[-1] in ran.err
