"""AND, OR and NOT."""

from collections.abc import Sequence
from dataclasses import dataclass

from wirewatch.rules.evidence import Evidence
from wirewatch.rules.query.node import Cost, Needs, Node, Spans, any_of, rarest


def inside(node: Node) -> str:
    """Write a node so that it can stand under an operator."""
    return f"({node})" if isinstance(node, And | Or) else str(node)


@dataclass(frozen=True, slots=True)
class And(Node):
    """All parts are true."""

    all: tuple[Node, ...]

    @property
    def parts(self) -> tuple[Node, ...]:
        """Give the parts."""
        return self.all

    def __str__(self) -> str:
        """Write it as a query."""
        return " AND ".join(map(inside, self.all))

    def rebuilt(self, parts: Sequence[Node]) -> Node:
        """Give an AND of other parts."""
        return And(tuple(parts))

    def needs(self, cost: Cost) -> Needs:
        """Give what the rarest part needs."""
        return rarest(self.all, cost)

    def spans(self, evidence: Evidence) -> Spans:
        """Give those of all parts, one after the other."""
        first, *others = self.all
        found = first.spans(evidence)
        for part in others:
            if found is None:
                return None
            here = part.spans(evidence)
            found = None if here is None else found + here
        return found


@dataclass(frozen=True, slots=True)
class Or(Node):
    """One part or more is true."""

    any: tuple[Node, ...]

    @property
    def parts(self) -> tuple[Node, ...]:
        """Give the parts."""
        return self.any

    def __str__(self) -> str:
        """Write it as a query."""
        return " OR ".join(map(inside, self.any))

    def rebuilt(self, parts: Sequence[Node]) -> Node:
        """Give an OR of other parts."""
        return Or(tuple(parts))

    def needs(self, cost: Cost) -> Needs:
        """Give what all parts need together."""
        return any_of(self.any, cost)

    def spans(self, evidence: Evidence) -> Spans:
        """Give those of the parts that are true."""
        found: Spans = None
        for part in self.any:
            here = part.spans(evidence)
            if here is not None:
                found = here if found is None else found + here
        return found


@dataclass(frozen=True, slots=True)
class Not(Node):
    """The part is not true."""

    part: Node

    @property
    def parts(self) -> tuple[Node, ...]:
        """Give the part."""
        return (self.part,)

    def __str__(self) -> str:
        """Write it as a query."""
        return f"NOT {inside(self.part)}"

    def rebuilt(self, parts: Sequence[Node]) -> Node:
        """Give a NOT of another part."""
        return Not(*parts)

    def needs(self, _cost: Cost) -> Needs:
        """Need nothing: it is true of a text in which nothing is found."""
        return None

    def spans(self, evidence: Evidence) -> Spans:
        """Give none: what is not there has no place."""
        return () if self.part.spans(evidence) is None else None
