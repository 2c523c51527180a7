"""What can be wrong with gazetteers: every fault found, none put right in silence."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from wirewatch.errors import Fault
from wirewatch.rules.gazetteer.entry import Entry, Gazetteer
from wirewatch.rules.gazetteer.table import GazetteerTable
from wirewatch.text.fold import fold_term
from wirewatch.tomlfile import nearest


def twice(path: Path, table: GazetteerTable) -> list[Fault]:
    """Find ids given twice in a file, a file that says nothing, and ends before their beginning."""
    faults: list[Fault] = []
    if not (table.entry or table.include or table.country or table.endings):
        faults.append(Fault(f"{path}: entry", "an entry is needed", "add it: [[entry]]"))
    ids: set[str] = set()
    for number, row in enumerate(table.entry, start=1):
        place = f"{path}: entry[{number}]"
        if row.id in ids:
            faults.append(Fault(f"{place}.id", f"{row.id!r} is given twice", "rename one of them"))
        ids.add(row.id)
        if row.valid_from and row.valid_until and row.valid_from > row.valid_until:
            problem = f"{row.valid_until} is before valid_from, {row.valid_from}"
            faults.append(Fault(f"{place}.valid_until", problem, "put the two right"))
        faults += without_letters(f"{place}.acronyms", row.acronyms)
    return faults


def without_letters(place: str, words: Iterable[str]) -> list[Fault]:
    """Find words that hold nothing that could be looked for."""
    return [
        Fault(place, f"{word!r} holds no letter or digit", "take it away")
        for word in words
        if not any(char.isalnum() for char in fold_term(word))
    ]


def clashes(entries: Sequence[Entry], places: Sequence[str]) -> list[Fault]:
    """Find spellings that two entries of a gazetteer share, wherever they mean one without more.

    Acronyms that differ in case are two, but a spelling stands for every case. What counts only
    in some context may be shared: the nearest context decides.
    """
    faults: list[Fault] = []
    spellings: dict[str, str] = {}
    acronyms: dict[str, str] = {}
    folded_acronyms: dict[str, str] = {}
    for entry, place in zip(entries, places, strict=True):
        shared: dict[str, str] = {}
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
                faults.append(Fault(f"{place}.spellings", problem, remedy))
    return faults


def wrong_includes(gazetteers: Mapping[str, Gazetteer]) -> list[Fault]:
    """Find lists that include what is not there, or themselves by way of others."""
    faults: list[Fault] = []
    for name, gazetteer in gazetteers.items():
        for other in gazetteer.include:
            inner, _, part = other.partition(":")
            if inner not in gazetteers:
                remedy = nearest(inner, list(gazetteers), "gazetteers")
                faults.append(Fault(f"@{name}: include", f"there is no list {inner!r}", remedy))
            elif part and part not in gazetteers[inner].parts():
                remedy = nearest(part, gazetteers[inner].parts(), "parts")
                faults.append(Fault(f"@{name}: include", f"@{inner} has no {part!r}", remedy))
        cycle = _cycle(name, gazetteers, ())
        if cycle:
            path = " includes ".join(f"@{step}" for step in cycle)
            faults.append(Fault(f"@{name}: include", f"goes in a circle: {path}", "break it"))
    return faults


def _cycle(
    name: str, gazetteers: Mapping[str, Gazetteer], path: tuple[str, ...]
) -> tuple[str, ...]:
    """Follow includes from a list; give the way back to it, if there is one."""
    if name in path:
        return (*path, name) if name == path[0] else ()
    for other in gazetteers[name].include if name in gazetteers else ():
        found = _cycle(other.partition(":")[0], gazetteers, (*path, name))
        if found:
            return found
    return ()
