"""From files to gazetteers: put together, written out, and every fault told at once."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Generic, TypeVar

from wirewatch.errors import ConfigError, Fault
from wirewatch.rules.gazetteer.entry import Entry
from wirewatch.rules.gazetteer.faults import clashes, gone_nowhere, twice, wrong_includes
from wirewatch.rules.gazetteer.gazetteer import Gazetteer, reached
from wirewatch.rules.gazetteer.spellings import Endings, merged
from wirewatch.rules.gazetteer.table import CountryTable, EntryTable, GazetteerTable, GenericTable
from wirewatch.rules.gazetteer.wordlist import is_wordlist, read_wordlist
from wirewatch.rules.gazetteer.writing import Writing, country_of, entry_of, generic_of
from wirewatch.tomlfile import read_partly

_Read = CountryTable | EntryTable | GenericTable | Entry
_What_co = TypeVar("_What_co", bound=_Read, covariant=True)
_NO_ENDINGS: Endings = {}
NOTHING: Mapping[str, Gazetteer] = {}


@dataclass(frozen=True, slots=True)
class _Row(Generic[_What_co]):
    """A country or an entry as a file has it, with its number there and the endings of the file.

    Of a plain list it is the line's number. Places are written only for faults: lists are long.
    """

    what: _What_co
    path: Path
    number: int
    endings: Endings

    def place(self) -> str:
        """Say where it stands."""
        if isinstance(self.what, Entry):
            return f"{self.path}: line {self.number}"
        kind = type(self.what).__name__.removesuffix("Table").lower()
        return f"{self.path}: {kind}[{self.number}]"


@dataclass
class _List:
    """One gazetteer as its files have it so far."""

    rows: dict[str, _Row[EntryTable | Entry]] = field(default_factory=dict)
    countries: dict[str, list[_Row[CountryTable]]] = field(default_factory=dict)
    endings: dict[str, tuple[str, ...]] = field(default_factory=dict)
    generics: dict[str, list[_Row[GenericTable]]] = field(default_factory=dict)
    unless: list[tuple[Path, GazetteerTable]] = field(default_factory=list)
    include: tuple[str, ...] = ()
    checked: bool = False


def read_gazetteers(
    shipped: Iterable[Path], own: Iterable[Path], known: Mapping[str, Gazetteer] = NOTHING
) -> tuple[dict[str, Gazetteer], list[Fault]]:
    """Read gazetteers, the shipped ones, then those of a configuration; give every fault too.

    Files of the same name make one list; one that has shipped files only is not searched for
    clashes, which takes seconds and is done when it is made. A later entry takes the place of one
    of the same id, a later country adds to one of the same code; with `replace = true` a file takes
    the place of the whole list so far. They may include lists that are `known` already.
    """
    faults: list[Fault] = []
    lists: dict[str, _List] = {}
    own_files = list(own)
    for path in [*shipped, *own_files]:
        if is_wordlist(path):
            name, entries, found = read_wordlist(path)
            rows = {entry.id: _Row(entry, path, number, _NO_ENDINGS) for number, entry in entries}
            lists.setdefault(name, _List()).rows.update(rows)
            lists[name].checked = True
            faults += found
            continue
        table, found = read_partly(path, GazetteerTable)
        faults += found
        if table is not None:
            faults += twice(path, table)
            _add(lists, path, table)
            lists[table.name].checked |= path in own_files
    gazetteers = {name: _gazetteer(name, known, faults) for name, known in lists.items()}
    wrong = wrong_includes(gazetteers, known)
    return gazetteers if wrong else _digested(gazetteers, known), faults + wrong


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
    if table.unless:
        known.unless.append((path, table))
    for number, country in enumerate(table.country, start=1):
        row = _Row(country, path, number, table.endings)
        known.countries.setdefault(country.code, []).append(row)
    for number, generic in enumerate(table.generic, start=1):
        known.generics.setdefault(generic.name, []).append(
            _Row(generic, path, number, table.endings)
        )
    for number, entry in enumerate(table.entry, start=1):
        known.rows[entry.id] = _Row(entry, path, number, table.endings)


def _gazetteer(name: str, known: _List, faults: list[Fault]) -> Gazetteer:
    """Write a list out, and digest what decides what it finds."""
    countries = {
        code: merged([country_of(row.what, _writing(row, known, faults)) for row in rows])
        for code, rows in known.countries.items()
    }
    entries = tuple(
        row.what
        if isinstance(row.what, Entry)
        else entry_of(row.what, countries.get(row.what.country or ""), _writing(row, known, faults))
        for row in known.rows.values()
    )
    named = dict.fromkeys(name for entry in entries for name in sorted(entry.generics))
    generics = tuple(
        generic_of(name, [(row.what, _writing(row, known, faults)) for row in rows])
        for name in (known.generics | named)
        for rows in (known.generics.get(name, []),)
    )
    unless = tuple(
        text
        for path, table in known.unless
        for text in Writing(str(path), known.endings | table.endings, faults).kept(
            "unless", table.otherwise()
        )
    )
    rows = list(known.rows.values())
    if known.checked:
        faults += clashes(entries, lambda number: rows[number].place())
    faults += gone_nowhere(entries, lambda number: rows[number].place())
    listed = (known.include, sorted(countries.items()), generics, unless)
    digest = hashlib.sha256(repr(listed).encode())
    for entry in entries:
        found = (entry.spellings, entry.acronyms, entry.contexts, entry.unless)
        digest.update(repr((entry.id, entry.country, sorted(entry.groups), found)).encode())
    return Gazetteer(
        name,
        entries,
        digest.hexdigest()[:16],
        known.include,
        tuple(countries.values()),
        generics,
        unless,
    )


def _writing(row: _Row[_Read], known: _List, faults: list[Fault]) -> Writing:
    """Give what writes a row out: endings mean what its own file says, before the list's others."""
    return Writing(row.place(), known.endings | dict(row.endings), faults)


def _digested(
    gazetteers: Mapping[str, Gazetteer], known: Mapping[str, Gazetteer]
) -> dict[str, Gazetteer]:
    """Give the lists with digests that change with the lists that they include, too."""
    digested = dict(gazetteers)
    every = {**known, **gazetteers}
    for name, gazetteer in gazetteers.items():
        inner = [every[other].digest for other in sorted(reached(every, name))]
        if inner:
            whole = hashlib.sha256(repr((gazetteer.digest, inner)).encode())
            digested[name] = replace(gazetteer, digest=whole.hexdigest()[:16])
    return digested
