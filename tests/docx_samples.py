"""Documents of Word packed by hand, and read, for the tests of that format."""

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from wirewatch.errors import Unreadable
from wirewatch.formats import parse
from wirewatch.formats.document import Document
from wirewatch.formats.docx import FORMAT
from wirewatch.model import Article

LIMIT = 1_000_000
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
CORE = f"{PACKAGE}/metadata/core-properties"
DECLARED = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
STYLES = f"""<w:styles xmlns:w="{WORD}">
<w:style w:type="paragraph" w:styleId="Titel"><w:name w:val="Title"/></w:style>
<w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/></w:style>
<w:style w:type="paragraph" w:styleId="Nameless"/></w:styles>"""
PROPERTIES = """<dc:title>Bells for the quay</dc:title><dc:creator>Ann Bo</dc:creator>
<cp:keywords>bells; quays, bells</cp:keywords><dc:language>en-GB</dc:language>
<dcterms:created>2019-05-05T10:00:00Z</dcterms:created>
<dcterms:modified>2024-01-02T03:04:05Z</dcterms:modified>"""
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504


def relations(**targets: str) -> str:
    """Write relations of a part, by the last word of their types."""
    rows = (
        f'<Relationship Id="{kind[:9]}" Type="{CORE if "core" in kind else f"{OFFICE}/{kind}"}"'
        f' Target="{target}"/>'
        for kind, target in targets.items()
    )
    return f'<Relationships xmlns="{PACKAGE}">{"".join(rows)}</Relationships>'


def types(declared: str = DECLARED) -> str:
    """Write the content types of a package."""
    return (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{declared}"/></Types>'
    )


def core(properties: str) -> str:
    """Write the part of the core properties."""
    return (
        '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/'
        'core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        f' xmlns:dcterms="http://purl.org/dc/terms/">{properties}</cp:coreProperties>'
    )


def zipped(members: dict[str, str | bytes]) -> bytes:
    """Pack members, in order."""
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def members_of(body: str, properties: str = "", declared: str = DECLARED) -> dict[str, str | bytes]:
    """Give the members of a document with some XML in its body."""
    return {
        "[Content_Types].xml": types(declared),
        "_rels/.rels": relations(officeDocument="word/document.xml", core="docProps/core.xml"),
        "word/document.xml": f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>',
        "word/_rels/document.xml.rels": relations(styles="styles.xml", image="media/gone.png"),
        "word/styles.xml": STYLES,
        "docProps/core.xml": core(properties),
    }


def p(text: str, style: str = "") -> str:
    """Write a paragraph."""
    look = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{look}<w:r><w:t>{text}</w:t></w:r></w:p>"


def docx(body: str, properties: str = "", **more: str | bytes) -> bytes:
    """Write a document; `more` takes the place of parts, by the names of their files."""
    members = members_of(body, properties)
    for name, content in more.items():
        members[next(known for known in members if name in known)] = content
    return zipped(members)


def read(data: bytes) -> Article:
    """Read the one article of a file by this format alone."""
    document = Document(data, LIMIT)
    assert FORMAT.recognises(document)
    (article,) = FORMAT.parse(document)
    assert isinstance(article, Article)
    return article


def body(xml: str) -> list[str]:
    """Give the paragraphs that are read of some XML."""
    return read(docx(xml, "<dc:title>Bells</dc:title>")).body.split("\n\n")


def refused(data: bytes) -> Unreadable:
    """Give the reason for which bytes are refused."""
    with pytest.raises(Unreadable) as caught:
        parse(data, LIMIT)
    return caught.value
