"""Paragraphs out of lines: PDF knows where a line stands, and not what belongs together."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain, pairwise
from typing import NamedTuple

from wirewatch.formats.office.tidy import ends_sentence
from wirewatch.formats.pdf.lines import Line
from wirewatch.text.words import is_unspaced

_OTHER_SIZE = 1.12  # times as large: another kind of line
_WIDER_GAP = 1.3  # times the usual distance of lines
_INDENT = (0.6, 6.0)  # least and most of an indent, in sizes of the type
_CENTRED = 3.0  # points by which the middles of centred lines may differ
_COLUMN = 40.0  # points by which lines of one column begin apart at most
_SAME_ROW = 0.4  # sizes by which pieces of one row stand apart at most
_FAR = 4.0  # sizes; a greater distance is no distance of lines
_USUAL = 1.2  # sizes from line to line where a document has too few lines to tell
_CLEARLY_SHORT = 0.25  # of a column's width left free
_LIST_MARK = re.compile(r"(?:[•▪◦‣●○■□–—*·-]|\(?\d{1,3}[.)]|\(?\w\)) ")
_HYPHENATED = re.compile(r"(?<![^\W\d_])[^\W\d_]++(?:-[^\W\d_]++)++")


class Paragraph(NamedTuple):
    """A paragraph: its text, the size of its type, the number of its page from 0."""

    text: str
    size: float
    page: int


class _Placed(NamedTuple):
    """A line with the number of its page, and how far right the lines of its column reach."""

    line: Line
    page: int
    margin: float


class _Usual(NamedTuple):
    """What is usual in a document: size of type, distance of lines in sizes, hyphenated words."""

    size: float
    distance: float
    hyphenated: frozenset[str]


def paragraphs_of(pages: list[list[Line]]) -> list[Paragraph]:
    """Give the paragraphs of a document's pages; one may go on over columns and pages."""
    placed = list(chain.from_iterable(_placed(page, at) for at, page in enumerate(pages)))
    usual = _usual([one.line for one in placed])
    blocks: list[list[_Placed]] = []
    for one in placed:
        if not blocks or _begins(blocks[-1][-1], one, usual):
            blocks.append([])
        blocks[-1].append(one)
    return [_paragraph(block, usual) for block in blocks]


def usual_size(lengths: Iterator[tuple[float, int]]) -> float:
    """Give the size in which most of a text is set, of sizes with their numbers of characters."""
    counted: Counter[float] = Counter()
    for size, length in lengths:
        counted[round(size, 1)] += length
    return max(counted, key=lambda size: counted[size], default=0.0)


def is_larger(size: float, than: float) -> bool:
    """Tell whether type of a size is plainly larger than other type."""
    return size > than * _OTHER_SIZE


def _placed(page: list[Line], number: int) -> Iterator[_Placed]:
    """Put to each line of a page how far right its column reaches, in type of its size."""
    reach: dict[tuple[int, int], float] = {}
    for line in page:
        column, size = _column(line)
        for near in (column - 1, column, column + 1):
            reach[near, size] = max(reach.get((near, size), 0.0), line.right)
    for line in page:
        yield _Placed(line, number, reach[_column(line)])


def _column(line: Line) -> tuple[int, int]:
    """Give the column and the size of a line, both as steps."""
    return round(line.left / _COLUMN), round(line.size)


def _usual(lines: list[Line]) -> _Usual:
    """Find what is usual in a document. Most distances are those inside a paragraph."""
    distances = sorted(
        (before.bottom - line.bottom) / line.size
        for before, line in pairwise(lines)
        if line.size
        and round(before.size) == round(line.size)
        and line.size * _SAME_ROW < before.bottom - line.bottom < line.size * _FAR
    )
    return _Usual(
        usual_size((line.size, len(line.text)) for line in lines),
        distances[len(distances) // 4] if distances else _USUAL,
        frozenset(word.lower() for line in lines for word in _HYPHENATED.findall(line.text)),
    )


def _begins(before: _Placed, now: _Placed, usual: _Usual) -> bool:
    """Tell whether a line begins a paragraph, other than the line before it."""
    one, other = before.line, now.line
    if is_larger(one.size, other.size) or is_larger(other.size, one.size):
        return True
    if one.is_broken:
        return False
    if _LIST_MARK.match(other.text):
        return True
    if before.page != now.page or other.bottom - one.bottom > other.size * _SAME_ROW:
        return ends_sentence(one.text) or _is_short(before, now)
    return _begins_below(before, now, usual)


def _begins_below(before: _Placed, now: _Placed, usual: _Usual) -> bool:
    """Tell whether a line that stands below another, or beside it, begins a paragraph."""
    size, drop = now.line.size, before.line.bottom - now.line.bottom
    if drop < size * _SAME_ROW:
        return False
    if drop > size * usual.distance * _WIDER_GAP or _is_indented(before.line, now.line):
        return True
    return not is_larger(size, usual.size) and _is_short(before, now)


def _is_indented(before: Line, now: Line) -> bool:
    """Tell a first line that stands further right than the one before; centred lines do not."""
    least, most = (times * now.size for times in _INDENT)
    if _LIST_MARK.match(before.text) or not least < now.left - before.left < most:
        return False
    return abs(before.left + before.right - now.left - now.right) > 2 * _CENTRED


def _is_short(before: _Placed, now: _Placed) -> bool:
    """Tell a last line: the next one's first word would have had room on it."""
    line, free = before.line, before.margin - before.line.right
    if now.line.text[0].islower():
        return False
    letter = (now.line.right - now.line.left) / len(now.line.text)
    word = len(now.line.text.split(" ", 1)[0]) + 1
    if ends_sentence(line.text):
        return free > letter * word + now.line.size / 2
    return free > letter * word + (before.margin - line.left) * _CLEARLY_SHORT


def _paragraph(block: list[_Placed], usual: _Usual) -> Paragraph:
    """Join the lines of a paragraph, the words that were broken made whole."""
    lines = [one.line for one in block]
    pieces = [lines[0].text]
    for before, line in pairwise(lines):
        pieces += [_seam(before, line, usual.hyphenated), line.text]
    pieces += ["-"] if lines[-1].is_broken else []
    return Paragraph("".join(pieces), lines[0].size, block[0].page)


def _seam(before: Line, line: Line, hyphenated: frozenset[str]) -> str:
    """Give what belongs between two lines: a space, nothing, or the hyphen of the word."""
    first, last = line.text.split(" ", 1)[0], before.text.rsplit(" ", 1)[-1]
    if before.is_broken:
        known = _HYPHENATED.match(f"{last}-{first}".lower())
        has_hyphen = known is not None and known[0] in hyphenated
        return "-" if has_hyphen or not first[0].islower() else ""
    if is_unspaced(last[-1]) and is_unspaced(first[0]):
        return ""
    is_range = last.endswith("-") and last[:-1].isdigit() and first[0].isdigit()
    return "" if is_range else " "
