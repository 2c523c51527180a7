"""Operators on places: words near each other, in one sentence, in one paragraph.

Their operands have places: words, phrases, lists, expressions, ORs of such, and each other.
Neighbouring words are one apart. What is near is a stretch, from the first to behind the last
character of both; a stretch can be near another.
"""

from abc import abstractmethod
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from wirewatch.model import Span
from wirewatch.rules.evidence import Evidence, Stretch
from wirewatch.rules.query.leaf import Term, zoned
from wirewatch.rules.query.logic import Or, inside
from wirewatch.rules.query.node import Cost, Leaf, Needs, Node, Spans, rarest


class Place(NamedTuple):
    """A stretch of a zone, and the spans that make it up."""

    zone: str
    start: int
    end: int
    spans: tuple[Span, ...]


class Placed(Node):
    """A node that is true at places, and so can stand near others."""

    __slots__ = ()

    @abstractmethod
    def places(self, evidence: Evidence) -> list[Place]:
        """Give the places at which this is true, in order."""

    def spans(self, evidence: Evidence) -> Spans:
        """Give the spans of all places."""
        places = self.places(evidence)
        if not places:
            return None
        return tuple(dict.fromkeys(span for place in places for span in place.spans))


def has_places(node: Node) -> bool:
    """Tell whether a node can stand near others."""
    match node:
        case Or(parts):
            return all(map(has_places, parts))
        case Leaf():
            return bool(node.zones)
        case _:
            return isinstance(node, Placed)


def places_of(node: Node, evidence: Evidence) -> list[Place]:
    """Give the places of a node that has some."""
    if isinstance(node, Placed):
        return node.places(evidence)
    spans = node.spans(evidence) or ()
    if isinstance(node, Or):
        found = [place for part in node.parts for place in places_of(part, evidence)]
        return sorted(set(found))
    return sorted({Place(span.zone, span.start, span.end, (span,)) for span in spans})


@dataclass(frozen=True, slots=True)
class Near(Placed):
    """Two parts at most `distance` words apart; with `ordered` the first comes first."""

    distance: int
    left: Node
    right: Node
    ordered: bool = False

    @property
    def parts(self) -> tuple[Node, ...]:
        """Give both parts."""
        return (self.left, self.right)

    @property
    def label(self) -> str:
        """Name the operator with its distance."""
        return f"{'BEFORE' if self.ordered else 'NEAR'}/{self.distance}"

    def note(self, evidence: Evidence) -> str:
        """Say how close the two parts come."""
        closest = self.closest(evidence)
        if closest is None:
            return "one of the two is missing"
        return f"closest: {closest} word{'s' * (closest != 1)} apart"

    def __str__(self) -> str:
        """Write it as a query."""
        sign = "BEFORE" if self.ordered else "NEAR"
        left, right = (
            f"({part})" if isinstance(part, Near) else inside(part) for part in self.parts
        )
        return f"{left} {sign}/{self.distance} {right}"

    def rebuilt(self, parts: Sequence[Node]) -> Node:
        """Give it over other parts."""
        return Near(self.distance, parts[0], parts[1], self.ordered)

    def needs(self, cost: Cost) -> Needs:
        """Give what the rarer part needs."""
        return rarest(self.parts, cost)

    def places(self, evidence: Evidence) -> list[Place]:
        """Give the stretches from each place of either part to the nearest of the other."""
        found: dict[Place, None] = {}
        for one, other, apart in self.pairs(evidence):
            if apart <= self.distance:
                start, end = min(one.start, other.start), max(one.end, other.end)
                spans = tuple(sorted({*one.spans, *other.spans}))
                found[Place(one.zone, start, end, spans)] = None
        return sorted(found)

    def closest(self, evidence: Evidence) -> int | None:
        """Give the least number of words between the two, however far; None if one is missing."""
        return min((apart for _, _, apart in self.pairs(evidence)), default=None)

    def pairs(self, evidence: Evidence) -> Iterable[tuple[Place, Place, int]]:
        """Give each place with the nearest of the other part that follows it, and how far it is."""
        left, right = (_by_zone(places_of(part, evidence)) for part in self.parts)
        for zone in left.keys() & right.keys():
            yield from _following(left[zone], right[zone], evidence)
            if not self.ordered:
                yield from _following(right[zone], left[zone], evidence)


def _by_zone(places: Iterable[Place]) -> dict[str, list[Place]]:
    """Part places by zone, in order."""
    zones: defaultdict[str, list[Place]] = defaultdict(list)
    for place in places:
        zones[place.zone].append(place)
    return zones


