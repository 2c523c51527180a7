"""NewsML-G2: every field where the standard puts it, in every form met in real files."""

import pytest

from newsml_g2_samples import BODY, GOOD, PROSE, about, inline, news_item, one, story
from wirewatch.model import Article
from wirewatch.states import Precision


def test_every_field() -> None:
    """An item's metadata come to the article, field by field."""
    assert one(GOOD) == Article(
        guid="tag:fjord,2026:4",
        title="Storting votes at dawn",
        headline="Storting votes at dawn",
        body=BODY,
        dateline="OSLO, Jan. 14 (Fjord)",
        version=7,
        published="2026-01-14T08:05:00Z",
        published_precision=Precision.MINUTE,
        place="Oslo",
        country="NO",
        agency="Fjord News",
        byline="Kari Nordmann",
        language="nb-NO",
        url=None,
        status="usable",
        subjects=(
            "medtop:11000000", "subj:11009000", "place:9", "politics", "politikk", "Oslo",
            "Storting",
        ),
        urgency=3,
        slugline="NORWAY-VOTE",
        signal="update",
        embargo="2026-01-14T11:00:00Z",
        note="Adds the vote.\nPictures follow.",
    )  # fmt: skip


def test_bare_item() -> None:
    """What an item does not say is nothing: its guid is made of its text, its version is 1."""
    article = one(news_item(content=inline(PROSE), of=""))
    assert article == Article(
        guid=article.guid, title="", headline="The upper house sat until dawn.", body=BODY
    )
    assert article.guid.startswith("sha256:")
    assert one(news_item(content=inline(f"\n{PROSE}\n"), of="")).guid == article.guid


@pytest.mark.parametrize(
    ("version", "expected"),
    [("12", 12), ("0", 1), ("-3", 1), ("two", 1), ("9" * 5000, 1), ("٣", 1), ("", 1)],
)
def test_version(version: str, expected: int) -> None:
    """A version is a number from 1 up; anything else is 1."""
    assert one(news_item(content=inline(PROSE), of=f'guid="a" version="{version}"')).version == (
        expected
    )


@pytest.mark.parametrize(
    ("meta", "expected"),
    [
        ("", "usable"),
        ('<pubStatus qcode="stat:usable"/>', "usable"),
        ('<pubStatus qcode="stat:withheld"/>', "withheld"),
        ('<pubStatus qcode="stat:canceled"/>', "canceled"),
        ('<pubStatus qcode="STAT:Cancelled"/>', "canceled"),
        ('<pubStatus uri="http://cv.iptc.org/newscodes/pubstatusg2/withheld"/>', "withheld"),
        ('<pubStatus qcode="edStat:D"/>', "canceled"),
        ('<signal qcode="edStat:D"/>', "canceled"),
    ],
)
def test_status(meta: str, expected: str) -> None:
    """The status is said by code or URI; an item that says none is usable, a killed one is not."""
    assert about(meta).status == expected


@pytest.mark.parametrize(
    ("meta", "expected"),
    [
        ("", None),
        ('<signal qcode="sig:correction"/>', "correction"),
        ('<signal qcode="sig:repeat"/>', "repeat"),
        ('<signal qcode="sig:Writethru"/>', "writethru"),
        ('<signal qcode="sig:update"/><signal qcode="sig:correction"/>', "correction"),
        ('<signal uri="http://cv.iptc.org/newscodes/signal/update"/>', "update"),
        ('<signal qcode="edStat:D"/>', "kill"),
        ('<pubStatus qcode="edStat:D"/>', "kill"),
    ],
)
def test_signal(meta: str, expected: str | None) -> None:
    """The signal has no prefix; of several the weightiest is taken; Reuters' D is a kill."""
    assert about(meta).signal == expected


@pytest.mark.parametrize(
    ("meta", "expected"),
    [
        ('<provider qcode="nprov:AFP"/>', "AFP"),
        ('<provider literal="fjord.example"/>', "fjord.example"),
        ('<provider uri="http://fjord.example/"/>', "http://fjord.example/"),
        ('<provider uri="http://cv.iptc.org/newscodes/newsprovider/AFP"/>', "AFP"),
        ('<provider literal="f"><name>Fjord</name></provider>', "Fjord"),
        ("<provider/>", None),
    ],
)
def test_provider(meta: str, expected: str | None) -> None:
    """A provider is known by name, else by code, words or URI."""
    assert about(meta).agency == expected


def test_agency_without_provider() -> None:
    """Where nobody provides an item, its source does, or whoever is to be credited."""
    credit = "<creditline>Fjord</creditline>"
    assert story(credit).agency == "Fjord"
    assert story(f'{credit}<infoSource qcode="is:AP"><name>AP</name></infoSource>').agency == "AP"


@pytest.mark.parametrize(
    ("embargo", "expected"),
    [
        ("<embargoed/>", None),
        ("<embargoed> </embargoed>", None),
        ("<embargoed>2026-05-01T06:00:00Z</embargoed>", "2026-05-01T06:00:00Z"),
        ("<embargoed>soon</embargoed>", None),
    ],
)
def test_embargo(embargo: str, expected: str | None) -> None:
    """An embargo may be empty, and then has no end that is known."""
    assert about(embargo).embargo == expected


