"""Operators with a number: the first words, so many mentions, so many members of a list."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from wirewatch.rules.evidence import Evidence
from wirewatch.rules.query.logic import Or
from wirewatch.rules.query.nearness import Place, Placed, places_of
from wirewatch.rules.query.node import Cost, Needs, Node, Spans


@dataclass(frozen=True, slots=True)
class Counted(Node):
    """A part with a number: `NAME(count, part)`."""

    count: int
    part: Node

    @property
    def parts(self) -> tuple[Node, ...]:
        """Give the part."""
        return (self.part,)

    def __str__(self) -> str:
        """Write it as a query."""
        return f"{type(self).__name__.upper()}({self.count}, {self.part})"

    def rebuilt(self, parts: Sequence[Node]) -> Node:
        """Give it over another part."""
        return type(self)(self.count, *parts)

    def needs(self, cost: Cost) -> Needs:
        """Give what the part needs."""
        return self.part.needs(cost)


class First(Counted, Placed):
    """A part within the first words of its zone."""

    __slots__ = ()

    def places(self, evidence: Evidence) -> list[Place]:
        """Give the part's places whose last word is among the first ones."""
        return [
            place
            for place in places_of(self.part, evidence)
            if evidence.word(place.zone, place.end - 1) < self.count
        ]


class Enough(Counted):
    """A part of which enough are found."""

    __slots__ = ()

    @abstractmethod
    def found(self, evidence: Evidence) -> int:
        """Count what is found."""

    def spans(self, evidence: Evidence) -> Spans:
        """Give the part's spans if enough are found."""
        spans = self.part.spans(evidence)
        return spans if spans and self.found(evidence) >= self.count else None


class AtLeast(Enough):
    """A part is found so many times; what overlaps counts once."""

    __slots__ = ()

    def note(self, evidence: Evidence) -> str:
        """Say how many there are."""
        return f"{self.found(evidence)} of {self.count}"

    def found(self, evidence: Evidence) -> int:
        """Count the places that do not overlap, each zone from its beginning."""
        count = 0
        zone, reached = "", 0
        for place in places_of(self.part, evidence):
            if place.zone != zone:
                zone, reached = place.zone, 0
            if place.start >= reached:
                count += 1
                reached = place.end
        return count


class Distinct(Enough):
    """So many different members of a list, or of several, are named."""

    __slots__ = ()

    def note(self, evidence: Evidence) -> str:
        """Say how many there are."""
        return f"{self.found(evidence)} different of {self.count}"

    def found(self, evidence: Evidence) -> int:
        """Count the different members that are named."""
        named = {
            (mention.gazetteer, mention.entry)
            for one in lists_of(self.part)
            for mention in evidence.named.get(one, ())
        }
        return len(named)


def lists_of(node: Node) -> tuple[Node, ...]:
    """Give the alternatives of a node, ORs inside ORs taken apart."""
    if isinstance(node, Or):
        return tuple(one for part in node.parts for one in lists_of(part))
    return (node,)
