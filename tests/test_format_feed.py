"""Feeds: RSS in all its versions and Atom, each entry an article, and nothing is ever fetched."""

import builtins
import contextlib
import socket
from typing import Any

import feedparser
import pytest

from wirewatch.errors import Unreadable
from wirewatch.formats import parse
from wirewatch.formats.document import Document
from wirewatch.formats.feed import FORMAT
from wirewatch.model import Article, Skipped
from wirewatch.states import FileReason, Precision, SkipReason

LIMIT = 10_000_000
RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel><title>Quay News</title><link>https://quay.example/</link><language>en-GB</language>
{}</channel></rss>"""
GOOD = RSS.format("""<item>
<title>Salt &amp;amp; bells</title><link>https://quay.example/1?a=1&amp;b=2</link>
<guid isPermaLink="false">17</guid><pubDate>Tue, 03 Mar 2026 10:00:00 +0300</pubDate>
<dc:creator>By Ann Bo</dc:creator><dc:creator>Cy Do</dc:creator>
<category domain="http://cv.iptc.org/newscodes/mediatopic/">11000000</category>
<category>quays</category><category>quays</category>
<description>In short.</description>
<content:encoded><![CDATA[<p>The Storting&nbsp;rang <b>its</b> bell.</p><script>x()</script>
<p>Nobody came &eacute;arly.</p>]]></content:encoded></item>""")
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr"><title>Le Quai</title>
<author><name>La Vigie</name></author>
<entry xml:lang="de"><id>urn:quay:1</id><title type="html">Glocke &lt;i&gt;neu&lt;/i&gt;</title>
<link href="https://quay.example/2"/><updated>2026-03-03T10:00:00Z</updated>
<published>2026-03-02T10:00:00Z</published><category term="medtop:11000000" label="Politik"/>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Eins.</p><p>Zwei &lt;3.</p></div>
</content></entry>
<entry><id>urn:quay:2</id><title>Cloche</title><updated>2026-03-04</updated>
<summary>En bref.</summary></entry></feed>"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="c"><title>Quay News</title></channel>
<item rdf:about="https://quay.example/3"><title>Ropes</title><link>https://quay.example/3</link>
<description>New ropes.</description><dc:date>2026-03-03</dc:date><dc:creator>Eva Ek</dc:creator>
<dc:subject>ropes</dc:subject></item></rdf:RDF>"""


def read(text: str | bytes) -> list[Article | Skipped]:
    """Read a feed by this format alone."""
    document = Document(text if isinstance(text, bytes) else text.encode(), LIMIT)
    assert FORMAT.recognises(document)
    return list(FORMAT.parse(document))


def one(text: str | bytes) -> Article:
    """Read a feed of one article."""
    (article,) = read(text)
    assert isinstance(article, Article)
    return article


def test_rss_field_by_field() -> None:
    """RSS 2.0: the whole text and not the short one, and every field that the entry has."""
    assert one(GOOD) == Article(
        guid="https://quay.example/#17",
        title="Salt & bells",
        headline="Salt & bells",
        body="The Storting rang its bell.\n\nNobody came éarly.",
        published="2026-03-03T07:00:00Z",
        published_precision=Precision.MINUTE,
        agency="Quay News",
        byline="Ann Bo, Cy Do",
        language="en-GB",
        url="https://quay.example/1?a=1&b=2",
        subjects=("medtop:11000000", "quays"),
    )


def test_atom_field_by_field() -> None:
    """Atom: own language and author before the feed's, XHTML in paragraphs, the summary at need."""
    first, second = read(ATOM)
    assert first == Article(
        guid="urn:quay:1",
        version=1772532000,
        title="Glocke neu",
        headline="Glocke neu",
        body="Eins.\n\nZwei <3.",
        published="2026-03-02T10:00:00Z",
        published_precision=Precision.MINUTE,
        agency="Le Quai",
        byline="La Vigie",
        language="de",
        url="https://quay.example/2",
        subjects=("medtop:11000000", "Politik"),
    )
    assert isinstance(second, Article)
    assert (second.body, second.language, second.published) == ("En bref.", "fr", "2026-03-04")
    assert second.published_precision is Precision.DAY


