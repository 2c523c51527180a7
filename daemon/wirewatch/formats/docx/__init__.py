"""DOCX: the text of a Word document in paragraphs, and what its properties say of it.

Read by python-docx. Headers, footers, notes, comments and what was deleted are not read.
"""

from wirewatch.formats.document import Document, Format
from wirewatch.formats.docx.compound import is_compound_of_office, refusal_of_compound
from wirewatch.formats.docx.content import read_content
from wirewatch.formats.docx.package import is_package, read_parts
from wirewatch.formats.docx.properties import read_properties
from wirewatch.formats.office.story import SOURCES, article_of
from wirewatch.formats.office.title import first_line_of
from wirewatch.model import Article


def _recognises(document: Document) -> bool:
    """Take Word's documents, also those that it locked or wrote before 2007."""
    return is_package(document.data) or is_compound_of_office(document.data)


def _parse(document: Document) -> list[Article]:
    """Read a document as one article.

    Raises Unreadable: encrypted, unknown-format (of before 2007), malformed, truncated,
    expands-too-far, too-large, no-text, line-too-long, or not-installed.
    """
    if is_compound_of_office(document.data):
        raise refusal_of_compound(document.data)
    parts = read_parts(document.data)
    paragraphs = read_content(parts)
    properties = read_properties(parts.properties)
    texts = [paragraph.text for paragraph in paragraphs]
    headings = (one.text for one in sorted(paragraphs, key=lambda one: one.rank) if one.rank)
    title = properties.title or next(headings, "") or first_line_of(texts)
    return [article_of(properties._replace(title=title), texts, document.line_limit)]


_SOURCES = SOURCES | {
    "title": (
        "title, unless it is a file's name or the like, else the first paragraph in the style "
        "Title, else in a style Heading, else a short first line"
    ),
    "published": (
        "modified, else created, unless it is older than the format or a template's, else the day "
        "of the dateline, if it has a year"
    ),
    "byline": "creator, without By, unless it is a program's word for nobody, else dateline",
    "language": "language, if it is a code",
    "subjects": "keywords",
}

FORMAT = Format(
    name="docx",
    reads="documents of Word since 2007 (DOCX, DOCM), one article a file",
    rank=2,
    recognises=_recognises,
    parse=_parse,
    told_by=(
        "a zip with word/document.xml, or whose content types name a document of Word; one that is "
        "locked, or of before 2007, is told and refused"
    ),
    sources=_SOURCES,
    binary=True,
    heavy=True,
    needs="docx",
)
