"""The lines of a PDF's pages: their text, and where and how large they stand."""

import re
import sys
from collections.abc import Iterator
from contextlib import closing
from ctypes import c_double
from itertools import islice
from math import hypot
from typing import NamedTuple

from wirewatch.errors import Unreadable
from wirewatch.formats.extras import library
from wirewatch.formats.office.tidy import tidy
from wirewatch.formats.pdf.reader import Pdf
from wirewatch.states import FileReason

MOST_CHARACTERS = 2_000_000
"""Characters of a document; a novel has one million, and takes a second."""

_HYPHEN = "\x02"  # what PDFium puts for a hyphen at a line's end, where it joins the lines
_LINE = re.compile(r"[^\r\n\x02]+")
_HYPHENS = ("-", "\xad", "\u2010")
_PAGES_LOOKED_AT = 10  # for pictures, where there is no text


class Line(NamedTuple):
    """A line of a page: its ends and its baseline, in points from the page's lower left corner.

    `size` is that of its type; `is_broken` says that it ends in a hyphen, which is left
    out of its text.
    """

    text: str
    left: float
    right: float
    bottom: float
    size: float
    is_broken: bool = False


def read_pages(pdf: Pdf) -> list[list[Line]]:
    """Read the lines of all pages, in the order of the document.

    Raises Unreadable: no-text where there is none, too-large (characters), malformed (a page).
    """
    error = library("pypdfium2").PdfiumError
    pages: list[list[Line]] = []
    room = MOST_CHARACTERS
    for number in range(len(pdf)):
        try:
            with closing(pdf[number]) as page, closing(page.get_textpage()) as text:
                room -= text.count_chars()
                if room < 0:
                    detail = f"more than {MOST_CHARACTERS:,} characters"
                    raise Unreadable(FileReason.TOO_LARGE, detail)
                pages.append(list(_lines(text)))
        except error as wrong:
            detail = f"page {number + 1:,} of {len(pdf):,} cannot be read: {wrong}"
            raise Unreadable(FileReason.MALFORMED, detail) from wrong
    if not any(any(map(str.isalnum, line.text)) for page in pages for line in page):
        raise Unreadable(FileReason.NO_TEXT, _what_instead(pdf))
    return pages


def _what_instead(pdf: Pdf) -> str:
    """Say what a document without text holds."""
    raw = library("pypdfium2.raw")
    for number in range(min(len(pdf), _PAGES_LOOKED_AT)):
        with closing(pdf[number]) as page:
            pictures = page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3)
            if next(islice(pictures, 1), None) is not None:
                return "its pages are pictures: let a program recognise their text (OCR) first"
    return "there is no text on its pages"


def _lines(text: Pdf) -> Iterator[Line]:
    """Give the lines of a page as PDFium orders them."""
    raw, handle = library("pypdfium2.raw"), text.raw
    chars = _chars(raw, handle, text.count_chars())
    for found in _LINE.finditer(chars):
        line = _line(raw, handle, found)
        if line:
            yield _broken(line, hyphen=chars.startswith(_HYPHEN, found.end()))


def _chars(raw: Pdf, handle: Pdf, count: int) -> str:
    """Give the characters of a page, one for each that PDFium counts; NUL where it knows none."""
    ask = raw.FPDFText_GetUnicode
    codes = (ask(handle, at) for at in range(count))
    return "".join([chr(code) if code <= sys.maxunicode else "\0" for code in codes])


def _line(raw: Pdf, handle: Pdf, found: re.Match[str]) -> Line | None:
    """Make a line of the characters of a page that were found to be one."""
    written = tidy(found[0])
    if not written:
        return None
    first = found.end() - len(found[0].lstrip())
    last = found.start() + len(found[0].rstrip()) - 1
    # Marks of lists and notes, in type of their own, stand at the ends: the middle tells the size.
    middle = next(at for at in range((first + last) // 2, last + 1) if _is_seen(found, at))
    left, right = _box(raw, handle, first).left, _box(raw, handle, last).right
    return Line(written, left, right, _baseline(raw, handle, middle), _size(raw, handle, middle))


def _is_seen(found: re.Match[str], at: int) -> bool:
    """Tell a character of a line from a space, which may stand nowhere."""
    return not found.string[at].isspace()


def _box(raw: Pdf, handle: Pdf, at: int) -> Pdf:
    """Give the box of a character."""
    box = raw.FS_RECTF()
    raw.FPDFText_GetLooseCharBox(handle, at, box)
    return box


def _baseline(raw: Pdf, handle: Pdf, at: int) -> float:
    """Give how high above the page's lower edge a character stands, whatever its font."""
    x, y = c_double(), c_double()
    raw.FPDFText_GetCharOrigin(handle, at, x, y)
    return y.value


def _size(raw: Pdf, handle: Pdf, at: int) -> float:
    """Give the size of a character's type, as it is scaled on the page."""
    matrix = raw.FS_MATRIX()
    raw.FPDFText_GetMatrix(handle, at, matrix)
    return float(raw.FPDFText_GetFontSize(handle, at) * hypot(matrix.c, matrix.d))


def _broken(line: Line, *, hyphen: bool) -> Line:
    """Take the hyphen from a line that ends in one after a letter."""
    if hyphen:
        return line._replace(is_broken=True)
    word = line.text[:-1]
    if line.text.endswith(_HYPHENS) and word[-1:].isalpha():
        return line._replace(text=word, is_broken=True)
    return line