def test_rss_1() -> None:
    """RSS 1.0: the items beside the channel, known by their address."""
    article = one(RDF)
    assert (article.guid, article.title, article.body) == (
        "https://quay.example/3", "Ropes", "New ropes.",
    )  # fmt: skip
    assert (article.published, article.byline, article.subjects) == (
        "2026-03-03", "Eva Ek", ("ropes",),
    )  # fmt: skip


@pytest.mark.parametrize("version", ["0.91", "0.92", "2.0"])
def test_old_rss(version: str) -> None:
    """RSS 0.9x: entries have no identity but their address, and may be a title alone."""
    article = one(
        f'<rss version="{version}"><channel><title>Q</title><item><title>Bell rung</title>'
        "<link>https://quay.example/4</link></item></channel></rss>"
    )
    assert (article.guid, article.headline, article.body) == (
        "https://quay.example/4", "Bell rung", "",
    )  # fmt: skip


def test_netscape_rss() -> None:
    """RSS 0.91 with Netscape's document type: its letters are read without fetching it."""
    article = one(
        '<?xml version="1.0"?><!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" '
        '"http://my.netscape.com/publish/formats/rss-0.91.dtd"><rss version="0.91"><channel>'
        "<item><title>Caf&eacute; of the quay</title></item></channel></rss>"
    )
    assert article.title == "Café of the quay"


def test_white_space_first() -> None:
    """White space, a byte order mark and comments before the feed are no hindrance."""
    assert one("\n  " + GOOD) == one("\ufeff" + GOOD) == one(GOOD)
    assert one("<!-- <html> --><!-- x -->" + GOOD.partition("?>")[2]) == one(GOOD)


@pytest.mark.parametrize("encoding", ["windows-1251", "koi8-r", "utf-8", "utf-16"])
def test_encodings(encoding: str) -> None:
    """A feed is read as it is declared."""
    text = RSS.replace("utf-8", encoding).format(
        "<item><title>Звон с причала</title><description>Текст о звоне.</description></item>"
    )
    article = one(text.encode(encoding))
    assert (article.title, article.body) == ("Звон с причала", "Текст о звоне.")


@pytest.mark.parametrize("declared", ["windows-1251", "nonsense-8", "utf-16"])
def test_wrongly_declared(declared: str) -> None:
    """UTF-8 is read as UTF-8 whatever it calls itself."""
    text = RSS.replace("utf-8", declared).format("<item><title>Звон с причала</title></item>")
    assert one(text).title == "Звон с причала"


def test_entities() -> None:
    """Letters by name, half a letter by number, bare ampersands and numbers of no letter."""
    article = one(
        RSS.format(
            "<item><title>A&nbsp;B & C &rsquo;</title><description>&#55357;&#56832; &#1;"
            "&#999999999; &lt;b&gt;x&lt;/b&gt; &amp;mdash;</description></item>"
        )
    )
    assert article.title == "A B & C ’"
    assert article.body == "😀 � x —"


def test_plain_description() -> None:
    """A text without markup keeps its paragraphs."""
    article = one(RSS.format("<item><description>One\nline.\n\nTwo.</description></item>"))
    assert (article.title, article.headline, article.body) == ("", "One line.", "One line.\n\nTwo.")
    assert article.guid.startswith("sha256:")


def test_entry_without_text() -> None:
    """An entry that says nothing is passed over by name; the others are read."""
    items = read(
        RSS.format(
            "<item><guid>u:1</guid></item><item><title>Bell</title></item>"
            "<item><description>&lt;img src='x'/&gt;</description></item>"
        )
    )
    assert items[0] == Skipped("u:1", SkipReason.NO_TEXT)
    assert isinstance(items[1], Article)
    assert items[2] == Skipped("entry 3", SkipReason.NO_TEXT)


