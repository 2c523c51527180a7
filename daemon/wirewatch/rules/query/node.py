"""What every part of a query can tell: its leaves, what it needs, and where it is true."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence

from wirewatch.model import Span
from wirewatch.rules.evidence import Evidence

Spans = tuple[Span, ...] | None
"""Where a query is true of an article; None when it is not."""
Needs = frozenset["Leaf"] | None
"""Leaves of which at least one must be hit; None: true without any hit."""
Cost = Callable[["Leaf"], float]
"""How often a leaf is expected to be hit."""


class Node(ABC):
    """One node of the tree; `parts` are those below it, and `str` writes it as a query."""

    __slots__ = ()

    @property
    def parts(self) -> tuple["Node", ...]:
        """Give the nodes below."""
        return ()

    @property
    def label(self) -> str:
        """Name the operator, or the leaf, as an explanation does."""
        return type(self).__name__.upper()

    def note(self, evidence: Evidence) -> str:
        """Say how far this was from being true of an article, or by how much it is."""
        del evidence
        return ""

    @abstractmethod
    def rebuilt(self, parts: Sequence["Node"]) -> "Node":
        """Give the same node over other parts."""

    @abstractmethod
    def needs(self, cost: Cost) -> Needs:
        """Give the cheapest set of leaves of which one must be hit for this to be true."""

    @abstractmethod
    def spans(self, evidence: Evidence) -> Spans:
        """Give where this is true of an article, or None when it is not."""

    def leaves(self) -> Iterator["Leaf"]:
        """Give every leaf, those under NOT too."""
        for part in self.parts:
            yield from part.leaves()

    def changed(self, change: Callable[["Leaf"], "Node"]) -> "Node":
        """Give this with every leaf changed."""
        return self.rebuilt([part.changed(change) for part in self.parts])


class Leaf(Node):
    """What is looked for in an article itself, in some `zones` of it."""

    __slots__ = ()
    zones: tuple[str, ...]

    @property
    def label(self) -> str:
        """Give the leaf as a query has it."""
        return str(self)

    def note(self, evidence: Evidence) -> str:
        """Say that it was not found."""
        return "" if self.spans(evidence) is not None else "not found"

    def rebuilt(self, _parts: Sequence[Node]) -> Node:
        """Give itself: it has no parts."""
        return self

    def needs(self, _cost: Cost) -> Needs:
        """Give itself."""
        return frozenset((self,))

    def spans(self, evidence: Evidence) -> Spans:
        """Give where it was hit."""
        return evidence.hits.get(self)

    def leaves(self) -> Iterator["Leaf"]:
        """Give itself."""
        yield self

    def changed(self, change: Callable[["Leaf"], Node]) -> Node:
        """Give what it is changed into."""
        return change(self)

    @abstractmethod
    def within(self, zones: tuple[str, ...]) -> "Leaf":
        """Give the same leaf, looked for in other zones."""


def rarest(parts: Sequence[Node], cost: Cost) -> Needs:
    """Give what the part needs that is expected to be hit least often, as all must be true."""
    options = [need for part in parts if (need := part.needs(cost)) is not None]
    return min(options, key=lambda need: sum(map(cost, need)), default=None)


def any_of(parts: Sequence[Node], cost: Cost) -> Needs:
    """Give what all parts need together, as one of them must be true."""
    union: set[Leaf] = set()
    for part in parts:
        need = part.needs(cost)
        if need is None:
            return None
        union |= need
    return frozenset(union)
