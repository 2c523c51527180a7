"""NITF: one story a file, its fields in head and body, broken files refused by name."""

import codecs
from pathlib import Path

import pytest

from wirewatch.errors import Unreadable
from wirewatch.formats.document import Document
from wirewatch.formats.nitf import FORMAT
from wirewatch.model import Article, Skipped
from wirewatch.states import FileReason, Precision, SkipReason

SHARED = Path(__file__).parents[2] / "shared" / "data" / "formats"
GOOD = """<?xml version="1.0" encoding="utf-8"?>
<!-- an invented story -->
<!DOCTYPE nitf SYSTEM "nitf-3-4.dtd">
<nitf version="-//IPTC//DTD NITF 3.4//EN" change.date="October 18, 2006" baselang="en-IE">
<head>
  <title>dail-ladder</title>
  <tobject tobject.type="News">
    <tobject.subject tobject.subject.ipr="IPTC" tobject.subject.refnum="11006000"
      tobject.subject.type="Politics" tobject.subject.matter="Parliament"/>
    <tobject.subject tobject.subject.refnum="IPTC:04000000" tobject.subject.type="Politics"/>
    <tobject.subject tobject.subject.ipr="LIFFEY" tobject.subject.refnum="L7"/>
  </tobject>
  <docdata management-status="usable">
    <evloc city="Dublin" iso-cc="IRL"/>
    <doc-id regsrc="Liffey" id-string="7-4411"/>
    <du-key key="DAIL-LADDER" version="03"/>
    <urgency ed-urg="2"/>
    <date.issue norm="20260218T101500+0100"/>
    <date.release norm="20260218T120000Z"/>
    <ed-msg info="Adds the ladder's length"/>
    <key-list><keyword key="ladder"/><keyword key="Politics"/></key-list>
  </docdata>
</head>
<body>
  <body.head>
    <hedline><hl1>A ladder for  the Dáil</hl1><hl2>It is nine metres long</hl2></hedline>
    <byline>By <person>Nuala Byrne</person><byttl>Ladder Editor</byttl></byline>
    <distributor>Liffey News Agency</distributor>
    <dateline><location>DUBLIN</location> <story.date>February 18</story.date> –</dateline>
    <abstract><p>In short: a ladder.</p></abstract>
  </body.head>
  <body.content><block>
    <p>The <org>Dáil</org> bought a ladder
       on Wednesday.</p>
    <p>It will be used twice a year.</p>
  </block></body.content>
  <body.end><tagline>The desk</tagline></body.end>
</body>
</nitf>
"""
MALFORMED = {
    "cut off": GOOD[: GOOD.index("</body.content>")],
    "another root": "<!DOCTYPE nitf><html><body><p>A page.</p></body></html>",
    "tags crossed": "<nitf><body><p>Order.</body></p></nitf>",
}


def read(text: str | bytes) -> Article | Skipped:
    """Read the one item of a file."""
    data = text.encode() if isinstance(text, str) else text
    document = Document(data, 100_000)
    assert FORMAT.recognises(document)
    (item,) = FORMAT.parse(document)
    return item


def article(text: str | bytes) -> Article:
    """Read the one article of a file."""
    item = read(text)
    assert isinstance(item, Article)
    return item


def story(docdata: str = "", head: str = "", content: str = "<p>One.</p>", *, on: str = "") -> str:
    """Give a small document."""
    return (
        f"<nitf><head><docdata {on}>{docdata}</docdata></head><body>"
        f"<body.head>{head}</body.head><body.content>{content}</body.content></body></nitf>"
    )


def test_every_field() -> None:
    """A good document gives each field where NITF has it."""
    assert read(GOOD) == Article(
        guid="Liffey:7-4411",
        title="A ladder for the Dáil",
        headline="A ladder for the Dáil",
        body="The Dáil bought a ladder on Wednesday.\n\nIt will be used twice a year.",
        dateline="DUBLIN February 18",
        version=3,
        published="2026-02-18T09:15:00Z",
        published_precision=Precision.MINUTE,
        place="DUBLIN",
        country="IE",
        agency="Liffey News Agency",
        byline="Nuala Byrne",
        language="en-IE",
        status="usable",
        subjects=(
            "subj:11006000", "subj:04000000", "liffey:L7", "Politics", "Parliament", "ladder",
        ),
        urgency=2,
        slugline="DAIL-LADDER",
        embargo="2026-02-18T12:00:00Z",
        note="Adds the ladder's length",
    )  # fmt: skip


