"""The tree of a query: what can be true of an article, and where.

Each node answers three questions: which leaves it has, those under NOT too (`leaves`); one of which
must be hit for it to have a chance, as cheaply as can be (`needs`); and, given the hits, at which
spans it is true (`spans`, None when it is not).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from wirewatch.model import Span

TEXT_ZONES = ("title", "dateline", "body")
"""The zones that a query without a zone searches."""
ZONES = (*TEXT_ZONES, "place", "agency", "source")
"""Every zone that can be named in a query."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word, phrase or prefix, folded, in some zones."""

    text: str
    prefix: bool = False
    zones: tuple[str, ...] = TEXT_ZONES
    key: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Take the hash once: leaves are looked up for every article."""
        object.__setattr__(self, "key", hash((self.text, self.prefix, self.zones)))

    def __hash__(self) -> int:
        """Give what was taken."""
        return self.key

    def leaves(self) -> "Iterator[Leaf]":
        """Give itself."""
        yield self

    def needs(self, _cost: "Cost") -> "Needs":
        """Give itself."""
        return frozenset((self,))

    def spans(self, hits: "Hits") -> "Spans":
        """Give where it was hit."""
        return hits.get(self)


@dataclass(frozen=True, slots=True)
class Named:
    """Any entry of a gazetteer, or of a part of it (`@parliament:KZ`), in some zones."""

    gazetteer: str
    part: str | None = None
    zones: tuple[str, ...] = TEXT_ZONES
    key: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Take the hash once: leaves are looked up for every article."""
        object.__setattr__(self, "key", hash((self.gazetteer, self.part, self.zones)))

    def __hash__(self) -> int:
        """Give what was taken."""
        return self.key

    def leaves(self) -> "Iterator[Leaf]":
        """Give itself."""
        yield self

    def needs(self, _cost: "Cost") -> "Needs":
        """Give itself."""
        return frozenset((self,))

    def spans(self, hits: "Hits") -> "Spans":
        """Give where one of them is named."""
        return hits.get(self)


@dataclass(frozen=True, slots=True)
class And:
    """All parts are true."""

    parts: tuple["Query", ...]

    def leaves(self) -> "Iterator[Leaf]":
        """Give those of all parts."""
        for part in self.parts:
            yield from part.leaves()

    def needs(self, cost: "Cost") -> "Needs":
        """Give what the part needs that is expected to be hit least often."""
        options = [need for part in self.parts if (need := part.needs(cost)) is not None]
        return min(options, key=lambda need: sum(map(cost, need)), default=None)

    def spans(self, hits: "Hits") -> "Spans":
        """Give those of all parts, one after the other."""
        found: tuple[Span, ...] = ()
        for part in self.parts:
            here = part.spans(hits)
            if here is None:
                return None
            found += here
        return found


@dataclass(frozen=True, slots=True)
class Or:
    """One part or more is true."""

    parts: tuple["Query", ...]

    def leaves(self) -> "Iterator[Leaf]":
        """Give those of all parts."""
        for part in self.parts:
            yield from part.leaves()

    def needs(self, cost: "Cost") -> "Needs":
        """Give what all parts need together; None when one of them needs nothing."""
        union: set[Leaf] = set()
        for part in self.parts:
            need = part.needs(cost)
            if need is None:
                return None
            union |= need
        return frozenset(union)

    def spans(self, hits: "Hits") -> "Spans":
        """Give those of the parts that are true."""
        found: Spans = None
        for part in self.parts:
            here = part.spans(hits)
            if here is not None:
                found = here if found is None else found + here
        return found


@dataclass(frozen=True, slots=True)
class Not:
    """The part is not true."""

    part: "Query"

    def leaves(self) -> "Iterator[Leaf]":
        """Give those of the part."""
        yield from self.part.leaves()

    def needs(self, _cost: "Cost") -> "Needs":
        """Need nothing: it is true of a text in which nothing is found."""
        return None

    def spans(self, hits: "Hits") -> "Spans":
        """Give none: what is not there has no place."""
        return () if self.part.spans(hits) is None else None


Leaf = Term | Named
Query = Term | Named | And | Or | Not
Hits = Mapping[Leaf, tuple[Span, ...]]
"""Where each leaf that was hit stands; a leaf that was not hit is absent."""
Spans = tuple[Span, ...] | None
"""Where a query is true of an article; None when it is not."""
Needs = frozenset[Leaf] | None
"""Leaves of which at least one must be hit; None: true without any hit."""
Cost = Callable[[Leaf], float]
"""How often a leaf is expected to be hit."""
