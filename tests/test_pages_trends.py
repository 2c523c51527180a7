"""The page of trends: its numbers in tables, what may be chosen, and a library that is as it was."""

import hashlib
import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from conftest import START, Site, Wirewatch
from kept import DAY, all_sent, came
from pages_desk import Pages
from wirewatch.pages.plugin import FOLDER
from wirewatch.store.database import Store

NOW = START + timedelta(hours=2)
STATIC = FOLDER / "static"
BUILT = {
    "echarts.js": "1eed69a481474eb70caeff94452a1ab2de0a36a9a38eec7ffd591a8d55060e17",
    "echarts.txt": "4332b61758a9c9144a3743f41c732a5fa588749c643f2ec9a845ef5e1f60a3fa",
}
"""What release/charts.sh says of what it built."""


@pytest.fixture
def pages(site: Site) -> Pages:
    """Give the pages of a store of some months."""
    store = Store.open(site.database)
    came(store, "A", names=("baku", "astana"), published="2026-01-05")
    came(store, "B", names=("baku", "astana"), alert=True)
    came(store, "C", START - DAY, names=("baku", "=cmd|x", "<b>"), alert=True)
    all_sent(store, START + timedelta(seconds=1.9))
    store.close()
    return Pages(site.config, lambda: NOW)


def table(text: str, name: str) -> list[list[str]]:
    """Give the cells of a chart's table."""
    [part] = re.findall(rf'data-chart="{name}".*?<table.*?</table>', text, re.DOTALL)
    rows = re.findall(r"<tr>(.*?)</tr>", part, re.DOTALL)
    cells = (re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows)
    return [[re.sub(r"<[^>]*>", "", cell) for cell in row] for row in cells]


def test_names_by_month_stand_in_a_table(pages: Pages) -> None:
    """The most named first, with all articles and those of each month, the last one of all last."""
    head, first, second, *_ = table(pages.text("/trends?months=12"), "months")
    assert head[:3] == ["Name", "All", "2025-04"]
    assert (head[-1], len(head)) == ("2026-03", 14)
    assert first[:2] == ["baku", "3"]
    assert first[-3:] == ["1", "0", "2"]
    assert second == ["astana", "2", *["0"] * 9, "1", "0", "1"]


def test_pairs_stand_in_a_matrix(pages: Pages) -> None:
    """Alike on both sides, with what was named at all in the middle."""
    matrix = table(pages.text("/trends?entries=baku,astana"), "pairs")
    assert matrix == [["Name", "baku", "astana"], ["baku", "3", "2"], ["astana", "2", "2"]]


def test_the_week_is_of_one_inbox_or_of_all(pages: Pages) -> None:
    """START is a Monday noon, the day before a Sunday."""
    for query in ("", "?source=wires", "?source=nobody"):
        week = table(pages.text(f"/trends{query}"), "week")
        assert week[0] == ["Day", *(f"{hour:02}" for hour in range(24))]
        assert [row[0] for row in week[1:]][0::6] == ["Monday", "Sunday"]
        assert (week[1][13], week[7][13]) == ("2", "1")
        assert sum(int(cell) for row in week[1:] for cell in row[1:]) == 3


def test_delays_are_said_by_channel(pages: Pages) -> None:
    """Half within two seconds, all within a day and some more, in the words of the language."""
    [_, desk] = table(pages.text("/trends"), "delays")
    assert desk == ["desk", "2", "2\u00a0s", "1\u00a0d", "1\u00a0d"]
    assert "1\u00a0д" in pages.text("/trends?lang=ru")


def test_names_are_chosen_and_taken_out(pages: Pages) -> None:
    """What is added joins what was chosen; each has a link that leaves it out; strangers do not count."""
    text = pages.text("/trends?entries=baku,nobody&add=astana&months=36")
    assert [row[0] for row in table(text, "months")[1:]] == ["baku", "astana"]
    assert 'href="/trends?months=36&amp;entries=astana"' in text
    assert 'href="/trends?months=36"' in text
    many = table(pages.text("/trends?entries=baku&top=7&months=-1"), "months")
    assert len(many[0]) == 26, "what may not be chosen is as if nothing was"


