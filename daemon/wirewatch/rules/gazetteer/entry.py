"""A gazetteer as rules and matching see it: named things, with every way in which they are written.

The values are frozen. Spellings keep their braces, with every ending written in them: written out,
the world's parliaments are two hundred thousand names.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from wirewatch.rules.gazetteer.spellings import Country, expanded


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

    def written(self) -> set[str]:
        """Give every way in which the entry may be written, in whatever context, written out."""
        texts = [
            *self.spellings,
            *(word for context in self.contexts for word in context.spellings),
        ]
        return {
            *(word for text in texts for word in expanded(text, {})),
            *self.acronyms,
            *(word for context in self.contexts for word in context.acronyms),
        }


@dataclass(frozen=True, slots=True)
class Generic:
    """A name that the bodies of many countries share, as 'Senate', in all languages.

    It means that of the country that is named nearest; with `beside` only right beside it, as in
    'парламент Германии'.
    """

    name: str
    spellings: tuple[str, ...]
    beside: bool

    def written(self) -> set[str]:
        """Give every way in which it may be written, written out."""
        return {word for text in self.spellings for word in expanded(text, {})}


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """A named list of entries; `digest` changes when anything in it does.

    `include` names other lists, or parts of them, whose entries are meant too.
    """

    name: str
    entries: tuple[Entry, ...]
    digest: str
    include: tuple[str, ...] = ()
    countries: tuple[Country, ...] = ()
    generics: tuple[Generic, ...] = ()

    def parts(self) -> list[str]:
        """List what may stand after the colon in `@gazetteer:part`."""
        countries = {entry.country for entry in self.entries if entry.country}
        groups = {group for entry in self.entries for group in entry.groups}
        return sorted(countries | groups | {entry.id for entry in self.entries})


def meant(
    gazetteers: Mapping[str, Gazetteer], name: str, part: str | None
) -> list[tuple[str, Entry]]:
    """Give the entries that `@name` or `@name:part` means, each with its own gazetteer's name.

    A part is looked for in the list itself first, then in the lists that it includes.
    """
    gazetteer = gazetteers[name]
    found = [(name, entry) for entry in gazetteer.entries if part is None or entry.belongs_to(part)]
    for other in gazetteer.include:
        inner, _, inner_part = other.partition(":")
        for owner, entry in meant(gazetteers, inner, inner_part or None):
            if part is None or entry.belongs_to(part):
                found.append((owner, entry))
    return found


def reached(gazetteers: Mapping[str, Gazetteer], name: str) -> set[str]:
    """Give the names of the lists that a list includes, by way of others too.

    Its own is among them when it includes itself, and so are names of lists that are not there.
    """
    found: set[str] = set()
    waiting = [name]
    while waiting:
        gazetteer = gazetteers.get(waiting.pop())
        inner = {other.partition(":")[0] for other in gazetteer.include} if gazetteer else set()
        waiting += inner - found
        found |= inner
    return found
