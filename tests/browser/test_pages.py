"""Each page as people use it: live, by keyboard, on a phone, and with what they cannot see."""

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from browser.conftest import PHONE, Open
from browser.desk import Desk
from browser.pictures import LARGEST, picture
from pages_desk import story

OURS = (
    "/", "/?q=title:(budget", "/?language=de", "/story/1", "/story/2", "/story/3", "/story/4",
    "/story/5", "/alerts", "/alerts?state=dead", "/alerts/1", "/why?rule=kz-az&article=1", "/rules",
    "/workbench", "/workbench?rule=kz-az", "/workbench?q=title:(budget", "/health",
)  # fmt: skip
_TWO_DIGITS = "for (const one of document.querySelectorAll('td em')) one.textContent = '12'"
"""Makes numbers of rows long enough for axe, which does not judge a single character's colour."""
THEIRS = (
    "/store",
    "/store/articles",
    "/store/articles/1",
    "/store/named-together",
    "/store?sql=select+1",
)
DOCS = Path(__file__).parents[2] / "docs" / "images"


def findings(page: Page) -> list[str]:
    """Give what axe-core finds to be serious."""
    found: dict[str, Any] = Axe().run(page).response
    return [
        f"{one['id']}: {node['html'][:200]}"
        for one in found["violations"]
        if one["impact"] in {"serious", "critical"}
        for node in one["nodes"]
    ]


