"""NITF, field by field: every variant that was met in real files."""

import pytest

from test_format_nitf import article, story
from wirewatch.formats.nitf.countries import country_of
from wirewatch.states import Precision


@pytest.mark.parametrize(
    ("docdata", "head", "published"),
    [
        ('<date.issue norm="20260109"/>', "", ("2026-01-09", Precision.DAY)),
        ('<date.issue norm="2026-01-09T08:00:00"/>', "", ("2026-01-09T08:00:00", Precision.MINUTE)),
        ('<pubdata date.publication="20260109T080000Z"/>', "", ("2026-01-09T08:00:00Z", Precision.MINUTE)),
        ("", '<dateline><story.date norm="20260109">9 Jan</story.date></dateline>', ("2026-01-09", Precision.DAY)),
        ('<date.issue norm="soon"/>', "", (None, None)),
        ('<date.release norm="20260109"/>', "", (None, None)),
    ],
)  # fmt: skip
def test_published(docdata: str, head: str, published: tuple[str | None, Precision | None]) -> None:
    """The issue counts, else the publication, else the dateline's date; a release is an embargo."""
    found = article(story(docdata, head))
    assert (found.published, found.published_precision) == published


@pytest.mark.parametrize(
    ("docdata", "guid"),
    [
        ('<doc-id id-string="41"/>', "41"),
        ('<doc-id regsrc="AP" id-string="AP41"/>', "AP41"),
        ('<doc-id regsrc="x.no" id-string="urn:x:41"/>', "urn:x:41"),
        ('<doc-id regsrc="AP"/><doc-id regsrc="BP" id-string="5"/>', "BP:5"),
        ('<du-key key="VOTE" version="2"/>', "VOTE"),
    ],
)
def test_identity(docdata: str, guid: str) -> None:
    """The document's identity names its registry, once; a versioned key stands in for it."""
    assert article(story(docdata)).guid == guid


def test_slug_is_no_identity() -> None:
    """A key without a version is a slug that comes again: two stories of it are two articles."""
    key = '<du-key key="NEWS-IN-BRIEF"/>'
    one, two = article(story(key)), article(story(key, content="<p>Two.</p>"))
    assert one.guid.startswith("sha256:")
    assert one.guid != two.guid
    assert one.slugline == "NEWS-IN-BRIEF"


@pytest.mark.parametrize(
    ("written", "version"), [("0", 1), ("12", 12), ("b", 1), ("9" * 30, 1), ("-1", 1), ("", 1)]
)
def test_version(written: str, version: int) -> None:
    """A version is a whole number from 1 that a store can hold; anything else is the first."""
    assert article(story(f'<du-key key="K" version="{written}"/>')).version == version


@pytest.mark.parametrize(
    ("status", "docdata", "expected"),
    [
        ("usable", "", "usable"),
        ("", "", "usable"),
        ("withheld", "", "withheld"),
        ("canceled", "", "canceled"),
        ("Cancelled", "", "canceled"),
        ("embargoed", "", "withheld"),
        ("embargoed", '<date.release norm="20260109T080000Z"/>', "usable"),
    ],
)
def test_status(status: str, docdata: str, expected: str) -> None:
    """An embargo with its end is a usable story with that moment; without it nobody may tell."""
    found = article(story(docdata, on=f'management-status="{status}"'))
    assert found.status == expected
    assert found.embargo == ("2026-01-09T08:00:00Z" if docdata else None)


def test_signals() -> None:
    """A kill of another document and a correction are signals; the document itself is usable."""
    kill = article(
        story(on='management-doc-idref="7:1" management-idref-status="canceled"'),
    )
    assert (kill.signal, kill.status) == ("kill", "usable")
    mended = article(story('<correction id-string="7" info="Corrects the name"/><ed-msg info=""/>'))
    assert (mended.signal, mended.note) == ("correction", "Corrects the name")
    assert article(story()).signal is None


@pytest.mark.parametrize(
    ("head", "byline"),
    [
        ("<byline>By ANN LEE<byttl>Clerk</byttl></byline>", "ANN LEE"),
        ("<byline>by: Ann Lee</byline><byline>Bo Ek</byline>", "Ann Lee, Bo Ek"),
        ("<byline><byttl>Sports Desk</byttl></byline>", "Sports Desk"),
        ("<byline>Byron Lee<byttl/></byline>", "Byron Lee"),
        ("<byline>gr/bp</byline>", "gr/bp"),
        ("<byline>By </byline>", None),
    ],
)
def test_byline(head: str, byline: str | None) -> None:
    """A byline is its writers, without 'By' and without their titles."""
    assert article(story(head=head)).byline == byline


@pytest.mark.parametrize(
    ("docdata", "dateline", "expected"),
    [
        ("", "Stockholm", ("Stockholm", "Stockholm", None)),
        ("", "OSLO, Jan 9 (Fjord) -", ("OSLO, Jan 9 (Fjord)", "OSLO", None)),
        ("", "January 9", ("January 9", None, None)),
        ("", '<location><city>Bern</city> <country iso-cc="CH">Switzerland</country></location>',
         ("Bern Switzerland", "Bern", "CH")),
        ('<evloc city="Tegucigalpa" iso-cc="HND"/>',
         '<story.date norm="20260109T080000Z">20260109T080000Z</story.date>',
         ("", "Tegucigalpa", "HN")),
        ('<evloc city="Lima" iso-cc="PER"/>', "Quito", ("Quito", "Quito", None)),
    ],
)  # fmt: skip
def test_place(docdata: str, dateline: str, expected: tuple[str, str | None, str | None]) -> None:
    """The dateline's place counts, else the event's; an event elsewhere lends no country."""
    found = article(story(docdata, f"<dateline>{dateline}</dateline>"))
    assert (found.dateline, found.place, found.country) == expected


@pytest.mark.parametrize(
    ("docdata", "head", "agency"),
    [
        ('<doc-id regsrc="AP"/>', "", "AP"),
        ('<doc-id regsrc="r.dk"/><doc.copyright holder="R"/>', "<distributor><org/></distributor>", "R"),
        ("", "<rights><rights.owner>Agencia X</rights.owner></rights>", "Agencia X"),
        ("", "", None),
    ],
)  # fmt: skip
def test_agency(docdata: str, head: str, agency: str | None) -> None:
    """Without a distributor it is the holder of the rights, or the registry."""
    assert article(story(docdata, head)).agency == agency


def test_title_of_the_head() -> None:
    """Without a headline the head's title is the title."""
    text = "<nitf><head><title> A  title </title></head><body><body.content><p>A.</p></body.content></body></nitf>"
    assert article(text).title == "A title"


def test_countries() -> None:
    """Codes of three letters become two; names and other codes stay; nothing is None."""
    assert [country_of(text) for text in ("KAZ", "deu", "KZ", "België")] == [
        "KZ",
        "DE",
        "KZ",
        "België",
    ]
    assert country_of("", "FRA") == "FR"
    assert country_of("") is None
