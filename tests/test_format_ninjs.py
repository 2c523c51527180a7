"""ninjs in its three versions and its variants: items of text become articles, the rest is named."""

import json
from pathlib import Path
from typing import Any

import pytest

from wirewatch.formats import Reading, parse
from wirewatch.formats.document import Document
from wirewatch.formats.ninjs import FORMAT
from wirewatch.model import Article, Skipped
from wirewatch.states import Precision, SkipReason

SHARED = Path(__file__).parents[2] / "shared" / "data" / "formats" / "ninjs"
needs_shared = pytest.mark.skipif(not SHARED.exists(), reason="the shared samples are not here")

TITLE = "Cortes porters count the umbrellas"
STORY = "The porters of the Cortes counted 41 umbrellas.\n\nNobody has asked for them."
HTML = f"<p>{STORY}</p>".replace("\n\n", "</p><p>")
FIRST = {
    "uri": "urn:newsml:meseta.example:2025:umbrellas",
    "type": "text",
    "version": "4",
    "versioncreated": "2025-04-01T09:30:00+02:00",
    "pubstatus": "stat:withheld",
    "embargoed": "2025-04-01T12:00:00+02:00",
    "urgency": 3,
    "headline": TITLE,
    "byline": "By Inés Prado",
    "dateline": "MADRID, April 1 (Meseta) –",
    "located": "Madrid",
    "language": "en-GB",
    "slugline": "spain-umbrellas",
    "signal": "sig:Update",
    "ednote": "Adds the count.",
    "infosource": [{"name": "Meseta"}],
    "url": "https://meseta.example/umbrellas",
    "subject": [
        {"name": "politics", "scheme": "http://cv.iptc.org/newscodes/mediatopic/", "code": "1"},
        {"name": "law", "code": "subj:02000000"},
        {"name": "rain", "scheme": "weather", "code": "wet"},
    ],
    "keywords": ["rain", "porters"],
    "body_text": "MADRID, April 1 (Meseta) – Too short.",
    "body_xhtml": HTML.replace("<p>", "<p>MADRID, April 1 (Meseta) – ", 1),
}
SECOND: dict[str, Any] = {
    "uri": "urn:umbrellas:2",
    "type": "text",
    "versioncreated": "2025-04-01T09:30:00Z",
    "headlines": [{"role": "short", "value": "Umbrellas"}, {"role": "main", "value": TITLE}],
    "bodies": [
        {"role": "plain", "contenttype": "text/plain", "value": "Shorter."},
        {"role": "html", "contenttype": "text/html", "value": HTML},
    ],
    "by": "Inés Prado",
    "subjects": [{"uri": "http://cv.iptc.org/newscodes/subjectcode/11000000", "name": "politics"}],
    "infosources": [{"name": "Meseta"}],
}


def read(value: object) -> Reading:
    """Parse a value as the JSON of a file."""
    reading = parse(json.dumps(value).encode(), 10_000_000)
    assert reading.format == "ninjs"
    return reading


def one(value: object) -> Article:
    """Parse a value that holds one article, and nothing else, by this format alone."""
    (article,) = FORMAT.parse(Document(json.dumps(value).encode(), 10_000_000))
    assert read(value).articles
    assert isinstance(article, Article)
    return article


def test_every_field_of_version_1() -> None:
    """Each field of an item of 1.x is where it should be."""
    assert one(FIRST) == Article(
        guid="urn:newsml:meseta.example:2025:umbrellas",
        title=TITLE,
        headline=TITLE,
        body=STORY,
        dateline="MADRID, April 1 (Meseta)",
        version=4,
        published="2025-04-01T07:30:00Z",
        published_precision=Precision.MINUTE,
        place="Madrid",
        country=None,
        agency="Meseta",
        byline="Inés Prado",
        language="en-GB",
        url="https://meseta.example/umbrellas",
        status="withheld",
        subjects=("medtop:1", "subj:02000000", "weather:wet", "politics", "law", "rain", "porters"),
        urgency=3,
        slugline="spain-umbrellas",
        signal="update",
        embargo="2025-04-01T10:00:00Z",
        note="Adds the count.",
    )


def test_version_2() -> None:
    """2.x lists headlines and bodies: the main headline, and HTML before plain text."""
    article = one(SECOND)
    assert (article.title, article.body, article.byline) == (TITLE, STORY, "Inés Prado")
    assert article.subjects == ("subj:11000000", "politics")
    assert (article.agency, article.version, article.status) == ("Meseta", 1, "usable")


