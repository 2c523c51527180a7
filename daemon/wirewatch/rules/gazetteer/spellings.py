"""What a gazetteer says in short, written out: case endings, and names made from a country's.

`Дум{а,ы,е}` stands for each alternative, `Парламенті{kk-i}` for each ending that `[endings]` lists
under that name. From a country's names come 'Parliament of …', '… parliament' and their like.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

_BRACES = re.compile(r"\{([^{}]*)\}")
_MOST = 2_000  # ways to write one spelling

Endings = Mapping[str, tuple[str, ...]]


class SpellingError(Exception):
    """A spelling cannot be written out."""


@dataclass(frozen=True, slots=True)
class Country:
    """A country as the press calls it, for the names that are made from its own.

    `names` and `people` are English ('Kazakhstan', 'Kazakh'); `words` tell in any language that
    a text is about it, and may end in `*`.
    """

    code: str
    names: tuple[str, ...]
    people: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    def near(self) -> tuple[str, ...]:
        """Give the words that tell that a text is about this country."""
        return (*self.names, *self.people, *self.words)


def expanded(spelling: str, endings: Endings) -> tuple[str, ...]:
    """Write a spelling out, without double spaces and each way once.

    Raises SpellingError for an ending that is not listed, braces that do not close, or far too
    many alternatives.
    """
    if "{" not in spelling and "}" not in spelling:
        return (spelling,)
    pieces = _BRACES.split(spelling)
    if any(mark in piece for piece in pieces[::2] for mark in "{}"):
        raise SpellingError("a brace is not closed, or opened twice")
    choices = [
        _alternatives(piece, endings) if number % 2 else (piece,)
        for number, piece in enumerate(pieces)
    ]
    count = 1
    for choice in choices:
        count *= len(choice)
    if count > _MOST:
        raise SpellingError(f"{count:,} ways to write it, the limit is {_MOST:,}")
    return tuple(dict.fromkeys(" ".join("".join(way).split()) for way in product(*choices)))


def bare(word: str) -> str:
    """Give a word that may begin others (`Kazakh*`) without its star."""
    return word.removesuffix("*")


def _alternatives(inside: str, endings: Endings) -> tuple[str, ...]:
    """Give what may stand in place of one pair of braces."""
    if "," in inside:
        return tuple(part.strip() for part in inside.split(","))
    if inside not in endings:
        known = ", ".join(sorted(endings)) or "none"
        raise SpellingError(f"the ending {inside!r} is not listed under [endings] (known: {known})")
    return endings[inside]


def named_after(country: Country, generics: Iterable[str]) -> Iterator[str]:
    """Make the names that generic words have in a country: 'Senate of France', 'French Senate'."""
    for generic in generics:
        for name in country.names:
            yield f"{generic} of {name}"
            yield f"{generic} of the {name}"
            yield f"{name} {generic}"
            yield f"{name}'s {generic}"
        for people in country.people:
            yield f"{people} {generic}"
