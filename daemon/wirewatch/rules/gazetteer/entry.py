"""Named things, with every way in which they are written.

The values are frozen. Spellings keep their braces, with every ending written in them: written out,
the world's parliaments are hundreds of thousands of names.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Context:
    """Names that mean an entry only where one of some words stands near, as 'Senate' does.

    `near` is folded; a word that ends in `*` is the beginning of one, and a country's key stands
    for all its words. Spellings stand for every
    case, acronyms for exactly their own.
    """

    spellings: tuple[str, ...]
    acronyms: tuple[str, ...]
    near: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One named thing. `unless` are phrases that hold one of its names and mean another thing."""

    id: str
    name: str
    country: str | None = None
    groups: frozenset[str] = frozenset()
    spellings: tuple[str, ...] = ()
    acronyms: tuple[str, ...] = ()
    kind: str = ""
    contexts: tuple[Context, ...] = ()
    unless: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None
    successor: str | None = None
    generics: frozenset[str] = frozenset()

    def belongs_to(self, part: str) -> bool:
        """Tell whether the entry is meant by `@gazetteer:part`: its id, country, or a group."""
        return part in {self.id, self.country} or part.lower() in self.groups


@dataclass(frozen=True, slots=True)
class Generic:
    """A name that the bodies of many countries share, as 'Senate', in all languages.

    It means that of the country that is named nearest; with `beside` only right beside it, as in
    'парламент Германии'.
    """

    name: str
    spellings: tuple[str, ...]
    beside: bool
