"""Items of NewsML-G2 made on demand, and read, for the tests of that format."""

from wirewatch.formats.document import Document
from wirewatch.formats.newsml_g2 import FORMAT
from wirewatch.model import Article, Skipped

NAR = 'xmlns="http://iptc.org/std/nar/2006-10-01/"'
XHTML = "application/xhtml+xml"
PROSE = "<p>The upper house sat until dawn.</p><p>It will sit again on Friday.</p>"
BODY = "The upper house sat until dawn.\n\nIt will sit again on Friday."

ITEM_META = """
<itemClass qcode="ninat:text"/>
<provider qcode="nprov:FJORD"><name>Fjord News</name></provider>
<versionCreated>2026-01-14T09:05:00+01:00</versionCreated>
<firstCreated>2026-01-13T09:05:00+01:00</firstCreated>
<embargoed>2026-01-14T12:00:00+01:00</embargoed>
<pubStatus qcode="stat:usable"/>
<edNote>Adds the vote.</edNote>
<edNote pubconstraint="pc:nonpublic">Call 555 0100</edNote>
<edNote><p>Pictures<br/>follow.</p></edNote>
<signal qcode="sig:update"/>
"""
CONTENT_META = """
<urgency>3</urgency>
<located type="cptype:city" qcode="city:1"><name>Oslo</name>
  <broader type="cptype:country" qcode="iso3166-1a2:NO"><name>Norway</name></broader></located>
<creator><name>desk.login</name></creator>
<language tag="nb-NO"/>
<subject type="cpnat:geoArea" qcode="place:9"><name>Oslo</name></subject>
<subject qcode="medtop:11000000"><name xml:lang="en">politics</name><name>politikk</name></subject>
<subject qcode="subj:11009000"><name>politics</name></subject>
<keyword>Storting</keyword><keyword>politics</keyword>
<slugline separator="-">NORWAY-VOTE</slugline>
<headline rank="3">Vote</headline>
<headline rank="1">Storting votes
   at dawn</headline>
<dateline>OSLO, Jan. 14 (Fjord) — </dateline>
<by>By Kari Nordmann</by>
"""


def inline(text: str, kind: str = XHTML) -> str:
    """Give content as XML inside the item."""
    return f'<inlineXML contenttype="{kind}">{text}</inlineXML>'


def news_item(
    item_meta: str = "", content_meta: str = "", content: str = "", *, of: str = 'guid="tag:x:1"'
) -> str:
    """Give a news item."""
    return (
        f'<newsItem {NAR} {of} standard="NewsML-G2"><itemMeta>{item_meta}</itemMeta>'
        f"<contentMeta>{content_meta}</contentMeta><contentSet>{content}</contentSet></newsItem>"
    )


def read(text: str | bytes) -> list[Article | Skipped]:
    """Read a file that is recognised."""
    document = Document(text if isinstance(text, bytes) else text.encode(), 1_000_000)
    assert FORMAT.recognises(document)
    return list(FORMAT.parse(document))


def one(text: str | bytes) -> Article:
    """Read the only article of a file."""
    (article,) = read(text)
    assert isinstance(article, Article)
    return article


def about(item_meta: str) -> Article:
    """Read an item with some metadata of its own."""
    return one(news_item(item_meta, content=inline(PROSE)))


def story(content_meta: str) -> Article:
    """Read an item with some metadata of its content."""
    return one(news_item("", content_meta, inline(PROSE)))


def holding(content: str, content_meta: str = "") -> Article:
    """Read an item with some content."""
    return one(news_item("", content_meta, content))


GOOD = news_item(ITEM_META, CONTENT_META, inline(PROSE), of='guid="tag:fjord,2026:4" version="7"')
