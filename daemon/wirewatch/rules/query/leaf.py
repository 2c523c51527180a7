"""The leaves of a query: words and phrases, lists, regular expressions, and fields compared."""

import operator
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from wirewatch.rules.evidence import Evidence
from wirewatch.rules.query.node import Cost, Leaf, Needs, Spans
from wirewatch.rules.zones import TEXT_ZONES


def zoned(zones: tuple[str, ...], text: str) -> str:
    """Write a leaf with the field that it is looked for in.

    The space after it keeps `subject:` from taking what follows for a subject's own text.
    """
    return text if zones == TEXT_ZONES else f"{zones[0]}:{' ' * (zones[0] == 'subject')}{text}"


@dataclass(frozen=True, slots=True)
class Term(Leaf):
    """A word, phrase or prefix, folded, in some zones; `exact` is set where the case counts."""

    text: str
    prefix: bool = False
    zones: tuple[str, ...] = TEXT_ZONES
    exact: str | None = None
    key: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Take the hash once: leaves are looked up for every article."""
        object.__setattr__(self, "key", hash((self.text, self.prefix, self.zones, self.exact)))

    def __hash__(self) -> int:
        """Give what was taken."""
        return self.key

    def __str__(self) -> str:
        """Write the term as a query has it."""
        mark = "=" if self.exact else ""
        text = self.exact or self.text
        quoted = text.isalnum()
        written = f"{text}{'*' * self.prefix}"
        return zoned(self.zones, mark + (written if quoted else f'"{written}"'))

    def within(self, zones: tuple[str, ...]) -> "Term":
        """Give the term, looked for in other zones."""
        return replace(self, zones=zones)


@dataclass(frozen=True, slots=True)
class Named(Leaf):
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

    def __str__(self) -> str:
        """Write the list as a query has it."""
        return zoned(self.zones, f"@{self.gazetteer}" + (f":{self.part}" if self.part else ""))

    def within(self, zones: tuple[str, ...]) -> "Named":
        """Give the list, looked for in other zones."""
        return replace(self, zones=zones)


@dataclass(frozen=True, slots=True)
class Pattern(Leaf):
    """A regular expression, held against the stored text where its `literal` part was hit.

    Without a literal it is tried on every article.
    """

    text: str
    literal: str = ""
    zones: tuple[str, ...] = TEXT_ZONES

    def __str__(self) -> str:
        """Write the expression as a query has it."""
        return zoned(self.zones, f"/{self.text}/")

    def needs(self, _cost: Cost) -> Needs:
        """Need itself where a literal part can be looked for, else nothing."""
        return frozenset((self,)) if self.literal else None

    def spans(self, evidence: Evidence) -> Spans:
        """Give the stretches that it describes."""
        if self.literal and self not in evidence.hits:
            return None
        return evidence.described(self.text, self.zones) or None

    def within(self, zones: tuple[str, ...]) -> "Pattern":
        """Give the expression, held against other zones."""
        return replace(self, zones=zones)


_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    ">=": operator.ge,
    ">": operator.gt,
}


@dataclass(frozen=True, slots=True)
class Compare(Leaf):
    """A field held against a value (`urgency<=3`); false of an article that does not have it."""

    name: str
    sign: str
    value: int | str
    zones: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Write the comparison as a query has it."""
        return f"{self.name}{self.sign}{self.value}"

    def needs(self, _cost: Cost) -> Needs:
        """Need nothing: no word tells."""
        return None

    def spans(self, evidence: Evidence) -> Spans:
        """Give no place: a field has none in the text."""
        bounds = evidence.bounds(self.name)
        if bounds is None:
            return None
        low, high = bounds
        compared = _OPERATORS[self.sign]
        return () if compared(low, self.value) and compared(high, self.value) else None

    def note(self, evidence: Evidence) -> str:
        """Say what the article has."""
        bounds = evidence.bounds(self.name)
        if bounds is None:
            return f"the article has no {self.name}"
        low, high = bounds
        return f"{self.name} is {low}" if low == high else f"{self.name} is from {low} to {high}"

    def within(self, zones: tuple[str, ...]) -> "Compare":
        """Give itself: it names its field already."""
        del zones
        return self
