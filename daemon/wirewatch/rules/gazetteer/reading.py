"""From files to gazetteers: put together, written out, and every fault told at once."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from wirewatch.errors import ConfigError, Fault
from wirewatch.rules.gazetteer.entry import Context, Entry, Gazetteer
from wirewatch.rules.gazetteer.faults import clashes, twice, without_letters, wrong_includes
from wirewatch.rules.gazetteer.spellings import (
    Country,
    SpellingError,
    bare,
    expanded,
    named_after,
)
from wirewatch.rules.gazetteer.table import EntryTable, GazetteerTable
from wirewatch.rules.gazetteer.wordlist import SUFFIXES, read_wordlist
from wirewatch.text.fold import fold_term
from wirewatch.tomlfile import read_partly

_LEGISLATURE = ("parliament", "legislature")  # what the press calls that of any country


@dataclass
class _List:
    """One gazetteer as its files have it so far; each entry with the place where it stands."""

    rows: dict[str, tuple[str, EntryTable | Entry]] = field(default_factory=dict)
    endings: dict[str, tuple[str, ...]] = field(default_factory=dict)
    countries: dict[str, Country] = field(default_factory=dict)
    include: tuple[str, ...] = ()


def read_gazetteers(
    shipped: Iterable[Path], own: Iterable[Path]
) -> tuple[dict[str, Gazetteer], list[Fault]]:
    """Read gazetteers, the shipped ones, then those of a configuration; give every fault too.

    Files of the same name make one list. A later entry takes the place of one of the same id; with
    `replace = true` a file takes the place of the whole list so far.
    """
    faults: list[Fault] = []
    lists: dict[str, _List] = {}
    for path in [*shipped, *own]:
        if path.suffix in SUFFIXES:
            name, entries, found = read_wordlist(path)
            faults += found
            rows = {entry.id: (str(path), entry) for entry in entries}
            lists.setdefault(name, _List()).rows.update(rows)
            continue
        table, found = read_partly(path, GazetteerTable)
        faults += found
        if table is not None:
            faults += twice(path, table)
            _add(lists, path, table)
    gazetteers: dict[str, Gazetteer] = {}
    for name, known in lists.items():
        entries = [_entry(place, row, known, faults) for place, row in known.rows.values()]
        faults += clashes(entries, [place for place, _ in known.rows.values()])
        gazetteers[name] = _gazetteer(name, tuple(entries), known.include)
    return gazetteers, faults + wrong_includes(gazetteers)


def load_gazetteers(shipped: Iterable[Path], own: Iterable[Path]) -> dict[str, Gazetteer]:
    """Read gazetteers as `read_gazetteers` does. Raises ConfigError with every fault."""
    gazetteers, faults = read_gazetteers(shipped, own)
    if faults:
        raise ConfigError(faults)
    return gazetteers


def _add(lists: dict[str, _List], path: Path, table: GazetteerTable) -> None:
    """Add a file to its list."""
    known = _List() if table.replace else lists.get(table.name, _List())
    lists[table.name] = known
    known.endings |= table.endings
    known.include += table.include
    for row in table.country:
        known.countries[row.code] = Country(row.code, row.names, row.people, row.words)
    for number, entry in enumerate(table.entry, start=1):
        known.rows[entry.id] = (f"{path}: entry[{number}]", entry)


def _entry(place: str, row: EntryTable | Entry, known: _List, faults: list[Fault]) -> Entry:
    """Write an entry out; its own name is a spelling too when no other is given."""
    if isinstance(row, Entry):
        return row
    writing = _Writing(place, known.endings, faults)
    country = known.countries.get(row.country or "")
    written = row.written() or (() if row.acronyms or row.context else (row.name,))
    generics = (*row.generic, *(_LEGISLATURE if row.kind == "legislature" else ()))
    made = tuple(named_after(country, generics)) if country else ()
    contexts = []
    for number, context in enumerate(row.context, start=1):
        near = writing.out(f"context[{number}].near", context.near)
        if context.country:
            near += country.near() if country else ()
        if not near:
            faults.append(_unknown_country(f"{place}.context[{number}]", row.country))
        spellings = writing.out(f"context[{number}].spellings", context.spellings)
        contexts.append(_context(spellings, context.acronyms, near))
    if row.generic and country:
        contexts.append(_context(row.generic, (), country.near()))
    elif row.generic:
        faults.append(_unknown_country(f"{place}.generic", row.country))
    return Entry(
        id=row.id,
        name=row.name,
        country=row.country,
        kind=row.kind,
        groups=frozenset(row.groups),
        spellings=tuple(dict.fromkeys((*writing.out("spellings", written), *made))),
        acronyms=row.acronyms,
        contexts=tuple(contexts),
        unless=writing.out("unless", row.unless),
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        successor=row.successor,
    )


@dataclass(frozen=True)
class _Writing:
    """Writes the spellings of one entry out, and notes what is wrong with them."""

    place: str
    endings: Mapping[str, tuple[str, ...]]
    faults: list[Fault]

    def out(self, key: str, texts: Iterable[str]) -> tuple[str, ...]:
        """Write some texts out."""
        found: dict[str, None] = {}
        for text in texts:
            try:
                found |= dict.fromkeys(expanded(text, self.endings))
            except SpellingError as error:
                problem = f"{text!r}: {error}"
                self.faults.append(Fault(f"{self.place}.{key}", problem, "see docs/gazetteers.md"))
        self.faults.extend(without_letters(f"{self.place}.{key}", found))
        return tuple(found)


def _context(
    spellings: tuple[str, ...], acronyms: tuple[str, ...], near: tuple[str, ...]
) -> Context:
    """Make a context, its surroundings folded as they are looked for."""
    folded = (fold_term(bare(word)) + "*" * word.endswith("*") for word in near)
    return Context(spellings, acronyms, tuple(dict.fromkeys(folded)))


def _unknown_country(place: str, country: str | None) -> Fault:
    """Say that a country has no names that could be looked for."""
    problem = f"the country {country!r} has no [[country]] with its names"
    return Fault(place, problem, "add one, or name the words that must stand `near`")


def _gazetteer(name: str, entries: tuple[Entry, ...], include: tuple[str, ...]) -> Gazetteer:
    """Make a gazetteer and digest what decides what it finds."""
    digest = hashlib.sha256(repr(include).encode())
    for entry in entries:
        found = (entry.spellings, entry.acronyms, entry.contexts, entry.unless)
        digest.update(repr((entry.id, entry.country, sorted(entry.groups), found)).encode())
    return Gazetteer(name, entries, digest.hexdigest()[:16], include)
