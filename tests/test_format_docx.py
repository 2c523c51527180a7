"""DOCX: a Word document's text as a reader sees it, and refusals in words."""

import pytest

from docx_samples import (
    PROPERTIES,
    STYLES,
    WORD,
    body,
    docx,
    members_of,
    p,
    read,
    relations,
    zipped,
)
from wirewatch.formats.identity import identity_of
from wirewatch.model import Article
from wirewatch.states import Precision


def test_field_by_field() -> None:
    """Every field of an article is read where it stands."""
    text = "BAKU. KAZINFORM – The bell was rung at nine."
    story = "The bell was rung at nine.\n\nTwice."
    assert read(
        docx(p("Bells for the quay", "Titel") + p(text) + p("Twice."), PROPERTIES)
    ) == Article(
        guid=identity_of("2024-01-02T03:04:05Z", "Bells for the quay", "BAKU. KAZINFORM", story),
        title="Bells for the quay",
        headline="Bells for the quay",
        body=story,
        dateline="BAKU. KAZINFORM",
        published="2024-01-02T03:04:05Z",
        published_precision=Precision.MINUTE,
        place="BAKU",
        agency="Kazinform",
        byline="Ann Bo",
        language="en-GB",
        subjects=("bells", "quays"),
    )


def test_nothing_said() -> None:
    """What a document does not say is empty, also where it has no properties at all."""
    members = members_of(p("The bell was rung at nine."))
    members["_rels/.rels"] = relations(officeDocument="word/document.xml")
    for name in ("docProps/core.xml", "word/styles.xml", "word/_rels/document.xml.rels"):
        del members[name]
    found = read(zipped(members))
    assert (found.title, found.headline) == ("", "The bell was rung at nine.")
    assert (found.published, found.byline, found.language, found.agency) == (None,) * 4


@pytest.mark.parametrize(
    ("modified", "created", "published"),
    [
        ("2024-01-02T03:04:05Z", "2019-05-05T10:00:00Z", "2024-01-02T03:04:05Z"),
        ("2024-01-02T03:04:05+02:00", "", "2024-01-02T01:04:05Z"),
        ("2024-01-02", "", "2024-01-02"),
        ("2013-12-23T23:15:00Z", "2013-12-23T23:15:00Z", None),
        ("1601-01-01T00:00:00Z", "2019-05-05T10:00:00Z", "2019-05-05T10:00:00Z"),
        ("yesterday", "1980-01-01T00:00:00Z", None),
        ("", "", None),
    ],
)
def test_published(modified: str, created: str, published: str | None) -> None:
    """The last time of saving is the date, else the first, unless a machine made it up."""
    properties = (
        f"<dcterms:created>{created}</dcterms:created>"
        f"<dcterms:modified>{modified}</dcterms:modified>"
    )
    assert read(docx(p("Text."), properties)).published == published


@pytest.mark.parametrize(
    ("xml", "title"),
    [
        (p("Press service") + p("The bell", "1") + p("Bells", "Titel") + p("Text."), "Bells"),
        (p("Press service") + p("The bell", "1") + p("Anew", "1") + p("Text."), "The bell"),
        (p("The bell") + p("It was rung at nine."), "The bell"),
        (p("It was rung.") + p("The bell"), ""),
        (p("The bell", "Nameless") + p("Bo."), ""),
    ],
)
def test_title(xml: str, title: str) -> None:
    """The title is what is styled so, else a heading, else a short first line."""
    found = read(docx(xml, "<dc:title>Microsoft Word - bells.doc</dc:title>"))
    assert found.title == title
    assert not title or title not in found.body.split("\n\n")


def test_changes() -> None:
    """A document reads as with all changes accepted."""
    xml = (
        "<w:p><w:r><w:t>The </w:t></w:r>"
        "<w:del><w:r><w:delText>old </w:delText><w:t>old </w:t></w:r></w:del>"
        "<w:ins><w:r><w:t>new </w:t></w:r></w:ins>"
        "<w:moveFrom><w:r><w:t>loud </w:t></w:r></w:moveFrom>"
        "<w:moveTo><w:r><w:t>bell</w:t></w:r></w:moveTo></w:p>"
    )
    assert body(xml) == ["The new bell"]


