"""NewsML-G2: the text of items, items that have none, messages and wrappings."""

from pathlib import Path

import pytest

from newsml_g2_samples import BODY, GOOD, NAR, PROSE, holding, inline, news_item, one, read
from wirewatch.errors import Unreadable
from wirewatch.formats import parse
from wirewatch.formats.document import Document
from wirewatch.formats.newsml_g2 import FORMAT
from wirewatch.model import Article, Skipped
from wirewatch.states import FileReason, SkipReason

SHARED = Path(__file__).parents[2] / "shared" / "data" / "formats"


def test_xhtml_page() -> None:
    """Of a page only the story is text: no header, headline, byline, dateline or teaser."""
    page = f"""<html xmlns="http://www.w3.org/1999/xhtml"><head><title>Vote</title></head><body>
    <header><time>now</time><h1>Vote</h1><p class="byline">By Kari</p></header>
    <section class="main"><p class="teaser">In short</p>
    <p><span class="dateline">Oslo <span>(Fjord)</span> - </span>The upper house sat
      until dawn.</p><h2>What comes</h2>{PROSE[38:]}</section></body></html>"""
    article = holding(inline(page))
    assert article.title == "Vote"
    assert article.byline == "Kari"
    assert article.dateline == "Oslo (Fjord)"
    assert article.body == (
        "The upper house sat until dawn.\n\nWhat comes\n\nIt will sit again on Friday."
    )


def test_nitf() -> None:
    """NITF in an item gives its body.content, and its head where the item says nothing."""
    nitf = f"""<nitf xmlns="http://iptc.org/std/NITF/2006-10-18/"><head><title>T</title></head><body>
    <body.head><hedline><hl1>Dawn vote</hl1><hl2>Long night</hl2></hedline>
    <byline>By Ola Nordmann, <byttl>Staff Reporter</byttl></byline>
    <dateline><location>OSLO</location></dateline><abstract><p>Short</p></abstract></body.head>
    <body.content>{PROSE}</body.content><body.end><tagline>end</tagline></body.end></body></nitf>"""
    article = holding(inline(nitf, "application/nitf+xml"))
    assert article.title == "Dawn vote"
    assert article.byline == "Ola Nordmann"
    assert article.dateline == "OSLO"
    assert article.body == BODY
    assert holding(inline(nitf), "<headline>Own</headline><by>Kari</by>").title == "Own"


@pytest.mark.parametrize(
    ("byline", "expected"),
    [
        ("By <person>Kari</person> and <person>Ola</person>", "Kari, Ola"),
        ("<byttl>Fjord Desk</byttl>", "Fjord Desk"),
        ("by Kari", "Kari"),
        ("By", None),
        ("Byron Hill", "Byron Hill"),
    ],
)
def test_nitf_byline(byline: str, expected: str | None) -> None:
    """A byline is its persons, else its words without 'By' and without an office."""
    nitf = (
        f"<nitf><body><byline>{byline}</byline><body.content>{PROSE}</body.content></body></nitf>"
    )
    assert holding(inline(nitf)).byline == expected


def test_heading_in_the_text() -> None:
    """Headline, byline and dateline that open the text are not told twice."""
    meta = "<headline>Vote</headline><by>By Kari</by><dateline>OSLO, Monday (Fjord)</dateline>"
    text = f"<p>Vote</p><p>By Kari</p><p>OSLO, Monday (Fjord) – {PROSE[3:]}"
    assert holding(inline(text), meta).body == BODY
    alone = f"<p>OSLO, Monday (Fjord)</p>{PROSE}"
    assert holding(inline(alone), meta).body == BODY
    named = "<p>Oslo is large.</p>"
    assert holding(inline(named), "<dateline>Oslo</dateline>").body == "Oslo is large."


