"""The tree of a query: what can be true of an article, and where.

Each node answers two questions: which leaves must be hit for it to have a chance (`needs`), and,
given the hits, at which spans it is true (`spans`, None when it is not).
"""

from collections.abc import Callable, Iterable, Mapping
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


Leaf = Term | Named
Hits = Mapping[Leaf, tuple[Span, ...]]
"""Where each leaf that was hit stands; a leaf that was not hit is absent."""
Needs = frozenset[Leaf] | None
"""Leaves of which at least one must be hit; None: true without any hit."""


@dataclass(frozen=True, slots=True)
class And:
    """All parts are true."""

    parts: tuple["Query", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """One part or more is true."""

    parts: tuple["Query", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part is not true."""

    part: "Query"


Query = Term | Named | And | Or | Not


def leaves(query: Query) -> Iterable[Leaf]:
    """Give every leaf of a query, those under NOT too."""
    match query:
        case And(parts) | Or(parts):
            for part in parts:
                yield from leaves(part)
        case Not(part):
            yield from leaves(part)
        case _:
            yield query


def needs(query: Query, cost: Callable[[Leaf], float]) -> Needs:
    """Give the cheapest set of leaves of which one must be hit for the query to be true.

    `cost` says how often a leaf is expected to be hit; of an AND the rarest part is enough.
    """
    match query:
        case And(parts):
            options = [need for part in parts if (need := needs(part, cost)) is not None]
            return min(options, key=lambda need: sum(map(cost, need)), default=None)
        case Or(parts):
            union: frozenset[Leaf] = frozenset()
            for part in parts:
                need = needs(part, cost)
                if need is None:
                    return None
                union |= need
            return union
        case Not():
            return None
        case _:
            return frozenset((query,))


def spans(query: Query, hits: Hits) -> tuple[Span, ...] | None:
    """Give where a query is true of an article, or None when it is not.

    A true NOT has no place of its own: it adds no spans.
    """
    match query:
        case And(parts):
            found: tuple[Span, ...] = ()
            for part in parts:
                here = spans(part, hits)
                if here is None:
                    return None
                found += here
            return found
        case Or(parts):
            true = [here for part in parts if (here := spans(part, hits)) is not None]
            return sum(true, ()) if true else None
        case Not(part):
            return () if spans(part, hits) is None else None
        case _:
            return hits.get(query)
