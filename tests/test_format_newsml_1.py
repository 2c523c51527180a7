"""NewsML 1: an article for each item of text, what else an item is, broken files refused by name."""

import codecs
from collections.abc import Sequence
from pathlib import Path

import pytest

from wirewatch.errors import Unreadable
from wirewatch.formats.document import Document
from wirewatch.formats.newsml_1 import FORMAT
from wirewatch.model import Article, Skipped
from wirewatch.states import FileReason, Precision

SHARED = Path(__file__).parents[2] / "shared" / "data" / "formats"
GOOD = """<?xml version="1.0" encoding="utf-8"?>
<NewsML Version="1.2">
<!-- an invented item -->
<NewsEnvelope><SentFrom><Party FormalName="Sender"/></SentFrom>
  <DateAndTime>20260301T090000Z</DateAndTime></NewsEnvelope>
<NewsItem xml:lang="fr">
  <Identification>
    <NewsIdentifier>
      <ProviderId>rhone.example</ProviderId><DateId>20260301T080000Z</DateId>
      <NewsItemId>TX-7</NewsItemId>
      <RevisionId PreviousRevision="1" Update="N">2</RevisionId>
      <PublicIdentifier>urn:newsml:rhone.example:20260301T080000Z:TX-7:2N</PublicIdentifier>
    </NewsIdentifier>
    <NameLabel>Suisse-parlement</NameLabel>
  </Identification>
  <NewsManagement>
    <NewsItemType FormalName="News"/>
    <FirstCreated>20260301T080000+0000</FirstCreated>
    <ThisRevisionCreated>20260301T094500+0100</ThisRevisionCreated>
    <Status FormalName="Usable"/><Urgency FormalName="3"/>
    <Instruction FormalName="Update"/>
  </NewsManagement>
  <NewsComponent EquivalentsList="no">
    <NewsLines>
      <HeadLine>Le Conseil des États  cherche une cloche</HeadLine>
      <ByLine>By Rose Favre</ByLine>
      <DateLine>Berne, 1er mars 2026 (Rhône) -</DateLine>
      <SlugLine>parlement-cloche</SlugLine>
      <KeywordLine>cloche</KeywordLine>
      <NewsLine><NewsLineType FormalName="AdvisoryLine"/>
        <NewsLineText>Ajoute le poids</NewsLineText></NewsLine>
      <NewsLine><NewsLineType FormalName="ProductLine"/>
        <NewsLineText>(Photo)</NewsLineText></NewsLine>
    </NewsLines>
    <AdministrativeMetadata>
      <Provider><Party FormalName="Rhône Dépêches"/></Provider>
      <Creator><Party FormalName="rf/bo"/></Creator>
    </AdministrativeMetadata>
    <DescriptiveMetadata>
      <Language FormalName="fr-CH"/>
      <SubjectCode><Subject FormalName="11000000" cat="POL"/>
        <SubjectMatter FormalName="11006000" Scheme="IptcSubjectCodes"/></SubjectCode>
      <SubjectCode><Subject FormalName="11000000"/><Subject FormalName=""/></SubjectCode>
      <SubjectCode><Subject FormalName="POL" Scheme="Rhone"/></SubjectCode>
      <Location HowPresent="Event"><Property FormalName="City" Value="Sion"/></Location>
      <Location HowPresent="Origin"><Property FormalName="Country" Value="CHE"/>
        <Property FormalName="City" Value="Berne"/></Location>
      <Property FormalName="Keyword" Value="Suisse"/>
      <Property FormalName="Keyword" Value="cloche"/>
      <Property FormalName="Words" Value="12"/>
    </DescriptiveMetadata>
    <ContentItem>
      <MediaType FormalName="Text"/>
      <DataContent><nitf><body><body.content>
        <p>   Le Conseil des États cherche une cloche de neuf kilos. </p>
        <p>L'ancienne est fêlée.</p><p/>
      </body.content></body></nitf></DataContent>
    </ContentItem>
    <NewsComponent>
      <Role FormalName="Caption"/>
      <NewsLines><HeadLine>La cloche</HeadLine></NewsLines>
      <ContentItem><MediaType FormalName="Text"/>
        <DataContent><p>La cloche, hier.</p></DataContent></ContentItem>
    </NewsComponent>
    <NewsComponent><ContentItem Href="c.jpg"><MediaType FormalName="Photo"/></ContentItem></NewsComponent>
  </NewsComponent>
</NewsItem>
</NewsML>
"""
TEXT = "<ContentItem><DataContent><p>One.</p></DataContent></ContentItem>"
MALFORMED = {
    "cut off": GOOD[: GOOD.index("</NewsItem>")],
    "another root": "<!DOCTYPE NewsML><html><body><p>A page.</p></body></html>",
    "no items": "<NewsML><Catalog/><NewsEnvelope/></NewsML>",
}


