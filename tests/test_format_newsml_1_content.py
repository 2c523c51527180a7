"""NewsML 1: which item it is, which of its texts is the story, and what is no article."""

import pytest

from test_format_newsml_1 import GOOD, TEXT, article, data, item, lines, parse, small
from wirewatch.model import Skipped
from wirewatch.states import SkipReason


@pytest.mark.parametrize(
    ("public", "revision", "guid"),
    [
        ("urn:newsml:a.b:20260301:X1:3", "3", "urn:newsml:a.b:20260301:X1"),
        ("urn:newsml:a.b:20260301:X1:3N", "3", "urn:newsml:a.b:20260301:X1"),
        ("urn:newsml:a.b:20260301:777", "3", "urn:newsml:a.b:20260301:777"),
        ("urn:newsml:a.b:20260301:777", "", "urn:newsml:a.b:20260301:777"),
        ("urn:newsml:a.b:777:3N", "3", "urn:newsml:a.b:777"),
        ("tag:a.b,2026:X1", "3", "tag:a.b,2026:X1"),
        ("urn:newsml:a.b", "3", "urn:newsml:prov:20260301:N1"),
        ("", "3", "urn:newsml:prov:20260301:N1"),
    ],
)
def test_identity(public: str, revision: str, guid: str) -> None:
    """The public identifier loses its own revision only; one that names no item is not believed."""
    named = (
        "<ProviderId> prov </ProviderId><DateId>20260301</DateId><NewsItemId>N1</NewsItemId>"
        f"<RevisionId>{revision}</RevisionId><PublicIdentifier>{public}</PublicIdentifier>"
    )
    assert small(named=named).guid == guid


def test_provider_alone_is_no_identity() -> None:
    """Items that name nothing but their provider are told apart by their content."""
    named = "<ProviderId>tass.example</ProviderId>"
    one, two = small(named=named), small(data("<p>Two.</p>"), named=named)
    assert one.guid.startswith("sha256:")
    assert one.guid != two.guid


@pytest.mark.parametrize(
    ("revision", "version"),
    [
        ("<RevisionId PreviousRevision='3' Update='N'>4</RevisionId>", 4),
        ("<RevisionId PreviousRevision='3' Update='N'/>", 4),
        ("<RevisionId>2U</RevisionId>", 2),
        ("<RevisionId>0</RevisionId>", 1),
        (f"<RevisionId>{'9' * 40}</RevisionId>", 1),
        ("", 1),
    ],
)
def test_version(revision: str, version: int) -> None:
    """The version is the revision, else the one after the previous, else the first."""
    assert small(named=revision).version == version


def test_alert_without_headline() -> None:
    """An alert without a headline has none as its title; its first sentence is the headline."""
    found = small(f"<NewsLines><HeadLine/></NewsLines>{data('<p>Vote passes. More soon.</p>')}")
    assert (found.title, found.headline) == ("", "Vote passes.")


def test_headline_alone() -> None:
    """An alert without a text is an article of its headline."""
    found = small("<NewsLines><HeadLine>Vote passes</HeadLine></NewsLines>")
    assert (found.headline, found.body) == ("Vote passes", "")


def test_headlines_inside() -> None:
    """Without a line the headline is that of a component of its own, or of the text."""
    titled = '<NewsComponent><Role FormalName="Title"/>' + data("A  title") + "</NewsComponent>"
    assert small(titled + f"<NewsComponent>{TEXT}</NewsComponent>").title == "A title"
    nitf = (
        "<nitf><body><body.head><hedline><hl1>Inner</hl1></hedline><byline>By Bo</byline>"
        "<dateline><location>RIGA</location></dateline></body.head>"
        "<body.content><p>RIGA - Tea.</p></body.content></body></nitf>"
    )
    found = small(data(nitf))
    assert (found.title, found.byline, found.dateline) == ("Inner", "Bo", "RIGA")
    assert (found.place, found.body) == ("RIGA", "Tea.")


def test_lines_of_components_around() -> None:
    """What a text's own component does not say, those around it say."""
    inner = (
        f"<NewsComponent><NewsLines><HeadLine>Inner</HeadLine></NewsLines>{TEXT}</NewsComponent>"
    )
    found = small(f"<NewsLines><HeadLine>Outer</HeadLine><ByLine>Bo Ek</ByLine></NewsLines>{inner}")
    assert (found.title, found.byline) == ("Inner", "Bo Ek")


def test_pieces_make_one_story() -> None:
    """Lead and body in components of their own are one body; their titles are none of it."""
    pieces = "".join(
        f'<NewsComponent><Role FormalName="{role}"/>{data(text)}</NewsComponent>'
        for role, text in (("Title", "T"), ("Lead", "First."), ("Body", "Then."), ("Body", ""))
    )
    found = small(f"<NewsComponent xml:lang='nl'>{pieces}</NewsComponent>")
    assert (found.title, found.body, found.language) == ("T", "First.\n\nThen.", "nl")


def test_equivalents_are_read_once() -> None:
    """Of contents that say the same in other forms the first that has a text is read."""
    forms = (
        f"<NewsComponent><ContentItem/></NewsComponent><NewsComponent>{data('<p>A.</p>')}"
        f"{data('<p>B.</p>')}</NewsComponent><NewsComponent>{data('A. B.')}</NewsComponent>"
    )
    found = small(f"<NewsComponent EquivalentsList='yes'>{forms}</NewsComponent>")
    assert found.body == "A.\n\nB."


