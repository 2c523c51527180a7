"""Which names found in a text are mentions: the context that must stand near, the longest name.

A name that means an entry only in some context counts where one of the context's words stands
within `REACH` characters, in whichever of title, dateline and body; where several entries share
it, the nearest context decides, and of contexts as near the entry that is listed first. Of names
of one gazetteer that overlap the first and longest counts; a phrase that an entry lists under
`unless` counts as such a name that means nothing, so it hides the names that begin within it.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from wirewatch.model import Mention
from wirewatch.rules.gazetteer.entry import Entry, Gazetteer
from wirewatch.rules.zones import TEXT_ZONES
from wirewatch.text.fold import exact
from wirewatch.text.words import is_unspaced

REACH = 300
"""Characters within which a word of its context makes a name count: two or three sentences."""
_BESIDE = 14  # characters: ' de la ', ' der Republik '
_STOPS = re.compile(r"[^\w\s'’-]|\n")


@dataclass(frozen=True, slots=True)
class Spelling:
    """A way to write an entry; `entry` is None for a phrase that hides names within it.

    `exact` is set where the case counts; `near` are the words of its context, if it needs one.
    A general name has `members` instead, the entry for each country's key, and may have to stand
    `beside` the country's name.
    """

    gazetteer: str
    entry: str | None
    exact: str | None = None
    near: tuple[str, ...] = ()
    members: Mapping[str, str] | None = None
    beside: bool = False


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
    for generic in gazetteer.generics:
        former_first = sorted(gazetteer.entries, key=lambda entry: entry.valid_until is None)
        members = {
            f"#{entry.country}": entry.id
            for entry in former_first
            if generic.name in entry.generics and entry.country
        }
        shared = Spelling(gazetteer.name, "", members=members, beside=generic.beside)
        for text in generic.spellings:
            yield text, shared


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
    edge = _edge(text)
    written = {word: [place for place in near[word] if place[0] < edge] for word in near}
    ranked = sorted(
        (
            (hit.first, -hit.last, entry is None, distance, hit, entry)
            for hit in hits
            for distance, entry in (_meant(hit, written if hit.first < edge else near, text),)
            if distance <= REACH
        ),
        key=lambda ranked: ranked[:4],
    )
    reached: dict[str, int] = {}
    found: list[Mention] = []
    for first, _, _, _, hit, entry in ranked:
        name = hit.spelling.gazetteer
        if first < reached.get(name, 0):
            continue
        reached[name] = hit.last
        if entry is not None:
            found.append(_mention(hit, entry, text))
    return tuple(found)


def _meant(hit: Hit, near: Near, text: Text) -> tuple[int, str | None]:
    """Give how far a hit's context is, and the entry that it means there."""
    spelling = hit.spelling
    if spelling.members is None:
        return _distance(hit, near), spelling.entry
    nearest = (REACH + 1, "")
    for key, places in near.items():
        entry = spelling.members.get(key)
        if entry is not None:
            gap = _gap(hit, places)
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
    index = bisect_right(text.starts, hit.first) - 1
    begin = text.starts[index]
    spelled = text.joined[hit.first : hit.last]
    first, last = hit.first - begin, hit.last - begin
    return Mention(hit.spelling.gazetteer, entry, spelled, text.zones[index], first, last)
