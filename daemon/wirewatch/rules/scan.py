"""What one pass over an article found: the texts of its zones joined, and places in them.

Places become spans of a zone only when a query asks for them, and then once.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from wirewatch.model import Article, Span
from wirewatch.rules.query.leaf import Pattern, Term
from wirewatch.rules.query.node import Leaf
from wirewatch.rules.zones import LEAD, zone_text
from wirewatch.text.fold import Folded, exact, fold
from wirewatch.text.words import ends_word, starts_word

_SEPARATOR = "\n\x00\n"  # no term holds it, so none reaches from one zone into the next

_UNKNOWN = ()  # no leaf is hit at no place


class Text(NamedTuple):
    """The zones of an article joined: their names, where each begins, and the whole."""

    zones: list[str]
    starts: list[int]
    joined: str

    def span(self, first: int, last: int) -> Span:
        """Give the span of a stretch, in its zone."""
        index = bisect_right(self.starts, first) - 1 if len(self.starts) > 1 else 0
        begin = self.starts[index]
        return Span(self.zones[index], first - begin, last - begin)


def text_of(article: Article, source: str, zones: Iterable[str]) -> Text:
    """Join the texts of some zones of an article."""
    named: list[str] = []
    starts: list[int] = []
    pieces: list[str] = []
    reached = 0
    for zone in zones:
        piece = zone_text(article, source, zone)
        if piece:
            named.append(zone)
            starts.append(reached)
            pieces.append(piece)
            reached += len(piece) + len(_SEPARATOR)
    return Text(named, starts, _SEPARATOR.join(pieces))


class Scan:
    """The hits of leaves in one article, as `Evidence` asks for them."""

    def __init__(self, article: Article, text: Text) -> None:
        self.article = article
        self.text = text
        self.folded: Folded = fold(text.joined)
        self.places: Mapping[str, Sequence[tuple[int, int]]] = {}
        """Where each pattern stands in the folded text, at the borders of words or not."""
        self._spans: dict[Leaf, tuple[Span, ...] | None] = {}

    def put(self, leaf: Leaf, spans: tuple[Span, ...]) -> None:
        """Note where a leaf is hit that is none of the patterns."""
        self._spans[leaf] = spans

    def __contains__(self, leaf: object) -> bool:
        """Tell whether a leaf is hit; an expression is where its literal part is, in any word."""
        if isinstance(leaf, Pattern):
            return leaf.literal in self.places
        return isinstance(leaf, Leaf) and self.get(leaf) is not None

    def get(self, leaf: Leaf) -> tuple[Span, ...] | None:
        """Give where a leaf is hit, each place once; None where it is not."""
        if isinstance(leaf, Term) and leaf.text not in self.places:
            return None
        spans = self._spans.get(leaf, _UNKNOWN)
        if spans is _UNKNOWN:
            spans = self._spans[leaf] = self._found(leaf) if isinstance(leaf, Term) else None
        return spans

    def original(self, first: int, last: int) -> str:
        """Give a stretch of the text as it is stored, folded only as exact comparison wants it."""
        return exact(self.text.joined[first:last])

    def lies_in(self, span: Span, zones: tuple[str, ...]) -> bool:
        """Tell whether a span lies in one of some zones; the lead is the body's beginning."""
        if span.zone in zones:
            return True
        if span.zone != "body" or LEAD not in zones:
            return False
        return span.end <= len(zone_text(self.article, "", LEAD))

    def _found(self, term: Term) -> tuple[Span, ...] | None:
        """Find the places of a term that are words of its zones, written as it says."""
        found: list[Span] = []
        folded, text = self.folded, self.folded.text
        for start, end in self.places[term.text]:
            if starts_word(text, start) and (term.prefix or ends_word(text, end)):
                first, last = folded.original(start, end)
                span = self.text.span(first, last)
                if (span.zone in term.zones or self.lies_in(span, term.zones)) and (
                    term.exact is None or term.exact == self.original(first, last)
                ):
                    found.append(span)
        return tuple(dict.fromkeys(found) if len(found) > 1 else found) or None
