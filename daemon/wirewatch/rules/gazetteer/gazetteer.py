"""A gazetteer as rules and matching see it: entries, names, and the lists that it includes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from wirewatch.rules.gazetteer.entry import Entry, Generic
from wirewatch.rules.gazetteer.lexicon import Compiled, compiled
from wirewatch.rules.gazetteer.makers import FINDING, code_digest
from wirewatch.rules.gazetteer.meaning import meanings
from wirewatch.rules.gazetteer.spellings import Country


class Begun(NamedTuple):
    """How names begin, None where in too many ways; foreign ones are not among them."""

    heads: list[str] | None
    has_foreign: bool


@dataclass(frozen=True, eq=False)
class Gazetteer:
    """A named list of entries; `digest` changes when anything in it does.

    `include` names other lists, or parts of them, whose entries are meant too; `unless` are phrases
    that hold a name and mean another thing. In a list that was compiled before, the entries say
    what they are, and only `kept` how they are written.
    """

    name: str
    entries: tuple[Entry, ...]
    digest: str
    include: tuple[str, ...] = ()
    countries: tuple[Country, ...] = ()
    generics: tuple[Generic, ...] = ()
    unless: tuple[str, ...] = ()
    kept: Compiled | None = field(default=None, compare=False, repr=False)

    @cached_property
    def compiled(self) -> Compiled:
        """Give all names with what they mean; they are compiled when this is first asked for."""
        return self.kept or compiled(
            meanings(self.name, self.entries, self.generics, self.countries, self.unless)
        )

    @cached_property
    def begun(self) -> dict[frozenset[str], Begun]:
        """Keep how the names of some entries begin, by these entries' ids, for who asks again."""
        return {}

    def parts(self) -> list[str]:
        """List what may stand after the colon in `@gazetteer:part`."""
        countries = {entry.country for entry in self.entries if entry.country}
        groups = {group for entry in self.entries for group in entry.groups}
        return sorted(countries | groups | {entry.id for entry in self.entries})


def versions(gazetteers: Mapping[str, Gazetteer]) -> tuple[tuple[str, str], ...]:
    """Give each list with what decides which of its names are found: itself, and this program."""
    finder = code_digest(FINDING)
    return tuple((name, f"{finder}-{one.digest[:16]}") for name, one in sorted(gazetteers.items()))


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