@pytest.mark.parametrize(
    ("content", "body"),
    [
        ("<nitf><body><body.content><p>A.</p><p>B.</p></body.content></body></nitf>", "A.\n\nB."),
        ("<body.content><p>A.</p></body.content>", "A."),
        ("<p>A  a.</p><p>B.</p>", "A a.\n\nB."),
        ("<html><head><title>T</title></head><body><p>A.</p></body></html>", "A."),
        ("&lt;p&gt;A &amp;amp; a.&lt;/p&gt;&lt;p&gt;B.&lt;/p&gt;", "A & a.\n\nB."),
        ("<![CDATA[<b>A</b> a.<br/>B.]]>", "A a.\n\nB."),
        ("A\n a.\n\nB.\n\n\n", "A a.\n\nB."),
        ("\n  A.\n  B.\n", "A.\n\nB."),
        ("1 &lt; 2 e\u0301", "1 < 2 é"),
    ],
)
def test_content(content: str, body: str) -> None:
    """Text is NITF, bare paragraphs, XHTML, HTML in disguise, or plain."""
    assert small(data(content)).body == body


def test_encoded_data_is_no_text() -> None:
    """Data inside an Encoding is left alone."""
    coded = "<Encoding Notation='IptcBase64'><DataContent>QUJD</DataContent></Encoding>"
    (found,) = parse(f"<NewsML>{item(f'<ContentItem>{coded}</ContentItem>')}</NewsML>")
    assert found == Skipped("a NewsItem", SkipReason.NO_TEXT)


@pytest.mark.parametrize(
    ("block", "agency"),
    [
        (
            "<Provider><Party FormalName=''/></Provider><Source><Party FormalName='S'/></Source>",
            "S",
        ),
        ("<Creator><Party FormalName='C'/></Creator>", "C"),
        ("", "prov.example"),
    ],
)
def test_agency(block: str, agency: str) -> None:
    """Provider, source, creator in this order, else the provider's identifier."""
    found = small(
        f"<AdministrativeMetadata>{block}</AdministrativeMetadata>{TEXT}",
        named="<ProviderId>\nprov.example\n</ProviderId>",
    )
    assert found.agency == agency


def test_misspelt_metadata() -> None:
    """The name of a block of metadata does not matter."""
    found = small(
        "<DescriptiveMetada><Language FormalName='en'/><Location><Property FormalName='Country'"
        f" Value='RUS'/></Location></DescriptiveMetada>{lines('<DateLine>KAZAN, May 2</DateLine>')}"
    )
    assert (found.language, found.place, found.country) == ("en", "KAZAN", "RU")


def test_label_for_a_slug() -> None:
    """Without a slug line the item's label is the slug."""
    assert article(GOOD.replace("SlugLine", "OtherLine")).slugline == "Suisse-parlement"


def test_language_around() -> None:
    """Without a declared language it is that of the nearest element around the text."""
    text = GOOD.replace('<Language FormalName="fr-CH"/>', "")
    assert article(text).language == "fr"


@pytest.mark.parametrize(
    ("component", "why"),
    [
        ("<ContentItem Href='a'><MediaType FormalName='Photo'/></ContentItem>", SkipReason.PICTURE),
        ("<MediaType FormalName='Video'/>", SkipReason.VIDEO),
        ("<ContentItem><MediaType FormalName='Audio'/></ContentItem>", SkipReason.AUDIO),
        ("<ContentItem><MediaType FormalName='Graphic'/></ContentItem>", SkipReason.GRAPHIC),
        ("<NewsItemRef NewsItem='urn:1'/>", SkipReason.PACKAGE),
        ("<ContentItem><DataContent/></ContentItem>", SkipReason.NO_TEXT),
    ],
)
def test_skipped(component: str, why: SkipReason) -> None:
    """An item that is no text is passed over under its identity, for what it is."""
    caption = f'<NewsComponent><Role FormalName="Caption"/>{TEXT}</NewsComponent>'
    named = "<NewsItemId>9</NewsItemId>"
    found = parse(f"<NewsML>{item(component + caption, named=named)}</NewsML>")
    assert found == [Skipped("urn:newsml:9", why)]


def test_index_with_headlines() -> None:
    """An index names items and has headlines, but no text: it is a package."""
    index = "<NewsLines><HeadLine>Today</HeadLine></NewsLines><NewsItemRef NewsItem='urn:1'/>"
    assert parse(f"<NewsML>{item(index)}</NewsML>") == [Skipped("Today", SkipReason.PACKAGE)]


def test_topics_and_catalogues() -> None:
    """Lists of topics are concepts, a catalogue is one; neither is an article."""
    assert parse('<NewsML><TopicSet Duid="t1"/></NewsML>') == [Skipped("t1", SkipReason.CONCEPT)]
    found = parse(
        "<NewsML><NewsItem><TopicSet/></NewsItem><NewsItem><Catalog/></NewsItem></NewsML>"
    )
    assert [one.why for one in found if isinstance(one, Skipped)] == [
        SkipReason.CONCEPT,
        SkipReason.CATALOGUE,
    ]


def test_many_items() -> None:
    """Items come in the file's order, articles and others; each has its own fields."""
    second = item("<ContentItem><MediaType FormalName='Photo'/></ContentItem>")
    third = item(data("<p>Three.</p>"), '<Urgency FormalName="1"/>')
    found = parse(f"<NewsML>{item()}{second}{third}</NewsML>")
    assert [getattr(one, "body", None) for one in found] == ["One.", None, "Three."]
    assert [getattr(one, "urgency", None) for one in found] == [None, None, 1]


def test_item_inside_an_item() -> None:
    """An item inside another's component is an article of its own, once."""
    found = parse(f"<NewsML>{item(data('<p>Outer.</p>') + item())}</NewsML>")
    assert [getattr(one, "body", None) for one in found] == ["Outer.", "One."]
