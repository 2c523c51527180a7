"""What was found in one article, and how far from each other: what queries are decided on.

Everything but the hits is worked out only when a query asks for it, and then once.
"""

from bisect import bisect_right
from calendar import monthrange
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Protocol

from wirewatch.model import Article, Mention, Span
from wirewatch.rules.expression import described
from wirewatch.rules.zones import zone_text
from wirewatch.text.sentences import sentences
from wirewatch.text.words import parts_words, word_count, word_starts, words_after

_COUNTED = 2_000  # characters in which words are counted; to number all is more only from there
Stretch = tuple[int, int]
"""From the first to behind the last character."""


class Hits(Protocol):
    """Where leaves are hit in an article."""

    def get(self, leaf: Any, /) -> tuple[Span, ...] | None:  # noqa: ANN401 - leaves know this
        """Give the places of a leaf; None where it is not hit."""

    def __contains__(self, leaf: object, /) -> bool:
        """Tell whether a leaf is hit."""


class Evidence:
    """An article with its hits: `hits` by leaf, and `named`, the mentions behind those of lists."""

    def __init__(
        self,
        article: Article,
        source: str,
        hits: Hits,
        named: Mapping[Any, tuple[Mention, ...]],
    ) -> None:
        self.article = article
        self.source = source
        self.hits = hits
        self.named = named
        self._words: dict[str, list[int]] = {}
        self._sentences: dict[str, list[Stretch]] = {}
        self._paragraphs: dict[str, list[Stretch]] = {}

    def text(self, zone: str) -> str:
        """Give the text of a zone."""
        return zone_text(self.article, self.source, zone)

    def word(self, zone: str, place: int) -> int:
        """Give the number of the word that a character stands in or behind, from 0 in each zone."""
        starts = self._words.get(zone)
        if starts is None:
            starts = self._words[zone] = word_starts(self.text(zone))
        return bisect_right(starts, place) - 1

    def word_from(self, zone: str, place: int) -> int:
        """Give the number of the word that a character stands in or, between words, before."""
        return self.word(zone, place) + parts_words(self.text(zone)[place])

    def apart(self, zone: str, end: int, start: int) -> int:
        """Count words from the one before `end` to the one from `start` on, as `word_from` does."""
        if zone not in self._words and start - end < _COUNTED:
            text = self.text(zone)
            return words_after(text[end - 1 : start + 1]) + parts_words(text[start])
        return self.word_from(zone, start) - self.word(zone, end - 1)

    def sentences(self, zone: str) -> list[Stretch]:
        """Give the sentences of a zone."""
        if zone not in self._sentences:
            self._sentences[zone] = sentences(self.text(zone))
        return self._sentences[zone]

    def paragraphs(self, zone: str) -> list[Stretch]:
        """Give the paragraphs of a zone."""
        if zone not in self._paragraphs:
            found: list[Stretch] = []
            start = 0
            for piece in self.text(zone).split("\n\n"):
                found.append((start, start + len(piece)))
                start += len(piece) + 2
            self._paragraphs[zone] = found
        return self._paragraphs[zone]

    def described(self, expression: str, zones: tuple[str, ...]) -> tuple[Span, ...]:
        """Give the stretches of some zones that a regular expression describes."""
        return tuple(
            Span("body" if zone == "lead" else zone, start, end)
            for zone in zones
            for start, end in described(expression, self.text(zone))
        )

    def bounds(self, name: str) -> tuple[int, int] | tuple[str, str] | None:
        """Give the least and the greatest value that a field may have; None where it has none.

        A date that is known to the month only may be any day of it.
        """
        match name:
            case "urgency":
                urgency = self.article.urgency
                return None if urgency is None else (urgency, urgency)
            case "words":
                return self._length, self._length
            case _:
                return _days(self.article.published or "")

    @cached_property
    def _length(self) -> int:
        """Count the words of the body."""
        return word_count(self.article.body)


def _days(published: str) -> tuple[str, str] | None:
    """Give the first and the last day that a date may mean, which may be a month or a year."""
    year, month, day = (*published[:10].split("-"), "", "")[:3]
    if not year or day:
        return (published[:10], published[:10]) if year else None
    first, last = month or "01", month or "12"
    return f"{year}-{first}-01", f"{year}-{last}-{monthrange(int(year), int(last))[1]}"