def test_no_name_is_markup(pages: Pages) -> None:
    """An entry is what somebody's list calls it, and shown as that."""
    text = pages.text("/trends")
    assert "<b>" not in text
    assert "&lt;b&gt;" in text


def test_an_empty_store_says_so(site: Site) -> None:
    """No table stands there empty."""
    Store.open(site.database).close()
    text = Pages(site.config, lambda: NOW).text("/trends")
    assert "Nothing has arrived yet" in text
    assert "<table" not in text


def test_the_page_reads_summaries_only(pages: Pages, site: Site) -> None:
    """With no article, mention or delivery left in the store it is the same."""
    before = pages.text("/trends")
    store = Store.open(site.database)
    store.db.execute("PRAGMA foreign_keys = OFF")
    for one in ("articles", "mentions", "matches", "alerts", "deliveries", "attempts", "files"):
        store.db.execute(f"DELETE FROM {one}")  # noqa: S608 - our own tables
    store.close()
    assert pages.text("/trends") == before


@pytest.mark.parametrize("name", BUILT)
def test_the_library_is_what_was_built(name: str) -> None:
    """Not a byte differs from what release/charts.sh made of the pinned packages."""
    assert hashlib.sha256((STATIC / name).read_bytes()).hexdigest() == BUILT[name]


def test_the_library_is_the_pinned_one_with_its_licences() -> None:
    """Version by version as the lock has it, each by its digest; licences and notices lie beside."""
    charts = Path(__file__).parents[1] / "release" / "charts"
    lock: dict[str, Any] = json.loads((charts / "package-lock.json").read_text())["packages"]
    first = (STATIC / "echarts.js").read_text(encoding="ascii").partition("\n")[0]
    for name in ("echarts", "zrender", "tslib"):
        assert f"{name} {lock[f'node_modules/{name}']['version']} " in first.lower()
    assert all(one["integrity"].startswith("sha512-") for key, one in lock.items() if key)
    licences = (STATIC / "echarts.txt").read_text(encoding="utf-8")
    for said in (
        "Apache License",
        "The Apache Software Foundation",
        "Baidu",
        "Bostock",
        "Microsoft",
    ):
        assert said in licences, said


def test_the_library_runs_under_the_policy() -> None:
    """It makes no code of text, and fetches nothing."""
    text = (STATIC / "echarts.js").read_text(encoding="ascii")
    assert not re.search(r"\beval\(|new Function|XMLHttpRequest|\bfetch\(|importScripts", text)
    assert {one[:18] for one in re.findall(r"https?://[\w./-]+", text)} == {"http://www.w3.org/"}


def luminance(colour: str) -> float:
    """Give how light a colour is, as WCAG counts it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def pair(style: str, name: str) -> tuple[str, str]:
    """Give a colour of a style sheet, by light and by dark."""
    [found] = re.findall(rf"--{name}: light-dark\((#\w{{6}}), (#\w{{6}})\)", style)
    return str(found[0]), str(found[1])


@pytest.mark.parametrize("number", range(10))
def test_lines_can_be_seen(number: int) -> None:
    """Each is at least three times as light or dark as the paper, by day and by night (WCAG 1.4.11)."""
    lines = pair((STATIC / "trends.css").read_text(), f"series-{number}")
    papers = pair((STATIC / "wirewatch.css").read_text(), "surface")
    for line, paper in zip(lines, papers, strict=True):
        light, dark = sorted((luminance(line), luminance(paper)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 3


def test_names_are_those_of_the_lists(site: Site, wirewatch: Wirewatch) -> None:
    """People read what a body is called, and its country."""
    site.deliver("a.txt", " date 2026-03-01 BAKU, March 1. Trend:\n\nThe Milli Majlis met.\n")
    assert wirewatch("ingest", site.inbox, "--no-deliver").code == 0
    assert "(AZ)" in Pages(site.config, lambda: NOW).text("/trends")