def test_notes_that_are_not_public() -> None:
    """A note marked as not public is never shown, nor one that holds such a part."""
    hidden = (
        '<edNote pubconstrainturi="http://x.example/nonpublic">555 0101</edNote>'
        '<edNote role="r:notepad"><section class="np-public">Again</section></edNote>'
        '<edNote><section class="np-nonpublic">555 0102</section></edNote><edNote/>'
    )
    assert about(hidden).note is None
    assert about(f"{hidden}<edNote>Shown</edNote><edNote>Shown</edNote>").note == "Shown"


def test_naive_date() -> None:
    """A date without a zone stays as written."""
    article = about("<versionCreated>2026-01-14T09:05:00</versionCreated>")
    assert article.published == "2026-01-14T09:05:00"


def test_first_created_is_not_trusted() -> None:
    """When an item was first made does not tell when it was published; its last change does."""
    assert about("<firstCreated>2026-01-14T09:05:00Z</firstCreated>").published is None
    changed = "<contentModified>2026-01-14T09:05:00Z</contentModified>"
    assert story(changed).published == "2026-01-14T09:05:00Z"


@pytest.mark.parametrize(
    ("meta", "expected"),
    [
        ("<headline>First</headline><headline>Second</headline>", "First"),
        ('<headline rank="2">B</headline><headline rank="1">A</headline>', "A"),
        (
            (
                '<language tag="de"/><headline xml:lang="en">E</headline>'
                '<headline xml:lang="de">D</headline>'
            ),
            "D",
        ),
        ("<headline/><headline>Full</headline>", "Full"),
    ],
)
def test_headlines(meta: str, expected: str) -> None:
    """Of several headlines the highest in rank, in the content's language, is the title."""
    assert story(meta).title == expected


@pytest.mark.parametrize(
    ("located", "expected"),
    [
        ("<located><name>Oslo</name></located><located><name>Rome</name></located>", "Oslo None"),
        (('<located><name>Oslo</name><broader type="x:country"><name>Norway</name></broader>'
         "</located>"), "Oslo Norway"),
        ('<located qcode="iso3166-1a2:no"><name>Norway</name></located>', "Norway NO"),
        ('<located><broader qcode="iso3166-1a2:US-NV"/></located>', "None US"),
        (('<located><broader qcode="iso3166-1a3:USA"><name>United States</name></broader>'
         "</located>"), "None United States"),
        ('<located><broader uri="http://cv.iptc.org/iso3166-1a2/NO"/></located>', "None NO"),
        ('<located><broader qcode="cntry:CA"/></located>', "None None"),
        (('<located><name>A</name><broader><name>B</name><broader qcode="iso3166-1a2:NO"/></broader>'
         "</located>"), "A NO"),
    ],
)  # fmt: skip
def test_place_and_country(located: str, expected: str) -> None:
    """A country is its code of two letters where that is given, else its name; never a guess."""
    article = story(located)
    assert f"{article.place} {article.country}" == expected


@pytest.mark.parametrize(
    ("subjects", "expected"),
    [
        ('<subject uri="http://cv.iptc.org/newscodes/mediatopic/20000587"/>', ("medtop:20000587",)),
        ('<subject uri="https://cv.iptc.org/newscodes/subjectcode/11000000"/>', ("subj:11000000",)),
        ('<subject uri="http://x.example/1"/>', ("http://x.example/1",)),
        ('<subject literal="p0"><name>Storting</name></subject>', ("Storting",)),
        (('<subject><mainConcept qcode="medtop:1"><name>skiing</name></mainConcept>'
         '<facetConcept qcode="f:2"><name>women</name></facetConcept></subject>'),
         ("medtop:1", "f:2", "skiing", "women")),
        (('<subject type="t:category" qcode="c:1"/><subject type="cpnat:geoArea" qcode="g:1"/>'
         '<subject qcode="s:1"/><subject qcode="s:1"/>'), ("s:1", "g:1", "c:1")),
    ],
)  # fmt: skip
def test_subjects(subjects: str, expected: tuple[str, ...]) -> None:
    """Subjects are codes, then names; topics before places, places before desks; each once."""
    assert story(subjects).subjects == expected


@pytest.mark.parametrize(
    ("urgency", "expected"), [("1", 1), ("9", 9), ("0", None), ("10", None), ("x", None)]
)
def test_urgency(urgency: str, expected: int | None) -> None:
    """Urgency is from 1 to 9."""
    assert story(f"<urgency>{urgency}</urgency>").urgency == expected


def test_language() -> None:
    """Where the content names no language, that of its markup or of the item holds."""
    lang = 'guid="a" xml:lang="kk"'
    assert one(news_item(content=inline(PROSE), of=lang)).language == "kk"
    within = f'<inlineXML xml:lang="ky">{PROSE}</inlineXML>'
    assert one(news_item(content=within, of=lang)).language == "ky"
    assert one(news_item("", '<language tag="ru"/>', within, of=lang)).language == "ru"
