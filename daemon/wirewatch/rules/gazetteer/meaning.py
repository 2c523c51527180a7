"""What a name found in a text may mean, and every way in which a gazetteer writes its names."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from wirewatch.rules.gazetteer.entry import Entry, Generic
from wirewatch.rules.gazetteer.spellings import Country, bare
from wirewatch.text.fold import exact


class Spelling(NamedTuple):
    """A way to write an entry; `entry` is None for a phrase that hides names within it.

    `exact` is set where the case counts; `near` are the words of its context, if it needs one.
    A general name has `members` instead, each country's key with the entry that it means there,
    and may have to stand `beside` the country's name.
    """

    gazetteer: str
    entry: str | None
    exact: str | None = None
    near: tuple[str, ...] = ()
    members: tuple[tuple[str, str], ...] = ()
    beside: bool = False


class Sign(NamedTuple):
    """A word that tells of a context, by the context's `key`; with `prefix` it may go on.

    `exact` is set where the case counts.
    """

    key: str
    prefix: bool = False
    exact: str | None = None


Meaning = Spelling | Sign


def meanings(
    name: str,
    entries: Sequence[Entry],
    generics: Iterable[Generic] = (),
    countries: Iterable[Country] = (),
    unless: Iterable[str] = (),
) -> Iterable[tuple[str, Meaning]]:
    """Give everything that the gazetteer `name` looks for, as text with its braces, and meaning."""
    former_first = sorted(entries, key=lambda entry: entry.valid_until is None)
    for entry in entries:
        yield from _spellings(name, entry)
    for generic in generics:
        members = {
            f"#{entry.country}": entry.id
            for entry in former_first
            if generic.name in entry.generics and entry.country
        }
        shared = Spelling(name, "", members=tuple(members.items()), beside=generic.beside)
        for text in generic.spellings if members else ():
            yield text, shared
    for country in countries:
        for word in country.words:
            yield bare(word), Sign(country.key, word.endswith("*"), country.exact(word))
    for text in unless:
        yield text, Spelling(name, None)
    contexts = (context for entry in entries for context in entry.contexts)
    for word in dict.fromkeys(word for context in contexts for word in context.near):
        if not word.startswith("#"):
            yield bare(word), Sign(word, word.endswith("*"))


def _spellings(name: str, entry: Entry) -> Iterable[tuple[str, Spelling]]:
    """Give every way to write one entry."""
    anywhere = Spelling(name, entry.id)
    for text in entry.spellings:
        yield text, anywhere
    for text in entry.acronyms:
        yield text, Spelling(name, entry.id, exact=exact(text))
    for context in entry.contexts:
        somewhere = Spelling(name, entry.id, near=context.near)
        for text in context.spellings:
            yield text, somewhere
        for text in context.acronyms:
            yield text, Spelling(name, entry.id, exact=exact(text), near=context.near)
    hidden = Spelling(name, None)
    for text in entry.unless:
        yield text, hidden