def _following(
    first: list[Place], second: list[Place], evidence: Evidence
) -> Iterable[tuple[Place, Place, int]]:
    """Give for each place the nearest of the second ones behind it, and for those in front."""
    starts = [place.start for place in second]
    ends = sorted(range(len(first)), key=lambda number: first[number].end)
    last = [first[number].end for number in ends]
    for place in first:
        index = bisect_left(starts, place.end)
        if index < len(second):
            yield place, second[index], _apart(place, second[index], evidence)
    for place in second:
        index = bisect_right(last, place.start) - 1
        if index >= 0:
            before = first[ends[index]]
            yield before, place, _apart(before, place, evidence)


def _apart(first: Place, second: Place, evidence: Evidence) -> int:
    """Count words from the last of one place to the first of another behind it."""
    return evidence.apart(first.zone, first.end, second.start)


@dataclass(frozen=True, slots=True)
class Gapped(Placed):
    """A phrase in which some words may be any: parts, and the words between one and the next."""

    pieces: tuple[Term, ...]
    gaps: tuple[int, ...]

    @property
    def parts(self) -> tuple[Node, ...]:
        """Give the parts that are given."""
        return self.pieces

    def __str__(self) -> str:
        """Write it as a query."""
        words = [f"{term.text}{'*' * term.prefix}" for term in self.pieces]
        stars = ["* " * gap for gap in (0, *self.gaps)]
        phrase = " ".join(map("".join, zip(stars, words, strict=True)))
        return zoned(self.pieces[0].zones, f'"{phrase}"')

    def rebuilt(self, parts: Sequence[Node]) -> Node:
        """Give it over other parts."""
        return Gapped(tuple(part for part in parts if isinstance(part, Term)), self.gaps)

    def needs(self, cost: Cost) -> Needs:
        """Give what the rarest part needs."""
        return rarest(self.pieces, cost)

    def places(self, evidence: Evidence) -> list[Place]:
        """Give each run of the parts with exactly the gaps between them."""
        runs = places_of(self.pieces[0], evidence)
        for gap, piece in zip(self.gaps, self.pieces[1:], strict=True):
            nexts = defaultdict(list)
            for place in places_of(piece, evidence):
                nexts[place.zone, evidence.word_from(place.zone, place.start)].append(place)
            runs = [
                Place(run.zone, run.start, place.end, (Span(run.zone, run.start, place.end),))
                for run in runs
                for place in nexts[run.zone, evidence.word(run.zone, run.end - 1) + gap + 1]
            ]
        return sorted(runs)


@dataclass(frozen=True, slots=True)
class Together(Placed):
    """All parts in one sentence, or in one paragraph."""

    unit: str
    all: tuple[Node, ...]

    @property
    def label(self) -> str:
        """Name the unit."""
        return self.unit

    @property
    def parts(self) -> tuple[Node, ...]:
        """Give the parts."""
        return self.all

    def __str__(self) -> str:
        """Write it as a query."""
        return f"{self.unit}({', '.join(map(str, self.all))})"

    def rebuilt(self, parts: Sequence[Node]) -> Node:
        """Give it over other parts."""
        return Together(self.unit, tuple(parts))

    def needs(self, cost: Cost) -> Needs:
        """Give what the rarest part needs."""
        return rarest(self.all, cost)

    def places(self, evidence: Evidence) -> list[Place]:
        """Give the units that hold all parts, each with what of them it holds."""
        units = evidence.sentences if self.unit == "SENTENCE" else evidence.paragraphs
        held = [_by_unit(places_of(part, evidence), units) for part in self.all]
        whole = [unit for unit in held[0] if all(unit in other for other in held[1:])]
        return sorted(
            Place(
                zone,
                start,
                end,
                tuple(sorted({s for part in held for s in part[zone, start, end]})),
            )
            for zone, start, end in whole
        )


def _by_unit(
    places: Iterable[Place], units: Callable[[str], list[Stretch]]
) -> dict[tuple[str, int, int], list[Span]]:
    """Give for each sentence or paragraph the spans of the places that lie within it."""
    found: defaultdict[tuple[str, int, int], list[Span]] = defaultdict(list)
    for place in places:
        stretches = units(place.zone)
        index = bisect_right(stretches, (place.start, 1 << 60)) - 1
        if index >= 0 and place.end <= stretches[index][1]:
            found[place.zone, *stretches[index]] += place.spans
    return found
