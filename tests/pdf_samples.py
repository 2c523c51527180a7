"""Documents of PDF written by hand, and read, for the tests of that format."""

import re
from typing import Any

import pytest

from wirewatch.errors import Unreadable
from wirewatch.formats import parse
from wirewatch.formats.document import Document
from wirewatch.formats.pdf import FORMAT
from wirewatch.model import Article

LIMIT = 1_000_000
LEFT = 72
Row = tuple[float, float, float, str]
"""A line to be written: how far from the left, how high, in which size, and what."""

STORY = (
    "The parliament adop-",
    "ted a law on bells by",
    "a show of hands.",
)
INFO = (
    "/Title (Bells for the quay) /Author (Ann Bo) /Keywords (bells; quays, bells)"
    " /CreationDate (D:20240102030405+05'00')"
)


def stream(content: bytes, entries: bytes = b"") -> bytes:
    """Write a stream with some more entries in its dictionary."""
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), entries, content)


def assembled(objects: dict[int, bytes], trailer: bytes = b"") -> bytes:
    """Write a file of numbered objects, of which the first is the catalogue."""
    data, size = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), max(objects) + 1
    places = {}
    for number, content in objects.items():
        places[number] = len(data)
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % size
    data += b"".join(b"%010d 00000 n \n" % places.get(number, 0) for number in range(1, size))
    data += b"trailer << /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (
        size, trailer, start,
    )  # fmt: skip
    return bytes(data)


def rows(*texts: str, top: float = 700, left: float = LEFT, size: float = 12) -> list[Row]:
    """Put lines under each other, as far apart as is usual."""
    return [(left, top - 14 * at, size, text) for at, text in enumerate(texts)]


def drawn(page: list[Row]) -> bytes:
    """Write how a page is drawn."""
    escaped = ((x, y, size, re.sub(r"([()\\])", r"\\\1", text)) for x, y, size, text in page)
    return "\n".join(
        f"BT /F1 {size} Tf 1 0 0 1 {x} {y} Tm ({text}) Tj ET" for x, y, size, text in escaped
    ).encode("cp1252")


def objects_of(
    *pages: list[Row] | bytes, info: str | bytes = "", catalog: str = "", font: str = ""
) -> dict[int, bytes]:
    """Give the objects of a document: 1 catalogue, 2 pages, 3 font, 4 properties, 5 first page."""
    objects = {
        1: f"<< /Type /Catalog /Pages 2 0 R {catalog} >>".encode(),
        2: b"<< /Type /Pages /Count %d /Kids [%s] >>"
        % (len(pages), b" ".join(b"%d 0 R" % (5 + 2 * at) for at in range(len(pages)))),
        3: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica "
        + (font or "/Encoding /WinAnsiEncoding").encode()
        + b" >>",
        4: b"<< " + (info.encode("latin-1") if isinstance(info, str) else info) + b" >>",
    }
    for at, page in enumerate(pages):
        number = 5 + 2 * at
        objects[number] = (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R >> >> >>" % (number + 1)
        )
        content = page if isinstance(page, bytes) else drawn(page)
        objects[number + 1] = stream(content)
    return objects


def pdf(*pages: list[Row] | bytes, **more: Any) -> bytes:
    """Write a document with uncompressed pages."""
    return assembled(objects_of(*pages, **more), b"/Info 4 0 R")


def read(data: bytes) -> Article:
    """Read the one article of a file by this format alone."""
    document = Document(data, LIMIT)
    assert FORMAT.recognises(document)
    (article,) = FORMAT.parse(document)
    assert isinstance(article, Article)
    return article


def paragraphs(*pages: list[Row], **more: Any) -> list[str]:
    """Give the paragraphs that are read of pages, a title of its own aside."""
    return read(pdf(*pages, info="/Title (Bells)", **more)).body.split("\n\n")


def refused(data: bytes) -> Unreadable:
    """Give the reason for which bytes are refused."""
    with pytest.raises(Unreadable) as caught:
        parse(data, LIMIT)
    return caught.value
