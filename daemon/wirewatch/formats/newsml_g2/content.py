"""What a news item holds: its text, with the headline, byline and dateline that stand in it."""

from typing import NamedTuple

from wirewatch.formats.markup import (
    Element,
    below,
    child,
    children,
    fragment,
    line,
    name,
    paragraphs,
    value,
)
from wirewatch.formats.plain import plain_paragraphs

_PROSE = ("p", "div", "section", "article", "pre", "body", "body.content", "nitf", "html")
_HEADS = frozenset(
    (
        "head", "title", "body.head", "body.end", "hedline", "byline", "dateline",
        "figure", "media",
    )
)  # fmt: skip
_HEAD_CLASSES = frozenset(("byline", "dateline", "teaser"))
_AFTER_DATELINE = " \t–—−-"


class Content(NamedTuple):
    """The text of an item; `other` where it holds something that is no text."""

    body: str = ""
    headline: str = ""
    byline: str = ""
    dateline: str = ""
    other: bool = False


def read_content(item: Element) -> Content:
    """Read the first piece of an item's content that is text; the others repeat it."""
    other = False
    for piece in children(item, "contentset"):
        for one in piece:
            found = _read_piece(one)
            if found.body:
                return found
            other = other or found.other
    return Content(other=other)


def dateline_of(text: str) -> str:
    """Give a dateline as written, without the dash between it and the story."""
    return text.rstrip(_AFTER_DATELINE)


def _read_piece(piece: Element) -> Content:
    """Read one piece of content; what is far away or encoded has no text."""
    if name(piece) == "inlinexml":
        return _read_markup(piece)
    if name(piece) != "inlinedata" or value(piece, "encoding", "encodinguri"):
        return Content()
    text = piece.text or ""
    kind = value(piece, "contenttype").lower()
    if "html" in kind or "nitf" in kind:
        return _read_markup(fragment(text))
    return (
        Content(plain_paragraphs(text))
        if kind.startswith("text/") or not kind
        else Content(other=True)
    )


def _read_markup(piece: Element) -> Content:
    """Read XHTML, NITF, or paragraphs without either around them."""
    holds = any(name(one) for one in piece)
    if holds and next(below(piece, *_PROSE), None) is None:
        return Content(other=True)
    heading = Content(
        headline=_headline(piece),
        byline=_byline(piece),
        dateline=_first_line(piece, "dateline") or _first_of_class(piece, "dateline"),
    )
    story = next(below(piece, "body.content"), None)
    if story is None:
        story = next(below(piece, "body"), piece)
    _clear_heads(story)
    return heading._replace(body=paragraphs([story]))


def _clear_heads(story: Element) -> None:
    """Empty what is no story: a page's header, fields of their own, pictures with their lines."""
    heads = [
        one
        for one in story.iter()
        if name(one) in _HEADS or not _HEAD_CLASSES.isdisjoint(value(one, "class").split())
    ]
    headers = [
        one
        for one in below(story, "header")
        if one.getparent() is story or child(one, "h1") is not None
    ]
    for one in (*heads, *headers):
        if one is not story:
            one.clear(keep_tail=True)


def _headline(piece: Element) -> str:
    """Give the headline that stands in the text, or the title of its page."""
    return _first_line(piece, "hl1") or _first_line(piece, "h1") or _first_line(piece, "title")


def _byline(piece: Element) -> str:
    """Give the byline that stands in the text: persons, else all but their office."""
    found = next(below(piece, "byline"), None)
    if found is None:
        return _first_of_class(piece, "byline")
    persons = ", ".join(filter(None, map(line, below(found, "person"))))
    written = line(found)
    office = line(child(found, "byttl"))
    return persons or written.removesuffix(office).rstrip(" ,") or written


def _first_line(piece: Element, known: str) -> str:
    """Give the text of the first element of a name."""
    return line(next(below(piece, known), None))


def _first_of_class(piece: Element, known: str) -> str:
    """Give the text of the first element of a class."""
    return next((line(one) for one in piece.iter() if known in value(one, "class").split()), "")