def is_wider_than_its_window(page: Page) -> bool:
    """Tell whether a page must be moved sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))


def test_a_file_in_the_inbox_appears_on_the_open_page(opened: Open, at_work: Desk) -> None:
    """It stands first, without a reload, with its hits marked; the page says how many came."""
    page = opened("/")
    expect(page.locator("#live")).to_have_class("live on")
    page.evaluate("window.isTheSame = true")
    at_work.drop("live.json", story("river-1", uri="urn:live", headline="The Majilis goes live"))
    first = page.locator(".wire .item").first
    expect(first.locator(".headline")).to_have_text("The Majilis goes live")
    expect(first.locator("mark").first).to_have_text("Majilis")
    expect(page.locator("#arrived")).to_have_text("New articles: 1")
    assert page.evaluate("window.isTheSame") is True


def test_an_open_page_takes_only_what_it_asks_for(opened: Open, at_work: Desk) -> None:
    """Filters and the query hold for what arrives too."""
    page = opened("/?language=de&q=Haushalt")
    expect(page.locator("#live")).to_have_class("live on")
    count = page.locator(".wire .item").count()
    at_work.drop("other.json", story("river-1", uri="urn:other", headline="Nothing of that kind"))
    at_work.drop(
        "mine.json",
        story(
            "secret",
            uri="urn:mine",
            headline="Noch ein Haushalt",
            body_text="Der Haushalt wurde am Montag beraten.",
        ),
    )
    expect(page.locator(".wire .headline").first).to_have_text("Noch ein Haushalt")
    expect(page.locator(".wire .item")).to_have_count(count + 1)


def test_the_wire_by_keyboard(opened: Open) -> None:
    """J and k move, Enter opens, / searches, Escape leaves, ? lists the keys, g w leads back."""
    page = opened("/")
    titles = page.locator(".wire .headline")
    page.keyboard.press("j")
    expect(titles.nth(0)).to_be_focused()
    page.keyboard.press("j")
    expect(titles.nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(titles.nth(0)).to_be_focused()
    page.keyboard.press("/")
    expect(page.locator("#question")).to_be_focused()
    page.keyboard.type("jk?")
    expect(page.locator("#question")).to_have_value("jk?")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/story/*")
    page.keyboard.press("g")
    page.keyboard.press("w")
    page.wait_for_url(lambda url: url.endswith("/"))


def test_the_first_stop_skips_to_the_content(opened: Open) -> None:
    """Who moves by Tab alone can pass by the menu."""
    page = opened("/health")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_filters_are_taken_at_once(opened: Open) -> None:
    """What is chosen shows its articles, and stands in the address, without what is empty."""
    page = opened("/")
    page.select_option("select[name=language]", "ar")
    page.wait_for_url("**/?language=ar")
    expect(page.locator(".wire .item")).to_have_count(1)
    page.get_by_role("link", name="Clear").click()
    page.wait_for_url(lambda url: url.endswith("/"))


def test_right_to_left_text_runs_so(opened: Open) -> None:
    """An article in Arabic script runs from right to left; the page around it does not."""
    page = opened("/story/5")
    direction = "element => getComputedStyle(element).direction"
    assert page.locator("h1").evaluate(direction) == "rtl"
    assert page.locator(".text p").first.evaluate(direction) == "rtl"
    assert page.locator("body").evaluate(direction) == "ltr"


def test_language_and_light_are_kept(opened: Open) -> None:
    """A choice holds on the next page too, and on those of Datasette; nothing flashes first."""
    page = opened("/")
    page.locator(".choice summary").first.click()
    page.get_by_role("link", name="Қазақша").click()
    expect(page.locator(".menu a").first).to_have_text("Лента")
    page.locator(".choice summary").last.click()
    page.get_by_role("link", name="Қараңғы").click()
    page.get_by_role("link", name="Деректер").click()
    page.wait_for_url("**/store")
    shown = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert shown == "rgb(20, 23, 26)"
    assert page.locator("html").get_attribute("lang") == "kk"


@pytest.mark.parametrize("light", ["light", "dark"])
@pytest.mark.parametrize("path", OURS)
def test_ours_have_no_serious_finding(opened: Open, path: str, light: str) -> None:
    """axe-core finds nothing serious, in either light; nothing is complained of in the console."""
    page = opened(path, color_scheme=light)
    assert findings(page) == []


@pytest.mark.parametrize("path", [*OURS, *THEIRS])
def test_pages_fit_a_phone(opened: Open, path: str) -> None:
    """No page must be moved sideways at 390 points, and none has findings there."""
    page = opened(path, **PHONE)
    assert not is_wider_than_its_window(page)
    if path in OURS:
        assert findings(page) == []


@pytest.mark.parametrize("path", THEIRS)
def test_datasettes_pages_work_under_the_policy(opened: Open, path: str) -> None:
    """Its scripts and styles are let run: nothing is complained of; colours have contrast."""
    for light in ("light", "dark"):
        page = opened(path, color_scheme=light)
        page.evaluate(_TWO_DIGITS)
        assert [one for one in findings(page) if one.startswith("color-contrast")] == []


@pytest.mark.parametrize(
    ("name", "path", "options"),
    [
        ("wire", "/", {}),
        ("wire-dark", "/", {"color_scheme": "dark"}),
        ("wire-phone", "/", PHONE),
        ("story", "/story/2", {}),
        ("alerts", "/alerts", {}),
        ("workbench", "/workbench?rule=kz-az&q=%40parliament:KZ", {}),
        ("health", "/health", {}),
        ("trends", "/trends", {}),
    ],
)
def test_pictures_for_the_docs(
    opened: Open, images: Path, name: str, path: str, options: dict[str, object]
) -> None:
    """Each picture can be made, is small, and stands in the docs."""
    page = opened(path, **options)
    assert picture(page, images / f"{name}.png") <= LARGEST
    assert (DOCS / f"{name}.png").is_file()


def test_an_alert_is_taken_on(opened: Open, at_work: Desk) -> None:
    """The button asks the daemon; the page says so, and the alert has a name on it."""
    page = opened("/alerts/1")
    page.get_by_label("Your name").first.fill("Ayan")
    page.get_by_role("button", name="Take on").click()
    expect(page.locator(".notice")).to_have_text("Taken on.")
    expect(page.locator(".panel").first).to_contain_text("Ayan")
    assert at_work.count("SELECT count(*) FROM alerts WHERE acknowledged_by LIKE 'Ayan%'") == 1
    page.goto(at_work.address + "/alerts?taken=yes")
    expect(page.locator(".posted")).to_have_count(1)
    assert page.context.cookies()
    page.goto(at_work.address + "/alerts/2")
    expect(page.get_by_label("Your name").first).to_have_value("Ayan")


def test_a_silence_begins_and_ends(opened: Open, at_work: Desk) -> None:
    """What nobody shall hear of for a while stands in a list, with a button that ends it."""
    page = opened("/alerts")
    page.get_by_text("Begin a silence").click()
    page.locator(".wish input[name=rule]").fill("nothing-*")
    page.locator(".wish input[name=comment]").fill("a rehearsal")
    page.get_by_role("button", name="Silence", exact=True).click()
    expect(page.locator(".notice")).to_contain_text("is at work until")
    expect(page.locator("table")).to_contain_text("a rehearsal")
    page.get_by_role("button", name="End").click()
    expect(page.locator(".notice")).to_have_text("The silence is over.")
    assert at_work.count("SELECT count(*) FROM silences WHERE ended IS NOT NULL") == 1


def test_the_workbench_shows_an_error_then_a_result(opened: Open) -> None:
    """While somebody types: what is wrong with a caret, then what it would have caught."""
    page = opened("/workbench?rule=kz-az")
    expect(page.locator("#result")).to_contain_text("of ")
    page.locator("#question").fill("title:(Majilis")
    expect(page.locator("#result .fault pre")).to_contain_text("^")
    page.locator("#question").fill("title:(Majilis OR Haushalt)")
    expect(page.locator("#result .sum")).to_contain_text("more than the rule")
    expect(page.locator("#result .fault")).to_have_count(0)
    expect(page.locator("#toml")).to_contain_text("title:(Majilis OR Haushalt)")
    expect(page.locator("#result .chart rect.new").last).to_be_attached()
    assert "Haushalt" in page.url


def test_why_a_rule_rang(opened: Open) -> None:
    """From a story one comes to the tree of a rule, with what was true."""
    page = opened("/story/1")
    page.get_by_role("link", name="Why did it (not) ring?").first.click()
    expect(page.locator("main")).to_contain_text("alert 1")
    expect(page.locator("pre")).to_contain_text("@parliament:KZ")
