"""What a gazetteer says in short, written out: case endings, and names made from a country's.

`Дум{а,ы,е}` stands for each alternative, spaces and all, `Парламенті{kk-i}` for each ending that
`[endings]` lists under that name. From a country's names come 'Parliament of …', '… parliament'
and their like.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

_BRACES = re.compile(r"\{([^{}]*)\}")
_SHORT = 4  # letters of an abbreviation such as US, UAE, USSR
_MOST = 2_000  # ways to write one spelling

Endings = Mapping[str, tuple[str, ...]]


class SpellingError(Exception):
    """A spelling cannot be written out."""


@dataclass(frozen=True, slots=True)
class Country:
    """A country as the press calls it, for the names that are made from its own.

    `names` and `people` are English ('Kazakhstan', 'Kazakh'); `words` tell in any language that a
    text is about it, these among them; they may end in `*`, and short ones in capitals count only
    so: US is not us.
    """

    code: str
    names: tuple[str, ...]
    people: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    @staticmethod
    def exact(word: str) -> str | None:
        """Give the very letters that a word must have, where the case counts."""
        return word if len(word) <= _SHORT and word.isupper() else None

    @property
    def key(self) -> str:
        """Give what stands for all its words in a context: no word begins so."""
        return f"#{self.code}"


def merged(countries: Sequence[Country]) -> Country:
    """Put together what several files say of one country."""
    first, *others = countries
    for other in others:
        first = Country(
            first.code,
            tuple(dict.fromkeys((*first.names, *other.names))),
            tuple(dict.fromkeys((*first.people, *other.people))),
            tuple(dict.fromkeys((*first.words, *other.words))),
        )
    return first


def resolved(spelling: str, endings: Endings) -> str:
    """Give a spelling with its endings written in place of their names, and single spaces.

    Raises SpellingError for an ending that is not listed or of no use, braces that do not close,
    or far too many alternatives.
    """
    spelling = " ".join(spelling.split())
    if not _has_brace(spelling):
        return spelling
    pieces = _BRACES.split(spelling)
    if any(map(_has_brace, pieces[::2])):
        raise SpellingError("a brace is not closed, or opened twice")
    count = 1
    for number in range(1, len(pieces), 2):
        choice = _alternatives(pieces[number], endings)
        count *= len(choice)
        pieces[number] = f"{{{','.join(choice)}}}" if len(choice) > 1 else choice[0]
    if count > _MOST:
        raise SpellingError(f"{count:,} ways to write it, the limit is {_MOST:,}")
    return "".join(pieces)


def expanded(spelling: str, endings: Endings) -> tuple[str, ...]:
    """Write a spelling out, without double spaces and each way once.

    Raises SpellingError as `resolved` does.
    """
    pieces = _BRACES.split(resolved(spelling, endings))
    choices = [piece.split(",") if number % 2 else [piece] for number, piece in enumerate(pieces)]
    return tuple(dict.fromkeys(" ".join("".join(way).split()) for way in product(*choices)))


def may_lack_letters(spelling: str) -> bool:
    """Tell whether some way to write a spelling, endings written in, may have no letter or digit.

    None does where a letter stands outside all braces, or in each alternative of one.
    """
    pieces = _BRACES.split(spelling)
    return not any(
        all(any(map(str.isalnum, way)) for way in (piece.split(",") if number % 2 else [piece]))
        for number, piece in enumerate(pieces)
    )


def bare(word: str) -> str:
    """Give a word that may begin others (`Kazakh*`) without its star."""
    return word.removesuffix("*")


def _has_brace(text: str) -> bool:
    """Tell whether a text holds a brace of either kind."""
    return "{" in text or "}" in text


def _alternatives(inside: str, endings: Endings) -> tuple[str, ...]:
    """Give what may stand in place of one pair of braces."""
    if "," in inside:
        return tuple(inside.split(","))
    name = inside.strip()
    if name not in endings:
        known = ", ".join(sorted(endings)) or "none"
        raise SpellingError(f"the ending {name!r} is not listed under [endings] (known: {known})")
    if not endings[name]:
        raise SpellingError(f"the ending {name!r} lists nothing")
    if any(map(_has_brace, endings[name])):
        raise SpellingError(f"the ending {name!r} holds a brace itself")
    return endings[name]


def named_after(country: Country, generics: Iterable[str]) -> Iterator[str]:
    """Make the names that generic words have in a country: 'Senate of France', 'French Senate'."""
    for generic in generics:
        for name in country.names:
            yield f"{generic} of {name}"
            yield f"{generic} of the {name}"
            yield f"{name} {generic}"
            yield f"{name}'s {generic}"
            if name.endswith("s"):
                yield f"{name}' {generic}"
        for people in country.people:
            yield f"{people} {generic}"
