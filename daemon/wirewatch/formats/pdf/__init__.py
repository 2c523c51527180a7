"""PDF: the text layer of its pages in paragraphs, and what its properties say of it.

Read by PDFium. Pictures, forms, notes and attached files are not read.
"""

import re

from wirewatch.formats.document import Document, Format
from wirewatch.formats.office.story import SOURCES, article_of
from wirewatch.formats.pdf.expansion import check_streams
from wirewatch.formats.pdf.heading import heading_of
from wirewatch.formats.pdf.lines import read_pages
from wirewatch.formats.pdf.paragraphs import paragraphs_of
from wirewatch.formats.pdf.properties import read_properties
from wirewatch.formats.pdf.reader import opened
from wirewatch.formats.pdf.running import without_running_lines
from wirewatch.model import Article

_HEAD = 1_024  # bytes within which readers of PDF look for the mark
_MARK = re.compile(rb"(?<![ -~])%PDF-\d")  # what follows a word on its line only speaks of PDF
_TAR = slice(257, 262)  # where an archive of this kind has its mark; files stand in it as they are
_CONTAINERS = (b"PK\x03\x04", b"WARC/", b"\x1f\x8b", b"From ")


def _recognises(document: Document) -> bool:
    """Take what has the mark of a PDF near its beginning, unless it is an archive of others."""
    head = document.data[:_HEAD]
    if b"%PDF-" not in head or _MARK.search(head) is None:
        return False
    return not head.startswith(_CONTAINERS) and head[_TAR] != b"ustar"


def _parse(document: Document) -> list[Article]:
    """Read a document as one article.

    Raises Unreadable: encrypted, malformed, truncated, too-large, expands-too-far, no-text (a
    scan), or not-installed.
    """
    check_streams(document.data)
    with opened(document.data) as pdf:
        pages = without_running_lines(read_pages(pdf))
        properties = read_properties(pdf)
    paragraphs = paragraphs_of(pages)
    title = properties.title or heading_of(paragraphs)
    texts = [paragraph.text for paragraph in paragraphs]
    return [article_of(properties._replace(title=title), texts, document.line_limit)]


_SOURCES = SOURCES | {
    "title": (
        "Title, unless it is a file's name or the like, else the largest lines of the first page, "
        "else a short first line"
    ),
    "published": "CreationDate, else the day of the dateline, if it has a year",
    "byline": "Author, without By, unless it is a program's word for nobody, else dateline",
    "language": "Lang of the catalogue, if it is a code",
    "subjects": "Keywords",
}

FORMAT = Format(
    name="pdf",
    reads="PDF that has text and not only pictures of it, one article a file",
    rank=1,
    recognises=_recognises,
    parse=_parse,
    told_by="%PDF- within the first 1,024 bytes, unless that is in an archive or behind a word",
    sources=_SOURCES,
    binary=True,
    heavy=True,
    needs="pypdfium2",
)