def test_almost_nothing() -> None:
    """What a document does not say is None; the first sentence is the headline."""
    found = article(
        "<nitf><body><body.content><p>A vote. Then tea.</p></body.content></body></nitf>"
    )
    assert found == Article(found.guid, "", "A vote.", "A vote. Then tea.")
    assert found.guid.startswith("sha256:")


def test_dtd_date_is_not_the_storys() -> None:
    """`nitf@change.date` is never taken for the time of publication."""
    text = '<nitf change.date="October 10, 2003"><body><body.content><p>A.</p></body.content></body></nitf>'
    assert article(text).published is None


def test_body_does_not_repeat_its_heading() -> None:
    """Headline, byline and dateline in front of the story are fields, no paragraphs of it."""
    head = "<hedline><hl1>Tea</hl1></hedline><byline>By Bo</byline><dateline>RIGA</dateline>"
    found = article(story(head=head, content="<hl2>Tea</hl2><p>By Bo</p><p>RIGA — Tea came.</p>"))
    assert found.body == "Tea came."


def test_abstract_where_there_is_no_story() -> None:
    """An abstract is the body of a document that has no other."""
    assert article(story(head="<abstract><p>Short.</p></abstract>", content="")).body == "Short."


def test_headline_alone() -> None:
    """A headline without a story is an article."""
    found = article(story(head="<hedline><hl1>Sitting ends</hl1></hedline>", content=""))
    assert (found.headline, found.body) == ("Sitting ends", "")


def test_no_text() -> None:
    """A document without any text is passed over under its own name."""
    assert read(story('<doc-id id-string="9"/>', content="")) == Skipped("9", SkipReason.NO_TEXT)
    assert read("<nitf/>") == Skipped("a NITF document", SkipReason.NO_TEXT)


@pytest.mark.parametrize(
    "data",
    [
        codecs.BOM_UTF8 + GOOD.encode(),
        GOOD.replace("utf-8", "iso-8859-1").replace("–", "-").encode("latin-1"),
        GOOD.replace("utf-8", "utf-16").encode("utf-16"),
        GOOD.replace("<nitf ", '<n:nitf xmlns:n="http://iptc.org/std/NITF/2006-10-18/" ', 1)
        .replace("</nitf>", "</n:nitf>").encode(),
    ],
    ids=["mark", "latin-1", "utf-16", "namespace"],
)  # fmt: skip
def test_same_story_in_other_bytes(data: bytes) -> None:
    """A byte order mark, an encoding or a namespace changes nothing of the article."""
    assert article(data) == article(GOOD)


@pytest.mark.parametrize("text", MALFORMED.values(), ids=MALFORMED)
def test_malformed(text: str) -> None:
    """Broken content is refused as malformed, in words."""
    with pytest.raises(Unreadable) as raised:
        read(text)
    assert raised.value.reason is FileReason.MALFORMED
    assert raised.value.detail


@pytest.mark.parametrize(
    "text",
    ["A nitf story", "{}", "<html><nitf/></html>", "<!-- <nitf> --><rss/>", "<NewsML><nitf/></NewsML>",
     "<!-- <nitf>", "<?xml version='1.0'?>", "<", '{"nitf": "<nitf>"}'],
)  # fmt: skip
def test_others_are_left_alone(text: str) -> None:
    """Only the root element, or the DTD, makes a file NITF."""
    assert not FORMAT.recognises(Document(text.encode(), 10_000))


@pytest.mark.skipif(not SHARED.exists(), reason="the shared samples are not here")
def test_shared_files_of_other_formats() -> None:
    """No shared sample is NITF itself; what embeds it stays its own format's."""
    paths = [path for path in SHARED.rglob("*") if path.suffix in {".xml", ".json"}]
    assert len(paths) > 50
    for path in paths:
        assert not FORMAT.recognises(Document(path.read_bytes(), 10_000_000)), path