@pytest.mark.parametrize(
    "content",
    [
        f"<inlineXML>{PROSE}</inlineXML>",
        f'<inlineData contenttype="text/html"><![CDATA[{PROSE}<script>x</script>]]></inlineData>',
        (
            '<inlineData contenttype="text/plain">The upper house sat\nuntil dawn.\n \n'
            "It will sit again on Friday.\n</inlineData>"
        ),
        "<inlineData>The upper house sat until dawn.\nIt will sit again on Friday.</inlineData>",
        f'<remoteContent href="a"/><inlineXML/>{inline(PROSE)}{inline("<p>again</p>")}',
        f'<inlineData encoding="e:b64">QUJD</inlineData>{inline(PROSE)}',
        f"<inlineXML><x:p xmlns:x='urn:x'>{BODY[:31]}</x:p><p>{BODY[33:]}</p></inlineXML>",
    ],
)
def test_forms_of_content(content: str) -> None:
    """Text is XML, escaped HTML or plain; the first piece with text is the body."""
    assert holding(content).body == BODY


def test_page_in_escaped_html() -> None:
    """A whole page that stands escaped in an item is read as one that stands there as XML."""
    page = (
        f"<html><head><title>Vote</title></head><body><header><h1>Vote</h1></header>{PROSE}</body>"
    )
    data = f'<inlineData contenttype="text/html"><![CDATA[{page}]]></inlineData>'
    article = holding(data, "<headline>Vote</headline>")
    assert (article.title, article.body) == ("Vote", BODY)


def test_alert() -> None:
    """An alert may be its headline only."""
    article = one(news_item("", "<headline>Storting dissolved</headline>"))
    assert (article.headline, article.body) == ("Storting dissolved", "")


def test_message() -> None:
    """A message's items are read in order; its time and priority stand in for theirs."""
    items = "".join(
        news_item(content=inline(PROSE), of=f'guid="{name}"').replace(f" {NAR}", "")
        for name in "abc"
    )
    message = (
        f"<newsMessage {NAR}><Header><sent>2026-01-14T08:00:00Z</sent><priority>2</priority>"
        f"</Header><itemSet>{items}</itemSet></newsMessage>"
    )
    found = read(message)
    assert [item.guid for item in found if isinstance(item, Article)] == ["a", "b", "c"]
    for item in found:
        assert isinstance(item, Article)
        assert (item.published, item.urgency) == ("2026-01-14T08:00:00Z", 2)
    assert len(read(message.replace("itemSet>", "ItemSet>"))) == 3
    assert len(read(message.replace("<itemSet>", "").replace("</itemSet>", ""))) == 3
    assert read(f"<newsMessage {NAR}/>") == []


@pytest.mark.parametrize(
    ("item", "why"),
    [
        ("packageItem", SkipReason.PACKAGE),
        ("planningItem", SkipReason.PLANNING),
        ("conceptItem", SkipReason.CONCEPT),
        ("knowledgeItem", SkipReason.CONCEPT),
        ("catalogItem", SkipReason.CATALOGUE),
    ],
)
def test_items_that_are_no_news(item: str, why: SkipReason) -> None:
    """Packages, plans, concepts and catalogues are passed over by name, alone or in a message."""
    alone = f'<{item} {NAR} guid="tag:1"><itemMeta/></{item}>'
    assert read(alone) == [Skipped("tag:1", why)]
    message = f"<newsMessage {NAR}><itemSet>{alone}<other/></itemSet></newsMessage>"
    assert read(message) == [Skipped("tag:1", why), Skipped("other", SkipReason.DATA)]


@pytest.mark.parametrize(
    ("meta", "content", "why"),
    [
        ('<itemClass qcode="ninat:picture"/>', inline(PROSE), SkipReason.PICTURE),
        ('<itemClass qcode="ninat:graphic"/>', "", SkipReason.GRAPHIC),
        ('<itemClass qcode="ninat:audio"/>', "", SkipReason.AUDIO),
        ('<itemClass uri="http://cv.iptc.org/newscodes/ninature/video"/>', "", SkipReason.VIDEO),
        ('<itemClass qcode="icls:composite"/>', "", SkipReason.PACKAGE),
        ("", '<remoteContent contenttype="image/jpeg" href="a"/>', SkipReason.PICTURE),
        ("", inline("<sports-content><team>Oslo</team></sports-content>"), SkipReason.DATA),
        ("", '<inlineData contenttype="application/json">{}</inlineData>', SkipReason.DATA),
        ('<itemClass qcode="ninat:text"/>', "", SkipReason.NO_TEXT),
    ],
)
def test_news_that_is_no_text(meta: str, content: str, why: SkipReason) -> None:
    """Pictures, sounds, films, tables of results and empty items are passed over by name."""
    assert read(news_item(meta, "", content)) == [Skipped("tag:x:1", why)]


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + GOOD.encode(),
        f"\n  {GOOD}".encode(),
        f'<?xml version="1.0" encoding="UTF-8"?>\n<!-- <newsml> -->\n{GOOD}'.encode(),
        f'<?xml version="1.0" encoding="UTF-16"?>{GOOD}'.encode("utf-16"),
        f"<!--{' long' * 300}-->{GOOD}".encode(),
        GOOD.replace("newsItem", "n:newsItem").replace("xmlns=", "xmlns:n=").encode(),
    ],
)
def test_wrappings(data: bytes) -> None:
    """A byte order mark, white space, comments, encodings and prefixes make no difference."""
    assert one(data) == one(GOOD)


