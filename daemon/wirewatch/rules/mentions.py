"""Which names found in a text are mentions: the context that must stand near, the longest name.

A name that means an entry only in some context counts where one of the context's words stands
within `REACH` characters; where several entries share it, the nearest context decides. Of names
of one gazetteer that overlap the first and longest counts, and a phrase that an entry lists under
`unless` hides the names within it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from wirewatch.model import Mention
from wirewatch.rules.gazetteer.entry import Entry, Gazetteer
from wirewatch.text.fold import exact

REACH = 300
"""Characters within which a word of its context makes a name count: two or three sentences."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """A way to write an entry; `entry` is None for a phrase that hides names within it.

    `exact` is set where the case counts; `near` are the words of its context, if it needs one.
    """

    gazetteer: str
    entry: str | None
    exact: str | None = None
    near: tuple[str, ...] = ()


class Hit(NamedTuple):
    """A spelling found in a text, by the place of its first and behind its last character."""

    first: int
    last: int
    spelling: Spelling


class Text(NamedTuple):
    """The zones of an article joined: their names, where each begins, and the whole."""

    zones: list[str]
    starts: list[int]
    joined: str


Near = Mapping[str, Sequence[tuple[int, int]]]
"""Where the words of contexts stand in a text, in order: first and behind last character."""


def spellings_of(gazetteer: Gazetteer) -> Iterable[tuple[str, Spelling]]:
    """Give every way to write the entries of a gazetteer, each as text and what it means."""
    for entry in gazetteer.entries:
        yield from _spellings(gazetteer.name, entry)


def _spellings(name: str, entry: Entry) -> Iterable[tuple[str, Spelling]]:
    """Give every way to write one entry."""
    anywhere = Spelling(name, entry.id)
    for text in entry.spellings:
        yield text, anywhere
    for text in entry.acronyms:
        yield text, Spelling(name, entry.id, exact=exact(text))
    for context in entry.contexts:
        somewhere = Spelling(name, entry.id, near=context.near)
        for text in context.spellings:
            yield text, somewhere
        for text in context.acronyms:
            yield text, Spelling(name, entry.id, exact=exact(text), near=context.near)
    hidden = Spelling(name, None)
    for text in entry.unless:
        yield text, hidden


def mentions(hits: list[Hit], near: Near, text: Text) -> tuple[Mention, ...]:
    """Decide which hits are mentions; spans count from the beginning of their zone."""
    if not hits:
        return ()
    ranked = sorted(
        (
            (hit.first, -hit.last, distance, hit)
            for hit in hits
            if (distance := _distance(hit, near)) <= REACH
        ),
        key=lambda ranked: ranked[:3],
    )
    reached: dict[str, int] = {}
    found: list[Mention] = []
    for first, _, _, hit in ranked:
        name = hit.spelling.gazetteer
        if first < reached.get(name, 0):
            continue
        reached[name] = hit.last
        if hit.spelling.entry is not None:
            found.append(_mention(hit, hit.spelling.entry, text))
    return tuple(found)


def _distance(hit: Hit, near: Near) -> int:
    """Give how far the nearest word of a hit's context is; -1 where it needs none."""
    if not hit.spelling.near:
        return -1
    return min(
        (_gap(hit, near[word]) for word in hit.spelling.near if word in near), default=REACH + 1
    )


def _gap(hit: Hit, places: Sequence[tuple[int, int]]) -> int:
    """Give the characters between a hit and the nearest of some places that it does not cover."""
    after = bisect_left(places, (hit.last, 0))
    before = bisect_left(places, (hit.first, 0)) - 1
    gap = REACH + 1
    if after < len(places):
        gap = places[after][0] - hit.last
    if before >= 0:
        gap = min(gap, max(0, hit.first - places[before][1]))
    return gap


def _mention(hit: Hit, entry: str, text: Text) -> Mention:
    """Make the mention of a hit."""
    index = bisect_right(text.starts, hit.first) - 1
    begin = text.starts[index]
    spelled = text.joined[hit.first : hit.last]
    first, last = hit.first - begin, hit.last - begin
    return Mention(hit.spelling.gazetteer, entry, spelled, text.zones[index], first, last)
