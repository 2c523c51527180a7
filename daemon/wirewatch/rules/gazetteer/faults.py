"""What can be wrong with gazetteers: every fault found, none put right in silence."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from wirewatch.errors import Fault
from wirewatch.rules.gazetteer.entry import Entry
from wirewatch.rules.gazetteer.gazetteer import Gazetteer, meant, reached
from wirewatch.rules.gazetteer.spellings import expanded
from wirewatch.rules.gazetteer.table import GazetteerTable
from wirewatch.text.fold import exact, fold_term
from wirewatch.tomlfile import nearest


def twice(path: Path, table: GazetteerTable) -> list[Fault]:
    """Find what a file gives twice, ends before their beginning, and a file that says nothing."""
    faults: list[Fault] = []
    if not table.model_fields_set - {"name", "title", "replace"}:
        faults.append(Fault(f"{path}: entry", "an entry is needed", "add it: [[entry]]"))
    faults += _doubled(f"{path}: country", "code", [row.code for row in table.country])
    faults += _doubled(f"{path}: entry", "id", [row.id for row in table.entry])
    for number, row in enumerate(table.entry, start=1):
        if row.valid_from and row.valid_until and row.valid_from > row.valid_until:
            problem = f"{row.valid_until} is before valid_from, {row.valid_from}"
            place = f"{path}: entry[{number}].valid_until"
            faults.append(Fault(place, problem, "put the two right"))
    return faults


def _doubled(place: str, key: str, names: Sequence[str]) -> list[Fault]:
    """Find names that stand twice."""
    faults: list[Fault] = []
    known: set[str] = set()
    for number, name in enumerate(names, start=1):
        if name in known:
            problem, remedy = f"{name!r} is given twice", "rename one of them, or take it away"
            faults.append(Fault(f"{place}[{number}].{key}", problem, remedy))
        known.add(name)
    return faults


def without_letters(place: str, words: Iterable[str]) -> list[Fault]:
    """Find words that hold nothing that could be looked for."""
    return [
        Fault(place, f"{word!r} holds no letter or digit", "take it away")
        for word in words
        if not any(char.isalnum() for char in fold_term(word))
    ]


def clashes(entries: Iterable[Entry], place: Callable[[int], str]) -> list[Fault]:
    """Find spellings that two entries of a gazetteer share, wherever they mean one without more.

    Acronyms that differ in case are two, but a spelling stands for every case. What counts only
    in some context may be shared: the nearest context decides. `place` says where an entry stands.
    """
    faults: list[Fault] = []
    spellings: dict[str, str] = {}
    acronyms: dict[str, str] = {}
    folded_acronyms: dict[str, str] = {}
    for number, entry in enumerate(entries):
        owners: dict[str, str] = {}
        for spelling in (word for text in entry.spellings for word in expanded(text, {})):
            key = fold_term(spelling)
            owner = spellings.setdefault(key, entry.id)
            owners[spelling] = folded_acronyms.get(key, owner) if owner == entry.id else owner
        for acronym in entry.acronyms:
            key = fold_term(acronym)
            folded_acronyms.setdefault(key, entry.id)
            owner = acronyms.setdefault(exact(acronym), entry.id)
            owners[acronym] = spellings.get(key, owner) if owner == entry.id else owner
        for word, owner in owners.items():
            if owner != entry.id:
                problem = f"{word!r} is a spelling of {owner!r} too"
                remedy = "keep it in one entry, or add the words that tell them apart"
                faults.append(Fault(place(number), problem, remedy))
    return faults


def gone_nowhere(entries: Sequence[Entry], place: Callable[[int], str]) -> list[Fault]:
    """Find successors that are no other entry of their list."""
    named = [(number, entry) for number, entry in enumerate(entries) if entry.successor]
    ids = {entry.id for entry in entries} if named else set()
    return [
        Fault(
            f"{place(number)}.successor",
            f"there is no other entry {entry.successor!r}",
            nearest(str(entry.successor), sorted(ids - {entry.id}), "entries"),
        )
        for number, entry in named
        if entry.successor not in ids - {entry.id}
    ]


def wrong_includes(fresh: Mapping[str, Gazetteer], known: Mapping[str, Gazetteer]) -> list[Fault]:
    """Find lists that include what is not there, known or fresh, or themselves through others."""
    faults: list[Fault] = []
    gazetteers = {**known, **fresh}
    for name, gazetteer in fresh.items():
        place = f"@{name}: include"
        for other in gazetteer.include:
            inner, _, part = other.partition(":")
            if inner not in gazetteers:
                remedy = nearest(inner, list(gazetteers), "gazetteers")
                faults.append(Fault(place, f"there is no list {inner!r}", remedy))
            elif part and _ends(inner, gazetteers) and not meant(gazetteers, inner, part):
                lists = [gazetteers[one] for one in (inner, *reached(gazetteers, inner))]
                remedy = nearest(part, [one for known in lists for one in known.parts()], "parts")
                faults.append(Fault(place, f"@{inner} has no {part!r}", remedy))
        cycle = _cycle(name, gazetteers, ())
        if cycle:
            path = " includes ".join(f"@{step}" for step in cycle)
            faults.append(Fault(place, f"goes in a circle: {path}", "break it"))
    return faults


def _ends(name: str, gazetteers: Mapping[str, Gazetteer]) -> bool:
    """Tell whether includes can be followed from a list to their end: all there, no circle."""
    return all(
        one in gazetteers and one not in reached(gazetteers, one)
        for one in (name, *reached(gazetteers, name))
    )


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
