"""Rows of a gazetteer's file written out: braces, names made from a country's, and contexts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from wirewatch.errors import Fault
from wirewatch.rules.gazetteer.entry import Context, Entry, Generic
from wirewatch.rules.gazetteer.faults import without_letters
from wirewatch.rules.gazetteer.spellings import (
    Country,
    Endings,
    SpellingError,
    bare,
    expanded,
    may_lack_letters,
    named_after,
    resolved,
)
from wirewatch.rules.gazetteer.table import ContextTable, CountryTable, EntryTable, GenericTable
from wirewatch.text.fold import fold_term

_LEGISLATURE = ("parliament", "legislature")  # what the press calls that of any country
_CHAMBERS = {"lower": ("lower house",), "upper": ("upper house",)}
_BESIDE = {*_LEGISLATURE, "lower house", "upper house"}  # else every parliament of a text is one
_PAGE = "see docs/gazetteers.md"


@dataclass(frozen=True)
class Writing:
    """Writes the texts of one row out, and notes what is wrong with them."""

    place: str
    endings: Endings
    faults: list[Fault]

    def kept(self, key: str, texts: Iterable[str]) -> tuple[str, ...]:
        """Check some spellings, and give them with their braces."""
        found: dict[str, None] = {}
        for text in texts:
            try:
                found[resolved(text, self.endings)] = None
            except SpellingError as error:
                self.wrong(key, f"{text!r}: {error}", _PAGE)
            if text.endswith("*"):
                problem = f"{text!r}: only `near` and `words` may end in a star"
                self.wrong(key, problem, "write the endings out, in braces")
        place = f"{self.place}.{key}"
        for text in found:
            if may_lack_letters(text):
                self.faults.extend(without_letters(place, expanded(text, {})))
        return tuple(found)

    def out(self, key: str, texts: Iterable[str], *, stars: bool = False) -> tuple[str, ...]:
        """Write some texts out; with `stars` they may be beginnings of words."""
        found: dict[str, None] = {}
        for text in texts:
            try:
                found |= dict.fromkeys(expanded(text, self.endings))
            except SpellingError as error:
                self.wrong(key, f"{text!r}: {error}", _PAGE)
            if text.endswith("*") and not stars:
                problem = f"{text!r}: only `near` and `words` may end in a star"
                self.wrong(key, problem, "write the endings out, in braces")
        self.faults.extend(without_letters(f"{self.place}.{key}", found))
        return tuple(found)

    def wrong(self, key: str, problem: str, remedy: str) -> None:
        """Note what is wrong with a key."""
        self.faults.append(Fault(f"{self.place}.{key}", problem, remedy))


def country_of(row: CountryTable, writing: Writing) -> Country:
    """Write a country out."""
    names, people = writing.out("names", row.names), writing.out("people", row.people)
    return Country(
        code=row.code,
        names=names,
        people=people,
        words=tuple(
            dict.fromkeys(
                (*names, *people, *writing.out("words", (*row.words, *row.called_so()), stars=True))
            )
        ),
    )


def generic_of(name: str, rows: Sequence[tuple[GenericTable, Writing]]) -> Generic:
    """Write a general name out, as several files have it; it is written as it is called, too."""
    spellings = [text for row, writing in rows for text in writing.kept("spelled", row.written())]
    itself = () if name in _BESIDE else (name,)
    return Generic(name, tuple(dict.fromkeys((*itself, *spellings))), name in _BESIDE)


def entry_of(row: EntryTable, country: Country | None, writing: Writing) -> Entry:
    """Write an entry out; its own name is a spelling too when no other is given."""
    otherwise = row.acronyms or row.context or row.generic
    written = row.written() or (() if otherwise else (row.name,))
    generic = writing.out("generic", row.generic)
    shared = (*generic, *(_LEGISLATURE if row.kind == "legislature" else ()))
    made = named_after(country, shared) if country else ()
    contexts = [
        _context(f"context[{number}]", context, row, country, writing)
        for number, context in enumerate(row.context, start=1)
    ]
    if row.generic:
        _near(country, row, "generic", writing)
    return Entry(
        id=row.id,
        name=row.name,
        country=row.country,
        kind=row.kind,
        groups=frozenset(row.groups),
        spellings=tuple(dict.fromkeys((*writing.kept("spellings", written), *made))),
        acronyms=writing.out("acronyms", row.acronyms),
        contexts=tuple(contexts),
        generics=frozenset((*shared, *_CHAMBERS.get(row.chamber, ()))),
        unless=writing.kept("unless", row.unless),
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        successor=row.successor,
    )


def _context(
    key: str, context: ContextTable, row: EntryTable, country: Country | None, writing: Writing
) -> Context:
    """Write a context out, its surroundings folded as they are looked for."""
    if not (context.spellings or context.acronyms):
        writing.wrong(key, "names nothing to look for", "add `spellings` or `acronyms`")
    if not (context.near or context.country):
        remedy = "list them in `near`, or set `country = true`"
        writing.wrong(key, "names no words that must stand near", remedy)
    near = _folded(writing.out(f"{key}.near", context.near, stars=True))
    if context.country:
        near += _near(country, row, f"{key}.country", writing)
    return Context(
        spellings=writing.kept(f"{key}.spellings", context.spellings),
        acronyms=writing.out(f"{key}.acronyms", context.acronyms),
        near=near,
    )


def _near(country: Country | None, row: EntryTable, key: str, writing: Writing) -> tuple[str, ...]:
    """Give the key of the words that tell of a row's country, which must be known."""
    if country:
        return (country.key,)
    if row.country:
        problem = f"the country {row.country!r} has no [[country]] with its names"
        writing.wrong(key, problem, "add one, or list words in a context's `near`")
    else:
        writing.wrong(key, "the entry has no country", "give it one: country = …")
    return ()


def _folded(near: Iterable[str]) -> tuple[str, ...]:
    """Fold the words of a context, each once, and keep the stars."""
    folded = (fold_term(bare(word)) + "*" * word.endswith("*") for word in near)
    return tuple(dict.fromkeys(folded))