def test_inside_of_a_paragraph() -> None:
    """Links, fields and content controls are text; codes, notes and hidden text are none."""
    xml = (
        "<w:p><w:hyperlink><w:r><w:t>A</w:t></w:r></w:hyperlink><w:r><w:tab/><w:t>b</w:t>"
        "<w:noBreakHyphen/><w:t>c</w:t><w:softHyphen/><w:t>d\xade</w:t><w:br/><w:t>f</w:t></w:r>"
        '<w:r><w:instrText>PAGE</w:instrText></w:r><w:fldSimple w:instr="x"><w:r><w:t> g</w:t></w:r>'
        "</w:fldSimple><w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r>"
        '<w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t> shown</w:t></w:r>'
        "<w:sdt><w:sdtContent><w:r><w:t> h</w:t></w:r></w:sdtContent></w:sdt><w:r>"
        '<w:footnoteReference w:id="2"/><w:t xml:space="preserve"> i<!-- j --> k</w:t></w:r></w:p>'
    )
    assert body(xml) == ["A b-cde f g shown h i k"]


def test_line_breaks() -> None:
    """A line break is a space, and two of them part paragraphs."""
    assert body(
        "<w:p><w:r><w:t>a</w:t><w:br/><w:t>b</w:t><w:br/><w:br/><w:t>c</w:t></w:r></w:p>"
    ) == [
        "a b",
        "c",
    ]


def test_content_control() -> None:
    """Paragraphs in a content control are read."""
    assert body(f"<w:sdt><w:sdtContent>{p('One.')}</w:sdtContent></w:sdt>" + p("Two.")) == [
        "One.",
        "Two.",
    ]


def test_tables() -> None:
    """A row is a line; a table that only sets out text is the paragraphs in it."""

    def row(*cells: str) -> str:
        return "<w:tr>" + "".join(f"<w:tc>{cell}</w:tc>" for cell in cells) + "</w:tr>"

    figures = (
        f"<w:tbl>{row(p('Bell'), p('Tone'))}{row(p('Old'), p(''))}{row(p('New'), p('C'))}</w:tbl>"
    )
    assert body(figures) == ["Bell Tone", "Old", "New C"]
    assert body(f"<w:tbl>{row(p('One.') + p('Two.'), p('Three.'))}</w:tbl>") == [
        "One.",
        "Two.",
        "Three.",
    ]


def test_boxes() -> None:
    """The text of a box is read once, after the paragraph to which it belongs."""
    box = f"<w:txbxContent>{p('In a box.')}</w:txbxContent>"
    xml = (
        f'<w:p xmlns:mc="m"><w:r><mc:AlternateContent><mc:Choice>{box}</mc:Choice>'
        f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r>"
        "<w:r><w:t>Outside.</w:t></w:r></w:p>"
    )
    assert body(xml) == ["Outside.", "In a box."]


def test_other_parts() -> None:
    """Headers, footers, notes and comments are not read."""
    members = members_of(p("Text."))
    for name in ("header1", "footer1", "footnotes", "comments"):
        members[f"word/{name}.xml"] = f'<w:hdr xmlns:w="{WORD}">{p("Not read.")}</w:hdr>'
    assert read(zipped(members)).body == "Text."


def test_clean_text() -> None:
    """Text is in NFC, on lines with single spaces, without control characters."""
    (found,) = body(p("To\u0303rva&#x9;  &#x85;bell\u200b&#xFFFD;&#x9b;"))
    assert found == "Tõrva bell\ufffd"


@pytest.mark.parametrize(
    "declared",
    [
        "application/vnd.ms-word.document.macroEnabled.main+xml",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml",
    ],
)
def test_macros_and_templates(declared: str) -> None:
    """Documents with macros, and templates, are read as any other."""
    assert read(zipped(members_of(p("Text."), declared=declared))).body == "Text."


def test_strict() -> None:
    """Documents by the strict standard, whose names are others, are read."""
    strict = "http://purl.oclc.org/ooxml/wordprocessingml/main"
    xml = (
        f'<w:document xmlns:w="{strict}"><w:body>{p("Bell", "1")}{p("Rung.")}</w:body></w:document>'
    )
    found = read(docx("", document=xml, styles=STYLES.replace(WORD, strict)))
    assert (found.title, found.body) == ("Bell", "Rung.")


def test_other_names() -> None:
    """The text may have another name, if content types and relations say so."""
    members = members_of(p("Text."))
    members["word/document2.xml"] = members.pop("word/document.xml")
    members["_rels/.rels"] = relations(officeDocument="/word/./document2.xml")
    assert read(zipped(members)).body == "Text."
