"""The text of a Word document in paragraphs, as it reads with all changes accepted."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from wirewatch.errors import Unreadable
from wirewatch.formats import markup
from wirewatch.formats.docx.package import Parts
from wirewatch.formats.docx.renewed import opened
from wirewatch.formats.office.tidy import tidy
from wirewatch.states import FileReason

MOST_TAGS = 1_000_000
"""Marks of XML in the text, each of which takes a microsecond; a long novel has half as many."""

_UNSEEN = frozenset(
    ("del", "movefrom", "deltext", "ppr", "rpr", "sectpr", "instrtext", "fallback", "rt")
)
_SPOKEN = {"tab": " ", "br": "\n", "cr": "\n", "nobreakhyphen": "-"}
_PARTING = re.compile(r"\n\s*\n")  # an empty line, made with two line breaks
_OFF = frozenset(("0", "false", "off"))
_TITLE = 1
_HEADING = 2
_RANKS = {"title": _TITLE, **{f"heading {level}": _HEADING for level in range(1, 10)}}


class Paragraph(NamedTuple):
    """A paragraph; `rank` is 1 for the title, 2 for a heading, 0 for text."""

    text: str
    rank: int = 0


def read_content(parts: Parts) -> list[Paragraph]:
    """Read the paragraphs of a document: those of tables row by row, those of boxes after theirs.

    Raises Unreadable: malformed, too-large, or not-installed.
    """
    tags = parts.document.count(b"<")
    if tags > MOST_TAGS:
        detail = f"{tags:,} marks in its text, the limit is {MOST_TAGS:,}"
        raise Unreadable(FileReason.TOO_LARGE, detail)
    body, names = opened(parts)
    ranks = {style: rank for style in names if (rank := _RANKS.get(names[style].lower()))}
    return list(_blocks(body, ranks))


def _blocks(element: markup.Element, ranks: Mapping[str, int]) -> Iterator[Paragraph]:
    """Give the paragraphs below an element, in order."""
    for child in element:
        known = markup.name(child)
        if known == "p":
            yield from _paragraphs(child, ranks)
        elif known == "tr":
            yield from _row(child, ranks)
        elif known not in _UNSEEN:
            yield from _blocks(child, ranks)


def _row(row: markup.Element, ranks: Mapping[str, int]) -> list[Paragraph]:
    """Give a row of a table as one line; cells that hold paragraphs of text stay apart."""
    filled = [found for cell in row if (found := list(_blocks(cell, ranks)))]
    if len(filled) > 1 and all(len(cell) == 1 for cell in filled):
        return [Paragraph(" ".join(cell[0].text for cell in filled))]
    return [paragraph for cell in filled for paragraph in cell]


def _paragraphs(element: markup.Element, ranks: Mapping[str, int]) -> Iterator[Paragraph]:
    """Give a paragraph, parted where it holds an empty line, and those of its boxes of text."""
    pieces: list[str] = []
    boxes: list[markup.Element] = []
    _collect(element, pieces, boxes)
    texts = [text for piece in _PARTING.split("".join(pieces)) if (text := tidy(piece))]
    if texts:
        style = markup.value(markup.child(element, "ppr", "pstyle"), "val")
        yield from (Paragraph(text, ranks.get(style, 0)) for text in texts)
    for box in boxes:
        yield from _blocks(box, ranks)


def _collect(element: markup.Element, pieces: list[str], boxes: list[markup.Element]) -> None:
    """Collect the text below an element, and the boxes of text that are anchored in it."""
    for child in element:
        known = markup.name(child)
        if known == "t":
            pieces += [child.text or "", *(inside.tail or "" for inside in child)]
        elif known in _SPOKEN:
            pieces.append(_SPOKEN[known])
        elif known == "txbxcontent":
            boxes.append(child)
        elif known not in _UNSEEN and not (known == "r" and _is_hidden(child)):
            _collect(child, pieces, boxes)


def _is_hidden(run: markup.Element) -> bool:
    """Tell text that is marked as hidden."""
    mark = markup.child(run, "rpr", "vanish")
    return mark is not None and markup.value(mark, "val").lower() not in _OFF
