"""Which names found in a text are mentions: the context that must stand near, the longest name.

A name that means an entry only in some context counts where one of the context's words stands
within `REACH` characters, in whichever of title, dateline and body; where several entries share
it, the nearest context decides, and of contexts as near the entry that is listed first. Of names
of one gazetteer that overlap the first and longest counts; a phrase that an entry lists under
`unless` counts as such a name that means nothing, so it hides the names that begin within it.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from wirewatch.model import Mention
from wirewatch.rules.gazetteer.meaning import Spelling
from wirewatch.rules.scan import Text
from wirewatch.rules.zones import TEXT_ZONES
from wirewatch.text.words import is_unspaced

REACH = 300
"""Characters within which a word of its context makes a name count: two or three sentences."""
_BESIDE = 14  # characters: ' de la ', ' der Republik '
_STOPS = re.compile(r"[^\w\s'’-]|\n")


class Hit(NamedTuple):
    """A spelling found in a text, by the place of its first and behind its last character."""

    first: int
    last: int
    spelling: Spelling


Near = Mapping[str, Sequence[tuple[int, int]]]
"""Where the words of contexts stand in a text, in order: first and behind last character."""


def mentions(hits: list[Hit], near: Callable[[], Near], text: Text) -> tuple[Mention, ...]:
    """Decide which hits are mentions; spans count from the beginning of their zone.

    `near` is asked for once, and only when a hit needs a context that no other name hides.
    """
    edge = _edge(text)
    everywhere = _Once(near)
    written = _Once(lambda: _before(everywhere(), edge))
    reached: dict[str, int] = {}
    found: list[Mention] = []
    for (first, _), same in groupby(sorted(hits, key=_place), key=_place):
        standing = [hit for hit in same if first >= reached.get(hit.spelling.gazetteer, 0)]
        ranked = [
            (entry is None, distance, hit, entry)
            for hit in standing
            for distance, entry in (_meant(hit, written if first < edge else everywhere, text),)
            if distance <= REACH
        ]
        for _, _, hit, entry in sorted(ranked, key=itemgetter(0, 1)):
            name = hit.spelling.gazetteer
            if first >= reached.get(name, 0):
                reached[name] = hit.last
                if entry is not None:
                    found.append(_mention(hit, entry, text))
    return tuple(found)


class _Once:
    """What is worked out when it is first asked for."""

    def __init__(self, work: Callable[[], Near]) -> None:
        self._work = work
        self._known: Near | None = None

    def __call__(self) -> Near:
        """Give it."""
        if self._known is None:
            self._known = self._work()
        return self._known


def _place(hit: Hit) -> tuple[int, int]:
    """Give where a hit stands in line: earlier ones first, of those the longest."""
    return hit.first, -hit.last


def _before(near: Near, edge: int) -> Near:
    """Give only the places before an edge."""
    return {word: [place for place in near[word] if place[0] < edge] for word in near}


def _meant(hit: Hit, near: Callable[[], Near], text: Text) -> tuple[int, str | None]:
    """Give how far a hit's context is, and the entry that it means there."""
    spelling = hit.spelling
    if not spelling.members:
        return _distance(hit, near), spelling.entry
    nearest = (REACH + 1, "")
    places = near()
    for key, entry in spelling.members:
        if key in places:
            gap = _gap(hit, places[key])
            if gap < nearest[0] and (not spelling.beside or _is_beside(hit, gap, text)):
                nearest = (gap, entry)
    return nearest


def _is_beside(hit: Hit, gap: int, text: Text) -> bool:
    """Tell whether only a short word or two can stand between a hit and what is so far from it.

    A name in between belongs to another body, and where words are not parted nothing may stand
    there, nor may the name go on.
    """
    if is_unspaced(text.joined[hit.first]):
        return gap == 0
    sides = (text.joined[hit.last : hit.last + gap], text.joined[hit.first - gap : hit.first])
    return gap <= _BESIDE and any(
        side and not _STOPS.search(side) and side == side.lower() for side in sides
    )


def _edge(text: Text) -> int:
    """Give where the text ends and fields begin: what they say is in no article's own words.

    Fields are looked through only when some rule asks for them, and must decide no mention.
    """
    fields = (
        start for zone, start in zip(text.zones, text.starts, strict=True) if zone not in TEXT_ZONES
    )
    return next(fields, len(text.joined) + 1)


def _distance(hit: Hit, near: Callable[[], Near]) -> int:
    """Give how far the nearest word of a hit's context is; -1 where it needs none."""
    if not hit.spelling.near:
        return -1
    places = near()
    gaps = (_gap(hit, places[word]) for word in hit.spelling.near if word in places)
    return min(gaps, default=REACH + 1)


def _gap(hit: Hit, places: Sequence[tuple[int, int]]) -> int:
    """Give the characters between a hit and the nearest of some places that it does not cover."""
    after = bisect_left(places, (hit.last, 0))
    before = bisect_left(places, (hit.first, 0)) - 1
    if any(last > hit.last for _, last in places[before + 1 : after]):
        return 0
    gap = REACH + 1
    if after < len(places):
        gap = places[after][0] - hit.last
    if before >= 0:
        gap = min(gap, max(0, hit.first - places[before][1]))
    return gap


def _mention(hit: Hit, entry: str, text: Text) -> Mention:
    """Make the mention of a hit."""
    spelled = text.joined[hit.first : hit.last]
    return Mention(hit.spelling.gazetteer, entry, spelled, *text.span(hit.first, hit.last))
