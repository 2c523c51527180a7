"""Running headers and footers: what stands at one place on page after page is no story."""

import re
from collections import Counter
from collections.abc import Mapping

from wirewatch.formats.pdf.lines import Line

_EDGE = 3  # lines at a page's top and at its bottom among which headers and footers are
_ENOUGH = 3  # pages of a long document: each of its chapters may have a header of its own
_HEIGHT = 4.0  # points by which a line that stands at the same place may be off
_FIGURES = re.compile(r"\d+")
_NUMBER = re.compile(
    r"\W*(?:page |p\. ?|стр\. ?|страница |səhifə |бет )?(\d+)(?: ?(?:/|of|из) ?\d+)?\W*"
)

_Place = tuple[str, int]
"""What a line says, its figures left out, and how high it stands, in steps."""


def without_running_lines(pages: list[list[Line]]) -> list[list[Line]]:
    """Leave out headers, footers and page numbers, as told by their repetition.

    A header may be missing on the first page, or alternate between left and right pages. Pages that
    say the same are copies, and tell nothing.
    """
    edges = [_edge(page) for page in pages]
    unlike = {
        tuple(line.text for line in page): edge for page, edge in zip(pages, edges, strict=True)
    }
    counted = Counter(
        place for edge in unlike.values() for place in {_place(line, 0) for line in edge}
    )
    needed = min(max(2, (len(pages) - 1) // 2), _ENOUGH)
    kept = []
    for number, (page, edge) in enumerate(zip(pages, edges, strict=True), start=1):
        running = {
            line
            for line in edge
            if _is_number(line, edge, number)
            or (_is_repeated(line, counted, needed) and not _is_row_of_table(line))
        }
        kept.append([line for line in page if line not in running])
    return kept


def _edge(page: list[Line]) -> list[Line]:
    """Give the highest and the lowest lines of a page, from the top down."""
    ordered = sorted(page, key=lambda line: -line.bottom)
    return ordered if len(ordered) <= 2 * _EDGE else [*ordered[:_EDGE], *ordered[-_EDGE:]]


def _place(line: Line, step: int) -> _Place:
    """Give what a line says, and how high it stands or a step beside it."""
    return _FIGURES.sub("#", line.text), round(line.bottom / _HEIGHT) + step


def _is_repeated(line: Line, counted: Mapping[_Place, int], needed: int) -> bool:
    """Tell a line that stands at the same place on so many pages."""
    return sum(counted.get(_place(line, step), 0) for step in (-1, 0, 1)) >= needed


def _is_row_of_table(line: Line) -> bool:
    """Tell several figures without a word, which are alike on page after page, and no header."""
    return len(_FIGURES.findall(line.text)) > 1 and not any(map(str.isalpha, line.text))


def _is_number(line: Line, edge: list[Line], number: int) -> bool:
    """Tell the number of a page: its first or last line, and nothing but that number."""
    found = _NUMBER.fullmatch(line.text.lower()) if line in {edge[0], edge[-1]} else None
    return found is not None and len(edge) > 1 and found[1].lstrip("0") == str(number)