def test_taken_over() -> None:
    """An entry taken over from another channel is that channel's."""
    article = one(
        RSS.format(
            '<item><title>T</title><source url="https://s.example/">Slip</source>'
            "<author>eva@quay.example (Eva Ek)</author></item>"
        )
    )
    assert (article.agency, article.byline) == ("Slip", "Eva Ek")


@pytest.mark.parametrize(
    "text",
    [
        "<!doctype html><html><body><rss version='2.0'></rss></body></html>",
        "<html><head><title>503</title></head></html>",
        '<feed xmlns="https://other.example/"><entry/></feed>',
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"></rdf:RDF>',
        "<?xml version='1.0'?><newsItem><rss/></newsItem>",
        "OSLO. <rss> is how the clerks call it.",
        '{"rss": 1}',
    ],
)
def test_others(text: str) -> None:
    """HTML that poses as a feed, and whatever else, is left to others."""
    assert not FORMAT.recognises(Document(text.encode(), LIMIT))


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        (GOOD[: GOOD.index("Nobody")], "the feed breaks off before its end"),
        (RSS.format("<item><title>T</title></item>")[:-6], "the feed breaks off before its end"),
        ("<rss><channel></title></rss>", "no sound feed"),
    ],
)
def test_malformed(text: str, detail: str) -> None:
    """A feed that is cut off, or is none inside, is refused in words."""
    with pytest.raises(Unreadable, match=detail) as caught:
        read(text)
    assert caught.value.reason is FileReason.MALFORMED


def test_no_entries() -> None:
    """A sound feed without entries has no text."""
    with pytest.raises(Unreadable, match="no article in this feed file"):
        parse(RSS.format("").encode(), LIMIT)


def test_elements_called_like_fields() -> None:
    """Elements may have the names by which feedparser keeps its own findings."""
    article = one(
        RSS.format(
            "<item><title>T</title><authors>a</authors><tags>b,c</tags><title_detail>d</title_detail>"
            "<source_detail>e</source_detail><links>f</links><summary_detail>g</summary_detail></item>"
        )
    )
    assert article.title == "T"


def test_nothing_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    """No file and no address is opened, whatever the feed names."""
    text = RSS.replace("?>", '?><!DOCTYPE rss SYSTEM "file:///etc/hostname" [\n<!ENTITY x SYSTEM '
                       '"file:///etc/hostname">\n]>', 1).format(
        '<item><title>T &x;</title><link>http://localhost:1/</link><enclosure url="file:///etc/hosts"/>'
        "<description>&lt;img src='http://localhost:1/'&gt;D</description></item>"
    )  # fmt: skip

    def refuse(*args: Any, **_: Any) -> None:
        pytest.fail(f"opened {args}")

    monkeypatch.setattr(builtins, "open", refuse)
    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(feedparser.api.http, "get", refuse)
    article = one(text)
    monkeypatch.undo()
    assert (article.title, article.body) == ("T &x;", "D")


@pytest.mark.parametrize(
    "text",
    [
        f"<item><title>T</title><author>{'a' * 200_000}</author></item>",
        "\n" * 300_000,
        f"<item><title>T</title>{'<d>' * 20_000}</item>",
        "<!--" * 50_000,
        f"<item><title>T</title><description>{'&lt;p' * 20_000}</description></item>",
    ],
)
def test_long_input(text: str) -> None:
    """Endless words, blanks and depths are read in a time that grows with their length."""
    with contextlib.suppress(Unreadable):
        read(RSS.format(text))


def test_a_corrected_entry_is_a_newer_version() -> None:
    """An entry that says when it was changed has that second as its version; others have 1."""
    atom = (
        "<feed xmlns='http://www.w3.org/2005/Atom'><title>Desk</title><id>urn:d</id>"
        "<updated>2026-03-02T10:00:00Z</updated><entry><id>urn:e</id><title>Clocks</title>"
        "<updated>{}</updated></entry></feed>"
    )
    versions = [
        parse(atom.format(changed).encode(), 1_000_000).articles[0].version
        for changed in ("2026-03-02T10:00:00Z", "2026-03-02T12:00:05+02:00", "soon")
    ]
    assert versions == [1772445600, 1772445605, 1]
