"""HTML: the story of a page is an article, what a site puts around it is nothing."""

import pytest

from test_format_html import ADDRESS, BODY, PARAGRAPHS, SAID, STORY, data, one, page
from wirewatch.formats import parse
from wirewatch.formats.document import Document
from wirewatch.formats.html import FORMAT
from wirewatch.formats.html.page import read
from wirewatch.model import Skipped
from wirewatch.states import SkipReason


def test_furniture_is_left_out() -> None:
    """Menus, consent, related links, forms and a footer are no part of the story."""
    around = """<div class="cookie-consent"><p>We and our 211 partners store things.</p></div>
    <nav><ul><li><a href="/a">House</a></li><li><a href="/b">Quays</a></li></ul></nav><main><article>
    <h1>Lamps change sides</h1>%s<aside class="related"><h3>More</h3><a href="/c">A bell falls silent
    </a></aside></article></main><footer><p>All rights with the lamp.</p></footer>"""
    assert one(page("<title>Lamps change sides</title>", around % STORY)).body == BODY


def test_text_in_the_marks() -> None:
    """Where JSON-LD has plainly more of the story than the page shows, that is the body."""
    more = "".join(f"<p>{text}</p>" for text in (*PARAGRAPHS, *PARAGRAPHS[::-1]))
    article = one(page(data(SAID | {"articleBody": more}), f"<p>{PARAGRAPHS[0]}</p>"))
    assert article.body == f"{BODY}\n\n" + "\n\n".join(PARAGRAPHS[::-1])
    plain = SAID | {"articleBody": "\n".join(PARAGRAPHS)}
    assert one(page(data(plain), "<p>Sign in to read on.</p>")).body == BODY
    assert one(page(data(SAID | {"articleBody": "The clerks."}))).body == BODY


def test_live_blog() -> None:
    """The entries of a live blog are its text where the page itself does not show them."""
    entries = [
        {"@type": "BlogPosting", "headline": f"Hour {n}", "articleBody": PARAGRAPHS[n]}
        for n in range(3)
    ]
    said = SAID | {"@type": "LiveBlogPosting", "liveBlogUpdate": entries}
    body = one(page(data(said), "<div>Loading</div>")).body
    assert body == "\n\n".join(f"Hour {n}\n\n{PARAGRAPHS[n]}" for n in range(3))


def test_marks_of_text() -> None:
    """Headings, lists, quotations and tables are paragraphs of plain text."""
    inside = (
        "<h2>Hooks</h2><ul><li>brass hooks of the old kind</li><li>iron hooks</li></ul>"
        "<blockquote><p>Not one lamp is missing, said the keeper.</p></blockquote>"
        f"<p>{PARAGRAPHS[1].replace('keeper', '<b>kee</b>per')}</p>"
    )
    body = one(page(body=f"<article>{STORY}{inside}</article>")).body
    expected = (
        "Hooks", "brass hooks of the old kind", "iron hooks",
        "Not one lamp is missing, said the keeper.", PARAGRAPHS[1],
    )  # fmt: skip
    assert body == "\n\n".join((BODY, *expected))


TEASERS = "".join(
    f'<li><h3><a href="/{n}">Headline number {n} of the day</a></h3><p>A teaser of some words.</p></li>'
    for n in range(30)
)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (f"<ul>{TEASERS}</ul>", SkipReason.CATALOGUE),
        ('<p><a href="/a">A lamp</a> <a href="/b">A bell</a></p>' * 50, SkipReason.CATALOGUE),
        ("<p>No results for your search.</p>", SkipReason.NO_TEXT),
        ("", SkipReason.NO_TEXT),
        (f'<div class="big consent-layer">{STORY}</div>', SkipReason.NO_TEXT),
        (f'<div role="dialog">{STORY}</div>', SkipReason.NO_TEXT),
        (f"<form>{STORY}</form><p>Please confirm.</p>", SkipReason.NO_TEXT),
    ],
    ids=["teasers", "links", "search", "empty", "consent", "dialog", "form"],
)
def test_no_story(body: str, why: SkipReason) -> None:
    """A list of links, a search without results and a request for consent are no articles."""
    text = page("<title>Today</title>", body).encode()
    assert read(text) == Skipped("Today", why)
    assert read(text, ADDRESS) == Skipped(ADDRESS, why)


def test_density() -> None:
    """Where the library gives up, the whole of the only article is the story, without its links."""
    links = '<ul><li><a href="/a">A bell falls silent</a></li><li><a href="/b">Two words</a> and</li></ul>'
    sections = "".join(f"<section><p>{text}</p><p>Yes.</p></section>" for text in PARAGRAPHS)
    text = page(body=f"{'<div>' * 300}<p>Read on.</p><article>{sections}{links}</article>")
    assert one(text).body == "\n\nYes.\n\n".join(PARAGRAPHS) + "\n\nYes."


def test_the_first_of_several_languages() -> None:
    """Of several languages the first counts; the name of one in words is none."""
    assert one(page('<meta http-equiv="content-language" content="et, ru">')).language == "et"
    assert one(page('<meta name="language" content="Eesti keel">')).language is None


def test_a_list_of_stories_is_none() -> None:
    """Stories that JSON-LD names in a list do not make a story of the list."""
    items = {"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "item": SAID}]}
    assert isinstance(read(page(data(items), f"<ul>{TEASERS}</ul>").encode()), Skipped)


def test_a_short_story_that_says_so() -> None:
    """A page that calls itself a story is one however short it is."""
    assert one(page(data(SAID), "<p>The lamps are back.</p>")).body == "The lamps are back."
    assert isinstance(read(page(body="<p>The lamps are back.</p>").encode()), Skipped)


@pytest.mark.parametrize(
    "start",
    [
        "<!DOCTYPE html>",
        "\n\t<!-- made by a lamp --><!doctype HTML PUBLIC '-//W3C//DTD XHTML 1.0 Strict//EN'>",
        "<?xml version='1.0' encoding='utf-8'?>\n<!DOCTYPE html>",
        "<html>",
        "<HTML lang=en>",
        "<head>",
        "<body class='x'>",
        "<html\n>",
        "<!--[if IE]><p>old</p><![endif]--><html>",
        "<!--" + "licence " * 4_000 + "--><html>",
    ],
)
def test_recognised(start: str) -> None:
    """A page is told by its first tag, whatever comments and declarations stand before it."""
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le"):
        assert FORMAT.recognises(Document((start + STORY).encode(encoding), 1))
    assert parse((start + STORY).encode(), 100_000).format == "html"


@pytest.mark.parametrize(
    "text",
    [
        "<rss version='2.0'><channel></channel></rss>",
        "<?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom'></feed>",
        "<nitf><body/></nitf>",
        "<!-- <html> --><newsItem/>",
        "<!DOCTYPE nitf><nitf/>",
        "PRAGUE. The <html> tag is old.",
        "<htmlx>",
        "<header>",
        "<!--" + "<html>" * 100_000,
        "{}",
        "",
    ],
)
def test_others(text: str) -> None:
    """What begins otherwise is no page, though it may hold one."""
    assert not FORMAT.recognises(Document(text.encode(), 1_000_000))


def test_a_page_that_poses_as_a_feed() -> None:
    """A page that is called a feed by its sender is a page."""
    text = page('<link rel="alternate" type="application/rss+xml" href="/feed">')
    assert parse(text.encode(), 100_000).format == "html"
    assert parse(("<?xml version='1.0'?><!-- <rss> -->" + text).encode(), 100_000).format == "html"
