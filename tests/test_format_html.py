"""HTML: every field of a page stands in its place, by whichever marks the page says it."""

import json

import pytest

from wirewatch.formats.html.page import read
from wirewatch.formats.identity import identity_of
from wirewatch.model import Article
from wirewatch.states import Precision

PARAGRAPHS = (
    "The clerks of the lower house moved the lamps of the great hall to its other side on Monday.",
    "Nobody had asked them to, and the keeper of the lamps found an empty hook in every window.",
    "The lamps will stay where they are until the house has voted, the speaker wrote on a board.",
)
BODY = "\n\n".join(PARAGRAPHS)
STORY = "".join(f"<p>{text}</p>\n" for text in PARAGRAPHS)
ADDRESS = "https://lamp.example/house/lamps-17"
SAID = {
    "@context": "https://schema.org",
    "@type": "NewsArticle",
    "headline": "Lamps change sides",
    "mainEntityOfPage": {"@type": "WebPage", "@id": ADDRESS},
    "datePublished": "2026-03-03T10:00:00+03:00",
    "dateModified": "2026-03-03T10:00:30+03:00",
    "author": [{"@type": "Person", "name": "By Ilze Krauja"}, "Ann Bo", {"name": "Harbour Lamp"}],
    "publisher": {"@type": "Organization", "name": "Harbour Lamp"},
    "inLanguage": "en-GB",
    "keywords": "lamps, clerks,lamps",
    "articleSection": ["House"],
}
SECOND = 1772521230


def page(head: str = "", body: str = STORY, attributes: str = "") -> str:
    """Write a page."""
    return f"<!doctype html><html{attributes}><head>{head}</head><body>{body}</body></html>"


def data(value: object) -> str:
    """Write JSON-LD as a page holds it."""
    return f'<script type="application/ld+json">{json.dumps(value)}</script>'


def one(text: str | bytes, url: str = "", charset: str = "") -> Article:
    """Read a page that is an article."""
    article = read(text if isinstance(text, bytes) else text.encode(), url, charset)
    assert isinstance(article, Article)
    return article


def test_field_by_field() -> None:
    """Every field that JSON-LD has stands in its place."""
    assert one(page(data(SAID))) == Article(
        guid=ADDRESS,
        title="Lamps change sides",
        headline="Lamps change sides",
        body=BODY,
        version=SECOND,
        published="2026-03-03T07:00:00Z",
        published_precision=Precision.MINUTE,
        agency="Harbour Lamp",
        byline="Ilze Krauja, Ann Bo",
        language="en-GB",
        url=ADDRESS,
        subjects=("lamps", "clerks", "House"),
    )


@pytest.mark.parametrize(
    "written",
    [
        data([{"@type": "WebSite", "name": "x"}, SAID]),
        data({"@graph": [{"@type": "WebPage", "name": "x"}, SAID]}),
        data({"@type": "WebPage", "mainEntity": SAID}),
        data(SAID | {"@type": ["Thing", "schema:ReportageNewsArticle"]}),
        data(SAID | {"@type": "http://schema.org/LiveBlogPosting"}),
        '<script type="application/ld+json">{"@type": "NewsArticle", "headline": </script>'
        + data(SAID),
        data(SAID).replace("{", "<!--{", 1).replace("</script>", "--></script>"),
        data(SAID).replace("{", "//<![CDATA[\n{", 1).replace("</script>", "\n//]]></script>"),
        data(SAID).replace("{", "/*<![CDATA[*/{", 1).replace("</script>", ";/*]]>*/</script>"),
        data(SAID).replace("lamps, clerks,lamps", "lamps,\nclerks,\tlamps"),
        data(SAID | {"headline": "<b>Lamps</b> change&nbsp;sides&#8203;"[:-7]}),
    ],
)
def test_linked_data_as_sites_write_it(written: str) -> None:
    """Lists, graphs, prefixes, comments, CDATA and a broken neighbour change nothing."""
    assert one(page(written)) == one(page(data(SAID)))


def test_linked_data_elsewhere() -> None:
    """A publisher and a writer may be told of in another place, and are known by their names."""
    said = SAID | {"publisher": {"@id": "#us"}, "author": {"@id": "#ann"}}
    us = [{"@id": "#us", "name": "Quay News"}, {"@id": "#ann", "@type": "Person", "name": "Ann Bo"}]
    article = one(page(data([said, *us])))
    assert (article.agency, article.byline) == ("Quay News", "Ann Bo")


def test_the_story_of_several() -> None:
    """Of several stories in JSON-LD that of the page's address is the page's, or of its title."""
    other = SAID | {"headline": "Other", "mainEntityOfPage": "https://lamp.example/other"}
    canonical = f'<link rel="canonical" href="{ADDRESS}">'
    assert one(page(canonical + data([other, SAID]))).title == "Lamps change sides"
    titled = "<title>Lamps change sides</title>"
    assert one(page(titled + data([other, SAID]))).title == "Lamps change sides"
    assert one(page("<title>Neither</title>" + data([other, SAID]))).title == "Neither"


