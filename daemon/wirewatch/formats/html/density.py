"""The part of a page that holds its story, told by where unlinked text is densest.

Each element counts the words of its own text and of its own paragraphs, as Readability does (Arc90,
2009), and not words in links, as Boilerpipe does (Kohlschütter, Fankhauser and Nejdl, "Boilerplate
Detection using Shallow Text Features", 2010). The element with the most of them is the story's.
One pass in the order of the page, whatever its depth.
"""

import re
from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from wirewatch.formats import markup
from wirewatch.formats.html.characters import line, words

_PARTING = frozenset(
    (
        "p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "tr", "td", "th", "table", "tbody",
        "ul", "ol", "dl", "dt", "dd", "pre", "blockquote", "section", "article", "main", "body",
        "html", "center", "details", "summary", "address", "hgroup", "br", "hr",
    )
)  # fmt: skip
_FURNITURE = frozenset(
    (
        "head", "script", "style", "noscript", "template", "svg", "nav", "aside", "footer",
        "header", "form", "button", "select", "textarea", "figure", "figcaption", "iframe",
        "dialog", "menu", "audio", "video", "object", "canvas", "math", "title",
    )
)  # fmt: skip
_ROLES = frozenset(
    ("navigation", "banner", "contentinfo", "complementary", "search", "dialog", "alertdialog")
)
_SAYS_FURNITURE = re.compile(
    r"(?<![a-z])(?:cookies?|consent|gdpr|related|newsletter|comments|breadcrumbs?)(?![a-z])"
)
_NEVER_FURNITURE = frozenset(("html", "body", "main", "article"))
_Place = tuple[markup.Element | None, bool]
"""The block in which a text stands, None in furniture, and whether it is in a link."""
_Piece = tuple[int, markup.Element, bool, str]
"""The number of a stretch, the block it is in, whether it is in a link, and the text."""
_WRAPPED = 3  # elements that may stand around a paragraph alone


class Run(NamedTuple):
    """A stretch of text without a break, and the block it stands in."""

    block: markup.Element
    text: str
    linked: int
    unlinked: int


class Region(NamedTuple):
    """The densest part of a page: its text in paragraphs, their words, and those of all links."""

    text: str
    words: int
    linked: int


def densest(root: markup.Element) -> Region:
    """Find the story of a page; its region is empty where there is no text outside of links."""
    runs = _runs(root)
    linked = sum(run.linked for run in runs)
    prose = [run for run in runs if run.unlinked > run.linked]
    if not prose:
        return Region("", 0, linked)
    region = _region(root, _scores(prose))
    inside = [run for run in prose if run.block in region]
    text = "\n\n".join(run.text for run in inside)
    return Region(text, sum(run.unlinked for run in inside), linked)


def _runs(root: markup.Element) -> list[Run]:
    """Give the stretches of text outside of furniture, in order."""
    pieces: list[_Piece] = []
    within: list[_Place] = [(root, False)]
    stretch = 0
    for event, one in markup.walk(root):
        name = one.tag  # of a comment no text, and in no set
        stretch += name in _PARTING
        if event == "start":
            within.append(_inside(one, name, within[-1]))
        elif event == "end":
            within.pop()
        block, in_link = within[-1]
        text = one.text if event == "start" else one.tail if one is not root else None
        if text and block is not None:
            pieces.append((stretch, block, in_link, text))
    return [_run(list(group)) for _, group in groupby(pieces, key=itemgetter(0))]


def _inside(one: markup.Element, name: object, outside: _Place) -> _Place:
    """Say where the text in an element stands, from where the element itself stands."""
    block, in_link = outside
    if block is None or _is_furniture(one, name):
        return None, in_link
    return one if name in _PARTING else block, in_link or name == "a"


def _is_furniture(one: markup.Element, name: object) -> bool:
    """Tell what a site puts around its stories, by its tag, its role or what it is called."""
    if name in _FURNITURE or one.get("role") in _ROLES or one.get("hidden") is not None:
        return True
    called = f"{one.get('class', '')} {one.get('id', '')}".lower()
    return name not in _NEVER_FURNITURE and _SAYS_FURNITURE.search(called) is not None


def _run(pieces: list[_Piece]) -> Run:
    """Put the pieces of one stretch together."""
    linked = words(" ".join(text for *_, in_link, text in pieces if in_link))
    text = line("".join(text for *_, text in pieces))
    return Run(pieces[0][1], text, linked, words(text) - linked)


def _scores(runs: Iterable[Run]) -> dict[markup.Element, int]:
    """Give each element the words of its own text and of its own paragraphs."""
    found: dict[markup.Element, int] = {}
    for run in runs:
        for one in (run.block, _around(run.block)):
            if one is not None:
                found[one] = found.get(one, 0) + run.unlinked
    return found


def _around(block: markup.Element) -> markup.Element | None:
    """Give the element that a paragraph is one of several in."""
    for _ in range(_WRAPPED):
        if block is None or block.getprevious() is not None or block.getnext() is not None:
            break
        block = block.getparent()
    return block.getparent() if block is not None else None


def _region(root: markup.Element, scores: dict[markup.Element, int]) -> set[markup.Element]:
    """Give the densest element and all in it; the whole article where a page has only one."""
    best = max(scores, key=scores.__getitem__)
    articles = list(root.iter("article"))
    whole = set(articles[0].iter()) if len(articles) == 1 else set()
    return whole if best in whole else set(best.iter())
