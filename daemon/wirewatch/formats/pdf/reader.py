"""The door to PDFium: opens a document, refuses by name what cannot be opened, closes it again."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from wirewatch.errors import Unreadable
from wirewatch.formats.extras import library
from wirewatch.states import FileReason

Pdf = Any
"""A document, page or text of PDFium, whose types are known to nobody else."""

MOST_PAGES = 2_000
"""Pages of a document: a yearbook has fewer, and each takes milliseconds."""

_END_MARK = b"%%EOF"
_TAIL = 4_096  # bytes before the end within which the mark stands; some writers add to it
_PADDING = b"\x00\t\n\f\r \x1a"


@contextmanager
def opened(data: bytes) -> Iterator[Pdf]:
    """Open a document, and close it afterwards.

    Raises Unreadable: encrypted, truncated, malformed, too-large (pages), or not-installed.
    """
    pdfium = library("pypdfium2")
    _check_end(data)
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        raise _refusal(library("pypdfium2.raw"), error) from error
    with document:
        if len(document) > MOST_PAGES:
            detail = f"{len(document):,} pages, the limit is {MOST_PAGES:,}"
            raise Unreadable(FileReason.TOO_LARGE, detail)
        yield document


def _check_end(data: bytes) -> None:
    """Refuse what is cut off: PDFium would read what is left as if it were all."""
    tail = data[-_TAIL:].rstrip(_PADDING) or data.rstrip(_PADDING)[-_TAIL:]
    if _END_MARK not in tail:
        detail = f"it is cut off: no {_END_MARK.decode()} at its end"
        raise Unreadable(FileReason.TRUNCATED, detail)


def _refusal(raw: Pdf, error: Exception) -> Unreadable:
    """Say why a document cannot be opened."""
    code = getattr(error, "err_code", None)
    if code == raw.FPDF_ERR_PASSWORD:
        return Unreadable(FileReason.ENCRYPTED, "a password is needed to open it")
    if code == raw.FPDF_ERR_SECURITY:
        return Unreadable(FileReason.ENCRYPTED, "locked in a way that cannot be opened here")
    return Unreadable(FileReason.MALFORMED, f"no sound PDF: {error}")