def parse(text: str | bytes) -> Sequence[Article | Skipped]:
    """Read the items of a file."""
    data = text.encode() if isinstance(text, str) else text
    document = Document(data, 100_000)
    assert FORMAT.recognises(document)
    return FORMAT.parse(document)


def article(text: str | bytes) -> Article:
    """Read the one article of a file."""
    (item,) = parse(text)
    assert isinstance(item, Article)
    return item


def item(component: str = TEXT, management: str = "", named: str = "") -> str:
    """Give a small item."""
    return (
        f"<NewsItem><Identification><NewsIdentifier>{named}</NewsIdentifier></Identification>"
        f"<NewsManagement>{management}</NewsManagement>"
        f"<NewsComponent>{component}</NewsComponent></NewsItem>"
    )


def small(component: str = TEXT, management: str = "", named: str = "") -> Article:
    """Read a small item."""
    return article(f"<NewsML>{item(component, management, named)}</NewsML>")


def lines(text: str) -> str:
    """Give a component with some lines and a text."""
    return f"<NewsLines>{text}</NewsLines>{TEXT}"


def data(text: str) -> str:
    """Give a content item."""
    return f"<ContentItem><DataContent>{text}</DataContent></ContentItem>"


def test_every_field() -> None:
    """A good item gives each field where NewsML has it, and nothing of its pictures."""
    assert article(GOOD) == Article(
        guid="urn:newsml:rhone.example:20260301T080000Z:TX-7",
        title="Le Conseil des États cherche une cloche",
        headline="Le Conseil des États cherche une cloche",
        body="Le Conseil des États cherche une cloche de neuf kilos.\n\nL'ancienne est fêlée.",
        dateline="Berne, 1er mars 2026 (Rhône)",
        version=2,
        published="2026-03-01T08:45:00Z",
        published_precision=Precision.MINUTE,
        place="Berne",
        country="CH",
        agency="Rhône Dépêches",
        byline="Rose Favre",
        language="fr-CH",
        subjects=("subj:11000000", "subj:11006000", "rhone:POL", "Suisse", "cloche"),
        urgency=3,
        slugline="parlement-cloche",
        signal="update",
        note="Ajoute le poids",
    )


def test_almost_nothing() -> None:
    """What an item does not say is None; the first sentence is the headline."""
    found = article(f"<NewsML><NewsItem><NewsComponent>{TEXT}</NewsComponent></NewsItem></NewsML>")
    assert found == Article(found.guid, "", "One.", "One.")
    assert found.guid.startswith("sha256:")


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("Usable", "usable"), ("usable", "usable"), ("USABLE", "usable"), ("OPEN", "usable"),
        ("Canceled", "canceled"), ("CANCELLED", "canceled"), ("Withheld", "withheld"),
        ("Embargoed", "withheld"), ("", "usable"),
    ],
)  # fmt: skip
def test_status(said: str, status: str) -> None:
    """A status counts in any letter case; an embargo without an end is withheld."""
    assert small(management=f'<Status FormalName="{said}"/>').status == status


def test_embargo() -> None:
    """An embargo ends when the status becomes usable; other changes of status are none."""
    change = (
        '<Status FormalName="Embargoed"/><StatusWillChange><FutureStatus FormalName="{}"/>'
        "<DateAndTime>20260301T120000+0200</DateAndTime></StatusWillChange>"
    )
    held = small(management=change.format("Usable"))
    assert (held.status, held.embargo) == ("usable", "2026-03-01T10:00:00Z")
    assert small(management=change.format("Canceled")).embargo is None


