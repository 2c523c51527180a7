"""A package made anew of the parts that are read, so that python-docx opens nothing else.

What it would stumble over is left behind: pictures, macros, relations to parts that are missing.
"""

from collections.abc import Iterable
from io import BytesIO
from typing import Any, NamedTuple
from zipfile import ZipFile

from wirewatch.errors import Unreadable
from wirewatch.formats import markup
from wirewatch.formats.docx.package import Parts
from wirewatch.formats.extras import library
from wirewatch.states import FileReason

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_TYPES = f"""<Types xmlns="{_PACKAGE}/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Override PartName="/word/document.xml" ContentType="{_WORD}.document.main+xml"/>
<Override PartName="/word/styles.xml" ContentType="{_WORD}.styles+xml"/></Types>"""
_RELATIONS = (
    f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_OFFICE}/%s" Target="%s"/></Relationships>'
)
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_USUAL = b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_FAILURES = (SyntaxError, LookupError, ValueError, AttributeError, TypeError, RecursionError)


class Opened(NamedTuple):
    """An open document: its body, and the names of its styles by their identifiers."""

    body: markup.Element
    styles: dict[str, str]


def opened(parts: Parts) -> Opened:
    """Open a document by its parts.

    Raises Unreadable: malformed, or not-installed.
    """
    docx, failure = library("docx"), library("docx.exceptions").PythonDocxError
    try:
        document = docx.Document(BytesIO(_package(parts)))
        found = Opened(document.element.body, _names(document.styles))
    except (*_FAILURES, failure) as error:
        raise Unreadable(FileReason.MALFORMED, f"no sound DOCX: {error}") from error
    if found.body is None:
        raise Unreadable(FileReason.MALFORMED, "no sound DOCX: it has no body")
    return found


def _names(styles: Iterable[Any]) -> dict[str, str]:
    """Give the names of styles, which are English whatever the language of the program was."""
    return {style.style_id: style.name or "" for style in styles}


def _package(parts: Parts) -> bytes:
    """Pack parts, under the names and with the relations that are usual.

    What is written by the strict standard gets the names that all the world uses.
    """
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("_rels/.rels", _RELATIONS % ("officeDocument", "word/document.xml"))
        archive.writestr("word/document.xml", parts.document.replace(_STRICT, _USUAL))
        if parts.styles:
            archive.writestr("word/_rels/document.xml.rels", _RELATIONS % ("styles", "styles.xml"))
            archive.writestr("word/styles.xml", parts.styles.replace(_STRICT, _USUAL))
    return packed.getvalue()
