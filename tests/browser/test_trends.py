"""The page of trends: drawn from its tables, saved in three forms, in any light and width."""

import csv
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from browser.conftest import PHONE, Open
from browser.desk import Desk
from browser.test_pages import findings, is_wider_than_its_window
from pages_desk import story

CHARTS = ("months", "pairs", "week", "delays")
PIXELS = """canvas => {
  const copy = new OffscreenCanvas(canvas.width, canvas.height);
  const drawing = copy.getContext("2d", { willReadFrequently: true });
  drawing.drawImage(canvas, 0, 0);
  const { data } = drawing.getImageData(0, 0, canvas.width, canvas.height);
  const seen = new Set();
  for (let place = 0; place < data.length; place += 4) seen.add(data.slice(place, place + 3).join());
  return [...seen];
}"""
"""The colours in a drawing, that of its corner first."""


def trends(opened: Open, at_work: Desk, **options: object) -> Page:
    """Open the page when articles have come that name two parliaments, and somebody was told."""
    for number in range(2):
        text = story("river-1", uri=f"urn:trends:{number}", headline=f"Majilis, part {number}")
        at_work.drop(f"trends-{number}.json", text)
    at_work.wait(lambda: at_work.count("SELECT count(*) FROM delays") > 0)
    page = opened("/trends", **options)
    for chart in drawn(page):
        expect(page.locator(f"[data-chart={chart}] canvas").first).to_be_visible()
    return page


def drawn(page: Page) -> list[str]:
    """Give the charts of the page; that of the week is there once an hour has ended."""
    found = page.locator("[data-chart]").all()
    names = [str(one.get_attribute("data-chart")) for one in found]
    assert {*names} >= {*CHARTS} - {"week"}
    return names


@pytest.mark.parametrize("light", ["light", "dark"])
def test_charts_are_drawn(opened: Open, at_work: Desk, light: str) -> None:
    """Each chart has ink of several colours; axe-core finds nothing serious in either light."""
    page = trends(opened, at_work, color_scheme=light)
    for chart in drawn(page):
        canvas = page.locator(f"[data-chart={chart}] canvas").first
        at_work.wait(lambda drawing=canvas: len(drawing.evaluate(PIXELS)) > 10)  # type: ignore[misc]
    assert findings(page) == []


def test_charts_follow_the_light(opened: Open, at_work: Desk) -> None:
    """When the system turns dark an open page is drawn anew, on dark paper."""
    page = trends(opened, at_work, color_scheme="light")
    canvas = page.locator("[data-chart=months] canvas").first
    assert canvas.evaluate(PIXELS)[0] == "255,255,255"
    page.emulate_media(color_scheme="dark")
    at_work.wait(lambda: canvas.evaluate(PIXELS)[0] == "26,30,34")


def saved(page: Page, chart: str, form: str, folder: Path) -> Path:
    """Save a chart as a visitor does."""
    with page.expect_download() as waiting:
        page.locator(f"[data-chart={chart}] [data-save={form}]").click()
    out: Path = folder / waiting.value.suggested_filename
    waiting.value.save_as(out)
    return out


@pytest.mark.parametrize("chart", [one for one in CHARTS if one != "week"])
def test_a_chart_is_saved(opened: Open, at_work: Desk, chart: str, tmp_path: Path) -> None:
    """As PNG in double density, as SVG that holds no script, and its table as CSV."""
    page = trends(opened, at_work)
    png = saved(page, chart, "png", tmp_path)
    with Image.open(png) as picture:
        assert (png.name, picture.size) == (f"wirewatch-{chart}.png", (2400, 1400))
    svg = saved(page, chart, "svg", tmp_path).read_text(encoding="utf-8")
    assert svg.startswith("<svg ")
    assert "<script" not in svg
    text = saved(page, chart, "csv", tmp_path).read_text(encoding="utf-8-sig")
    rows = list(csv.reader(text.splitlines()))
    assert len(rows) == page.locator(f"[data-chart={chart}] tr").count()
    assert len({len(row) for row in rows}) == 1
    assert all(cell.isdecimal() for row in rows[1:] for cell in row[1:])


def test_a_name_is_chosen_and_taken_out(opened: Open, at_work: Desk) -> None:
    """It is typed as it is called; then only it is drawn, until it is taken out again."""
    page = trends(opened, at_work)
    rows = page.locator("[data-chart=months] tbody tr")
    label = rows.first.locator("th").inner_text()
    page.locator("input[name=add]").fill(label)
    page.keyboard.press("Enter")
    expect(rows).to_have_count(1)
    expect(rows.first.locator("th")).to_have_text(label)
    page.locator(".chosen a").first.click()
    expect(page.locator(".chosen")).to_have_count(0)


def test_without_scripts_there_are_tables(opened: Open, at_work: Desk) -> None:
    """Nothing is lost but the drawing; no button stands there that does nothing."""
    trends(opened, at_work)
    page = opened("/trends", java_script_enabled=False)
    expect(page.locator("[data-chart=months] table")).to_be_visible()
    expect(page.locator("[data-chart=months] .drawing")).to_be_hidden()
    expect(page.locator("[data-chart=months] .exports")).to_be_hidden()


def test_trends_fit_a_phone(opened: Open, at_work: Desk) -> None:
    """No sideways moving of the page; tables move inside their frames."""
    page = trends(opened, at_work, **PHONE)
    assert not is_wider_than_its_window(page)
    assert findings(page) == []