@pytest.mark.parametrize(
    "text",
    [
        "BAKU. KAZINFORM – The Majilis sat.",
        '<?xml version="1.0"?><NewsML Version="1.2"><NewsItem/></NewsML>',
        "<nitf><body/></nitf>",
        '<rss version="2.0"><channel><title>newsItem guid= newsml-g2</title></channel></rss>',
        "<newsItem><p>somebody's own</p></newsItem>",
        '{"guid": "newsml-g2"}',
    ],
)
def test_others_are_not_claimed(text: str) -> None:
    """Other formats' files are left to them."""
    assert not FORMAT.recognises(Document(text.encode(), 1_000_000))


@pytest.mark.parametrize(
    "text",
    [
        GOOD[: len(GOOD) // 2],
        GOOD.replace("</itemMeta>", ""),
        GOOD.replace("<urgency>", "<urgency <"),
        "<newsItem guid='a'>" + "<a>" * 100_000,
    ],
)
def test_malformed(text: str) -> None:
    """XML that is cut off, crossed or broken is refused as malformed."""
    with pytest.raises(Unreadable) as refused:
        read(text)
    assert refused.value.reason is FileReason.MALFORMED


def test_entities_are_not_expanded() -> None:
    """An entity that a file declares for itself is neither fetched nor expanded."""
    declared = '<!DOCTYPE newsItem [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
    article = one(declared + news_item(content=inline(f"<p>&e;One.</p>{PROSE}")))
    assert article.body == f"One.\n\n{BODY}"


@pytest.mark.skipif(not SHARED.exists(), reason="the collected files are not on this machine")
def test_collected_files() -> None:
    """The standard's own examples, and dpa's, are articles or are passed over for a reason."""
    found = {
        path.name: read(path.read_bytes())
        for folder in ("newsml-g2", "dpa-digitalwires/output")
        for path in sorted((SHARED / folder).glob("*.xml"))
        if FORMAT.recognises(Document(path.read_bytes(), 1_000_000))
    }
    assert len(found) == 38
    items = [item for items in found.values() for item in items]
    articles = [item for item in items if isinstance(item, Article)]
    assert len(articles) == 11
    assert all(article.guid and article.headline and article.published for article in articles)
    skipped = [item.why for item in items if isinstance(item, Skipped)]
    assert len(skipped) == 31
    assert skipped.count(SkipReason.NO_TEXT) == 7


@pytest.mark.skipif(not SHARED.exists(), reason="the collected files are not on this machine")
def test_no_phone_of_dpa_is_shown() -> None:
    """What dpa marks as not public is in no field of its stories."""
    for path in sorted((SHARED / "dpa-digitalwires" / "output").glob("*.xml")):
        for item in read(path.read_bytes()):
            assert "+49" not in str(item)
            assert "@dpa.com" not in str(item)


@pytest.mark.skipif(not SHARED.exists(), reason="the collected files are not on this machine")
def test_dpa_says_the_same_in_json() -> None:
    """A story of dpa in NewsML-G2 and in JSON is the same article, field by field."""
    dpa = SHARED / "dpa-digitalwires"
    for path in sorted((dpa / "output").glob("*.xml")):
        same = parse((dpa / "input" / f"{path.stem}.json").read_bytes(), 1_000_000)
        found = parse(path.read_bytes(), 1_000_000)
        assert (found.format, same.format) == ("newsml-g2", "ninjs")
        assert found.articles == same.articles
        assert found.skipped == same.skipped