def test_open_graph() -> None:
    """Without JSON-LD the marks of OpenGraph are read, and OpenGraph's agency is cut off a title."""
    head = """<title>x</title><meta property="og:type" content="article">
    <meta property="og:title" content="Lamps change sides | Harbour Lamp">
    <meta property="og:site_name" content="Harbour Lamp"><meta property="og:locale" content="en_GB">
    <meta property="og:url" content="/house/lamps-17#top"><base href="https://lamp.example/x/">
    <meta property="article:published_time" content="2026-03-03T10:00:00+03:00">
    <meta property="article:modified_time" content="2026-03-03T10:00:30+03:00">
    <meta property="article:author" content="https://lamp.example/ann">
    <meta name="author" content="by Ilze Krauja"><meta property="article:tag" content="lamps">
    <meta property="article:tag" content="clerks"><meta property="article:section" content="House">
    <a rel="author">Ann Bo</a>"""
    expected = one(page(data(SAID)))._replace(byline="Ilze Krauja")
    assert one(page(head)) == expected


def test_dublin_core_and_older_marks() -> None:
    """Dublin Core and what pages had before it are read; a day stays a day."""
    head = """<title>Lamps change sides</title><meta name="DC.Creator" content="Ilze Krauja">
    <META NAME="DC.Publisher" CONTENT="Harbour Lamp"><meta name="DCTERMS.issued" content="2026-03-03">
    <meta name="keywords" content="lamps, clerks"><link rel="shortlink" href="https://lamp.example/1">"""
    assert one(page(head, attributes=' lang="en"')) == Article(
        guid=identity_of("", "Lamps change sides", BODY),
        title="Lamps change sides",
        headline="Lamps change sides",
        body=BODY,
        published="2026-03-03",
        published_precision=Precision.DAY,
        agency="Harbour Lamp",
        byline="Ilze Krauja",
        language="en",
        subjects=("lamps", "clerks"),
    )


def test_nothing_is_invented() -> None:
    """A page that says nothing of itself has a body, and its first sentence as headline."""
    article = one(page())
    assert article == Article(
        guid=identity_of("", "", BODY), title="", headline=PARAGRAPHS[0], body=BODY
    )


@pytest.mark.parametrize(
    ("body", "published"),
    [
        ('<time datetime="2026-03-03T10:00Z" pubdate>3 March</time>', "2026-03-03T10:00:00Z"),
        ('<time itemprop="datePublished" datetime="2026-03-03">x</time>', "2026-03-03"),
        ('<article><time datetime="2026-03-03">x</time></article>', "2026-03-03"),
        ('<time datetime="2026-03-03">x</time>', None),
        (
            '<article><time datetime="2026-03-03"></time><time datetime="2025"></time></article>',
            None,
        ),
        ('<time datetime="soon" pubdate>3 March</time>', None),
    ],
)
def test_times_in_the_text(body: str, published: str | None) -> None:
    """A marked time is the date, and the only one of the only article; others may be anything."""
    assert one(page(body=body + STORY)).published == published


@pytest.mark.parametrize(
    ("title", "heading", "expected"),
    [
        ("Lamps - Harbour Lamp", "", "Lamps - Harbour Lamp"),
        ("Lamps - House - Harbour Lamp", "Lamps", "Lamps"),
        ("Lamps", "Harbour Lamp", "Lamps"),
        ("", "Lamps", "Lamps"),
    ],
)
def test_title_and_heading(title: str, heading: str, expected: str) -> None:
    """The heading is the title where the page's title repeats it, or where it has none.

    Either is cut off the story's front.
    """
    article = one(page(f"<title>{title}</title>", f"<h1>{heading}</h1>{STORY}"))
    assert (article.title, article.body) == (expected, BODY)


def test_a_correction_is_a_newer_version() -> None:
    """A page with a later time of change and the same address is a newer version of itself."""
    early, late = (
        one(page(data(SAID | {"dateModified": f"2026-03-0{day}T10:00Z"}))) for day in (3, 4)
    )
    assert early.guid == late.guid == ADDRESS
    assert late.version - early.version == 86_400


@pytest.mark.parametrize(
    "text",
    [
        page(data(SAID | {"dateModified": None})),
        page(data(SAID | {"dateModified": "2026-03-03"})),
        page(data(SAID)).replace("</body></html>", ""),
        page(data(SAID | {"mainEntityOfPage": "https://lamp.example/"})),
        page(data(SAID | {"mainEntityOfPage": "lamps-17"})),
    ],
    ids=["no change", "a day", "cut", "address of the site", "no address"],
)
def test_no_text_is_lost_as_a_duplicate(text: str) -> None:
    """Without a time of change, an end or an address of its own, other text is another article."""
    first, second = one(text), one(text.replace("an empty hook", "a full hook"))
    assert first.guid.startswith("sha256:")
    assert first.guid != second.guid
    assert first.version == second.version == 1


def test_the_address_it_was_fetched_from() -> None:
    """The answer's address is that of a page that names none, and the base of one that is short."""
    head = data(SAID | {"mainEntityOfPage": None})
    assert one(page(head), "https://lamp.example/a?b=1#c").guid == "https://lamp.example/a?b=1"
    short = '<link rel="canonical" href="../b">'
    assert one(page(head + short), "https://lamp.example/a/c").url == "https://lamp.example/b"
    for none in ("javascript:x()", "ftp://lamp.example/b", "https://[x/", "https:///b", "a b"):
        assert one(page(head + f'<link rel="canonical" href="{none}">')).url is None