@pytest.mark.parametrize(
    ("management", "published", "precision"),
    [
        ("<ThisRevisionCreated>20231124T192141Z</ThisRevisionCreated>", "2023-11-24T19:21:41Z", Precision.MINUTE),
        ("<ThisRevisionCreated>20231124T192141+0000</ThisRevisionCreated>", "2023-11-24T19:21:41Z", Precision.MINUTE),
        ("<ThisRevisionCreated>20231124T192141</ThisRevisionCreated>", "2023-11-24T19:21:41", Precision.MINUTE),
        ("<ThisRevisionCreated/><FirstCreated>20231124</FirstCreated>", "2023-11-24", Precision.DAY),
        ("<FirstCreated>later</FirstCreated>", None, None),
    ],
)  # fmt: skip
def test_published(management: str, published: str | None, precision: Precision | None) -> None:
    """Moments with a zone are in UTC, those without stay as written, days stay days."""
    found = small(management=management)
    assert (found.published, found.published_precision) == (published, precision)


def test_published_of_the_envelope() -> None:
    """An item without a date of its own has that of its sending."""
    text = f"<NewsML><NewsEnvelope><DateAndTime>20260301T090000Z</DateAndTime></NewsEnvelope>{item()}</NewsML>"
    assert article(text).published == "2026-03-01T09:00:00Z"


@pytest.mark.parametrize(
    ("written", "urgency"),
    [('<Urgency FormalName="4"/>', 4), ("<Urgency>2</Urgency>", 2), ("<Urgency>0</Urgency>", None),
     ("<Urgency>high</Urgency>", None), ("", None)],
)  # fmt: skip
def test_urgency(written: str, urgency: int | None) -> None:
    """An urgency is a formal name or a text, from 1 to 9."""
    assert small(management=written).urgency == urgency


@pytest.mark.parametrize(
    ("management", "signal"),
    [
        ('<NewsItemType FormalName="Alert"/>', "alert"),
        ('<NewsItemType FormalName="NEWS"/>', None),
        ('<NewsItemType FormalName="News"/><Instruction FormalName="Rectify"/>', "correction"),
        ('<Instruction FormalName="Delete"/>', "kill"),
    ],
)
def test_signal(management: str, signal: str | None) -> None:
    """An instruction is a signal, and so is a type of item other than news."""
    assert small(management=management).signal == signal


def test_external_dtd() -> None:
    """A DTD that is elsewhere is not fetched, and nothing is missing without it."""
    dtd = '<!DOCTYPE NewsML PUBLIC "urn:x" "../no.dtd" [<!ENTITY % nitf SYSTEM "no.dtd"> %nitf;]>'
    assert article(GOOD.replace("<NewsML ", f"{dtd}<NewsML ", 1)) == article(GOOD)


@pytest.mark.parametrize(
    "encoded",
    [
        codecs.BOM_UTF8 + GOOD.encode(),
        GOOD.replace("utf-8", "ISO-8859-15").encode("iso8859-15"),
        GOOD.replace("utf-8", "utf-16").encode("utf-16"),
        b"\n\n" + GOOD.encode(),
    ],
    ids=["mark", "latin-9", "utf-16", "space in front"],
)
def test_same_item_in_other_bytes(encoded: bytes) -> None:
    """A byte order mark, an encoding or white space in front changes nothing of the article."""
    assert article(encoded) == article(GOOD)


@pytest.mark.parametrize("text", MALFORMED.values(), ids=MALFORMED)
def test_malformed(text: str) -> None:
    """Broken content is refused as malformed, in words."""
    with pytest.raises(Unreadable) as raised:
        parse(text)
    assert raised.value.reason is FileReason.MALFORMED
    assert raised.value.detail


@pytest.mark.parametrize(
    "text",
    ["A NewsML story", "{}", "<newsItem/>", "<newsMessage/>", "<nitf><NewsML/></nitf>",
     "<!-- <NewsML> --><rss/>", "<"],
)  # fmt: skip
def test_others_are_left_alone(text: str) -> None:
    """Only the root element, or the DTD, makes a file NewsML 1."""
    assert not FORMAT.recognises(Document(text.encode(), 10_000))


@pytest.mark.skipif(not SHARED.exists(), reason="the shared samples are not here")
def test_shared_files_of_other_formats() -> None:
    """No shared sample is NewsML 1; NewsML-G2 stays what it is."""
    paths = [path for path in SHARED.rglob("*") if path.suffix in {".xml", ".json"}]
    assert len(paths) > 50
    for path in paths:
        assert not FORMAT.recognises(Document(path.read_bytes(), 10_000_000)), path
