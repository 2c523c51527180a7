"""Gazetteers: lists of named things with their spellings, read from TOML files."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints

from wirewatch.errors import ConfigError, Fault
from wirewatch.text.fold import fold_term
from wirewatch.tomlfile import Table, read_partly

_Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
_Text = Annotated[str, StringConstraints(min_length=1)]


class EntryTable(Table):
    """`[[entry]]`: one named thing."""

    id: _Id
    name: _Text
    kind: str = ""
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = None
    groups: tuple[_Id, ...] = ()
    spellings: tuple[_Text, ...] = ()
    acronyms: tuple[_Text, ...] = ()
    source: str = ""


class GazetteerTable(Table):
    """A gazetteer's file."""

    name: _Id
    title: str = ""
    replace: bool = False
    entry: tuple[EntryTable, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """One named thing and how it is written; acronyms count in exactly their case."""

    id: str
    name: str
    country: str | None
    groups: frozenset[str]
    spellings: tuple[str, ...]
    acronyms: tuple[str, ...]

    def belongs_to(self, part: str) -> bool:
        """Tell whether the entry is meant by `@gazetteer:part`: its id, country, or a group."""
        return part in {self.id, self.country} or part.lower() in self.groups


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """A named list of entries; `digest` changes when anything in it does."""

    name: str
    entries: tuple[Entry, ...]
    digest: str

    def parts(self) -> list[str]:
        """List what may stand after the colon in `@gazetteer:part`."""
        countries = {entry.country for entry in self.entries if entry.country}
        groups = {group for entry in self.entries for group in entry.groups}
        return sorted(countries | groups | {entry.id for entry in self.entries})


def read_gazetteers(
    shipped: Iterable[Path], own: Iterable[Path]
) -> tuple[dict[str, Gazetteer], list[Fault]]:
    """Read gazetteers, the shipped ones, then those of a configuration; give every fault too.

    An own gazetteer of the same name adds its entries, and replaces those of the same id; with
    `replace = true` it replaces the whole list.
    """
    faults: list[Fault] = []
    merged: dict[str, dict[str, tuple[Entry, str]]] = {}
    for path in [*shipped, *own]:
        table, found = read_partly(path, GazetteerTable)
        faults += found
        if table is None:
            continue
        faults += _faults(path, table)
        entries = {} if table.replace else merged.get(table.name, {})
        merged[table.name] = entries | {
            row.id: (_entry(row), f"{path}: entry[{number}].spellings")
            for number, row in enumerate(table.entry, start=1)
        }
    for rows in merged.values():
        faults += _clashes(rows.values())
    gazetteers = {
        name: _gazetteer(name, tuple(entry for entry, _ in rows.values()))
        for name, rows in merged.items()
    }
    return gazetteers, faults


def load_gazetteers(shipped: Iterable[Path], own: Iterable[Path]) -> dict[str, Gazetteer]:
    """Read gazetteers as `read_gazetteers` does. Raises ConfigError with every fault."""
    gazetteers, faults = read_gazetteers(shipped, own)
    if faults:
        raise ConfigError(faults)
    return gazetteers


def _entry(row: EntryTable) -> Entry:
    """Make an entry; its own name is a spelling too when no other is given."""
    spellings = row.spellings or (() if row.acronyms else (row.name,))
    return Entry(row.id, row.name, row.country, frozenset(row.groups), spellings, row.acronyms)


def _gazetteer(name: str, entries: tuple[Entry, ...]) -> Gazetteer:
    """Make a gazetteer and digest it."""
    digest = hashlib.sha256()
    for entry in entries:
        words = (entry.id, entry.country, sorted(entry.groups), entry.spellings, entry.acronyms)
        digest.update(repr(words).encode())
    return Gazetteer(name, entries, digest.hexdigest()[:16])


def _faults(path: Path, table: GazetteerTable) -> list[Fault]:
    """Find ids given twice, and spellings without a letter."""
    faults: list[Fault] = []
    ids: set[str] = set()
    for number, row in enumerate(table.entry, start=1):
        place = f"{path}: entry[{number}]"
        if row.id in ids:
            faults.append(Fault(f"{place}.id", f"{row.id!r} is given twice", "rename one of them"))
        ids.add(row.id)
        entry = _entry(row)
        for spelling in (*entry.spellings, *entry.acronyms):
            if not any(char.isalnum() for char in fold_term(spelling)):
                problem = f"the spelling {spelling!r} holds no letter or digit"
                faults.append(Fault(f"{place}.spellings", problem, "take it away"))
    return faults


def _clashes(rows: Iterable[tuple[Entry, str]]) -> list[Fault]:
    """Find spellings that two entries of a gazetteer share; `rows` are entries with their place.

    Acronyms that differ in case are two, but a spelling stands for every case.
    """
    faults: list[Fault] = []
    spellings: dict[str, str] = {}
    acronyms: dict[str, str] = {}
    folded_acronyms: dict[str, str] = {}
    for entry, place in rows:
        shared: dict[str, str | None] = {}
        for spelling in entry.spellings:
            key = fold_term(spelling)
            shared[spelling] = spellings.setdefault(key, entry.id)
            if shared[spelling] == entry.id:
                shared[spelling] = folded_acronyms.get(key, entry.id)
        for acronym in entry.acronyms:
            key = fold_term(acronym)
            folded_acronyms.setdefault(key, entry.id)
            shared[acronym] = acronyms.setdefault(acronym, entry.id)
            if shared[acronym] == entry.id:
                shared[acronym] = spellings.get(key, entry.id)
        for word, owner in shared.items():
            if owner != entry.id:
                problem = f"{word!r} is a spelling of {owner!r} too"
                remedy = "keep it in one entry, or add the words that tell them apart"
                faults.append(Fault(place, problem, remedy))
    return faults