def test_version_3() -> None:
    """3.x writes names in camel case, and says until when something is embargoed."""
    article = one(
        {
            "uri": "urn:umbrellas:3",
            "versionCreated": "2025-04-01T09:30:00Z",
            "pubStatus": "canceled",
            "embargoedUntil": "2025-04-02T00:00:00Z",
            "edNote": "Withdrawn.",
            "copyrightHolder": "Meseta",
            "headlines": [{"value": "<b>Porters</b> count", "contentType": "text/html"}],
            "bodies": [{"contentType": "text/plain", "value": "One line.\nAnother line."}],
        }
    )
    assert (article.title, article.body) == ("Porters count", "One line.\n\nAnother line.")
    assert (article.status, article.embargo) == ("canceled", "2025-04-02T00:00:00Z")
    assert (article.note, article.agency) == ("Withdrawn.", "Meseta")
    assert article.published == "2025-04-01T09:30:00Z"


def test_nitf_in_a_body() -> None:
    """Of NITF in a body only its content is the story, without its heading and its pictures."""
    nitf = (
        '<?xml version="1.0"?><nitf><head><title>T</title></head><body><body.head><hedline><hl1>'
        "H</hl1></hedline></body.head><body.content><block><p>One.</p><media><media-caption>C"
        "</media-caption></media><p>Two.</p></block></body.content></body></nitf>"
    )
    bodies = [{"contentType": "text/vnd.IPTC.NITF", "value": nitf}]
    assert one(SECOND | {"bodies": bodies}).body == "One.\n\nTwo."


def test_guid_and_body_html() -> None:
    """A variant says `guid` for `uri` and `body_html` for the body; nothing else is guessed."""
    article = one({"guid": "m-1", "headline": TITLE, "body_html": HTML})
    assert (article.guid, article.title, article.body) == ("m-1", TITLE, STORY)
    assert article.published is None
    assert (article.version, article.agency, article.language) == (1, None, None)


def test_answer_of_an_interface() -> None:
    """An interface wraps its item in `data.item`: the identity is the one that stays the same."""
    item = {
        "uri": "https://api.example/content/7?et=abc",
        "altids": {"itemid": "7", "etag": "7_2"},
        "version": 2,
        "type": "text",
        "versioncreated": "2025-04-01T09:30:00Z",
        "headline": TITLE,
        "bylines": [{"by": "By INÉS PRADO"}],
        "located": "MADRID (Meseta)",
        "datelinelocation": {"city": "Madrid", "countrycode": "es", "countryname": "Spain"},
        "signals": ["newscontent", "correction"],
        "body_nitf": HTML,
    }
    article = one({"api": {"version": "2"}, "data": {"item": item}})
    assert (article.guid, article.version, article.body) == ("7", 2, STORY)
    assert (article.dateline, article.place, article.country) == ("MADRID (Meseta)", "Madrid", "ES")
    assert (article.byline, article.signal) == ("INÉS PRADO", "correction")
    both = read({"data": {"items": [{"item": item}, {"item": item | {"type": "picture"}}]}})
    assert [(again.guid, again.body) for again in both.articles] == [("7", STORY)]
    assert both.skipped == (Skipped(TITLE, SkipReason.PICTURE),)


def test_digitalwires() -> None:
    """Digitalwires of dpa: a composite with a story is an article; private notes are not shown."""
    wire = {
        "format": "digitalwires@0.9.1",
        "type": "composite",
        "urn": "urn:newsml:tal.example:1",
        "version_created": "2025-04-01T09:30:00+02:00",
        "version": 2,
        "pubstatus": None,
        "signal": "sig:correction",
        "urgency": 2,
        "language": "de",
        "headline": "Schirme gezählt",
        "kicker": "Regen",
        "teaser": "Ein Anriss.",
        "byline": "Von Ida Beispiel, tal",
        "dateline": "Bern (tal) - ",
        "article_html": '<section><p><span class="dateline">Bern <span>(tal)</span> - </span>'
        "Die Weibel z\u00e4hlten.</p><h2>Nachlese</h2><p>Es regnet.</p></section>",
        "ednotes": [
            {"ednote": "Zahl berichtigt.", "is_publishable": True},
            {"ednote": "Telefon 12345", "is_publishable": False},
            {"ednote": "Zahl berichtigt.", "is_publishable": True},
            {"ednote": "Ob es gezeigt werden darf, steht nicht dabei."},
        ],
        "categories": [
            {"type": "dnltype:desk", "name": "pl", "qcode": "cat:pl"},
            {"type": "dnltype:keyword", "name": "Regen", "qcode": None},
            {"type": "dnltype:dpasubject", "name": "Wetter", "qcode": "medtop:17000000"},
            {"type": "dnltype:poi", "geojson": {"properties": {"name": "Haus"}}, "name": "Haus, 1"},
            {"type": "dnltype:geosubject", "name": "Bern", "qcode": "area:4"},
            {"type": "dnltype:genre", "name": "Meldung", "qcode": "genre:1"},
            {"type": "dnltype:provider", "name": "tal", "qcode": "prov:tal"},
        ],
    }
    assert one(wire) == Article(
        guid="urn:newsml:tal.example:1",
        title="Schirme gezählt",
        headline="Schirme gezählt",
        body="Die Weibel zählten.\n\nNachlese\n\nEs regnet.",
        dateline="Bern (tal)",
        version=2,
        published="2025-04-01T07:30:00Z",
        published_precision=Precision.MINUTE,
        agency="tal",
        byline="Von Ida Beispiel, tal",
        language="de",
        subjects=(
            "medtop:17000000", "area:4", "cat:pl", "Wetter", "Bern", "pl", "Haus", "Regen",
        ),
        urgency=2,
        signal="correction",
        note="Zahl berichtigt.",
    )  # fmt: skip
    bare = wire | {"article_html": None}
    assert read(bare).skipped == (Skipped("Schirme gezählt", SkipReason.NO_TEXT),)
    pictured = bare | {"associations": [{"type": "image"}]}
    assert read(pictured).skipped == (Skipped("Schirme gezählt", SkipReason.PICTURE),)


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("picture", SkipReason.PICTURE),
        ("graphic", SkipReason.GRAPHIC),
        ("video", SkipReason.VIDEO),
        ("audio", SkipReason.AUDIO),
        ("planning", SkipReason.PLANNING),
        ("event", SkipReason.PLANNING),
    ],
)
def test_items_that_are_no_articles(kind: str, why: SkipReason) -> None:
    """An item of another type is passed over by name, whatever text it holds."""
    found = read(FIRST | {"type": kind})
    assert (found.format, found.articles) == ("ninjs", ())
    assert found.skipped == (Skipped(TITLE, why),)


def test_a_composite_with_a_story_is_an_article() -> None:
    """A story told with its pictures is an article; a package that only holds others is none."""
    assert read(FIRST | {"type": "composite"}).articles == read(FIRST).articles
    package = {"uri": "urn:pack", "type": "composite", "headline": TITLE}
    assert read(package).skipped == (Skipped(TITLE, SkipReason.PACKAGE),)


def test_text_without_a_body() -> None:
    """A text without a body has its description, or its headline alone; without both it is none."""
    bare = {"uri": "urn:flash:1", "type": "text", "versioncreated": "2025-04-01T09:30:00Z"}
    assert one(bare | {"headline": TITLE}).body == ""
    described = bare | {"headline": TITLE, "description_text": "Umbrellas were counted."}
    assert one(described).body == "Umbrellas were counted."
    assert read(bare).skipped == (Skipped("urn:flash:1", SkipReason.NO_TEXT),)


def test_associations() -> None:
    """Associated items are articles only where they are texts with a body, at any depth."""
    side = {"type": "text", "uri": "urn:side", "headline": "Side", "body_text": "A side story."}
    picture = {"type": "picture", "uri": "urn:p", "associations": {"inner": side}}
    found = read(FIRST | {"associations": {"pic": picture, "bare": {"type": "text", "uri": "u"}}})
    assert [article.guid for article in found.articles] == [FIRST["uri"], "urn:side"]
    assert found.skipped == ()
    listed = read(SECOND | {"associations": [side | {"uri": "urn:a"}, side | {"uri": "urn:b"}]})
    assert [article.guid for article in listed.articles] == ["urn:umbrellas:2", "urn:a", "urn:b"]


def test_arrays_and_lines() -> None:
    """A file may hold many items: in an array, or one a line."""
    many = [FIRST, SECOND, 7]
    assert len(read(many).articles) == 2
    assert read(many).skipped == (Skipped("item 3", SkipReason.DATA),)
    rows = "\n".join(json.dumps(item) for item in many[:2])
    assert parse(rows.encode(), 100_000).articles == read(many).articles


@needs_shared
@pytest.mark.parametrize("version", ["1.4", "2.1", "3.0"])
def test_the_examples(version: str) -> None:
    """All examples of the IPTC are read: texts are articles with a headline, nothing is lost."""
    for path in (SHARED / "examples" / version).rglob("*.json"):
        if path.name == "extension-schema.json":
            continue
        reading = parse(path.read_bytes(), 1_000_000)
        assert reading.format == "ninjs", path.name
        given = json.loads(path.read_text("utf-8"))
        for item in given if isinstance(given, list) else [given]:
            assert len(reading.articles) + len(reading.skipped) >= 1
            if item.get("type") == "text":
                assert [article.guid for article in reading.articles] == [item["uri"]]
                assert reading.articles[0].headline
                assert reading.articles[0].body
