"""The names of a gazetteer compiled: every way to write them, in a trie, with what each means.

Written out, the world's parliaments are more than a million names; in a trie (marisa_trie: LOUDS,
nested) they take a few megabytes. An automaton of all of them would take hundreds: it looks only
for `heads`, beginnings that few names share, and where a word of a text begins with one of them,
the trie tells which names stand there.
"""

import re
import unicodedata
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import compress, count, islice, product
from typing import NamedTuple, Self

from marisa_trie import Trie

from wirewatch.rules.gazetteer.meaning import Meaning, Sign
from wirewatch.rules.gazetteer.spellings import expanded
from wirewatch.text.fold import fold, fold_term

_SHORTEST_HEAD = 4  # characters: shorter ones begin too many words
_SHARE = 64  # names that may share a head: fewer make more heads, more make more futile look-ups
_MOST_SHORT = 65_536  # senses that fit two bytes
_BRACES = re.compile(r"\{([^{}]*)\}")
_DASH = re.compile(r"(?<=\w)-(?=\w)")
_CYRILLIC, _OTHERS = re.compile("[Ѐ-ԯ]"), re.compile(r"[^\W\d_Ѐ-ԯ]")


@dataclass(frozen=True)
class Lexicon:
    """All names, folded; the n-th of them has the meanings `senses[meant[n]]`.

    The heads are joined by newlines, which no name holds: a hundred thousand strings of their own
    would take five times the memory.
    """

    names: Trie
    meant: "array[int]"
    senses: tuple[tuple[Meaning, ...], ...]
    joined_heads: str
    longest: int

    @property
    def heads(self) -> list[str]:
        """Give the heads."""
        return self.joined_heads.split("\n") if self.joined_heads else []

    def found(self, text: str, start: int) -> list[tuple[int, tuple[Meaning, ...]]]:
        """Give each name that a folded text has from `start` on: behind its end, and meanings."""
        stretch = text[start : start + self.longest]
        return [
            (start + len(name), self.senses[self.meant[number]])
            for name, number in self.names.iter_prefixes_with_ids(stretch)
        ]

    def meaning(self, wanted: Callable[[Meaning], bool]) -> Iterator[str]:
        """Give the names that have some meanings."""
        chosen = {number for number, sense in enumerate(self.senses) if any(map(wanted, sense))}
        found = compress(count(), map(chosen.__contains__, self.meant))
        return map(self.names.restore_key, found)

    @classmethod
    def of(cls, meanings: Iterable[tuple[str, Meaning]]) -> Self:
        """Compile texts, with braces, and what each means: some microseconds a name."""
        written: dict[str, tuple[Meaning, ...]] = {}
        known: dict[Meaning, Meaning] = {}
        for text, meaning in meanings:
            shared = known.setdefault(meaning, meaning)
            for name in ways(text):
                sense = written.get(name, ())
                if shared not in sense:
                    written[name] = (*sense, shared)
        names = Trie(written)
        senses: dict[tuple[Meaning, ...], int] = {}
        meant = array("H" if len(set(written.values())) <= _MOST_SHORT else "I", [0]) * len(written)
        for name, sense in written.items():
            meant[names.key_id(name)] = senses.setdefault(sense, len(senses))
        heads = "\n".join(_heads(sorted(written), _SHARE))
        return cls(names, meant, tuple(senses), heads, max(map(len, written), default=0))


class Compiled(NamedTuple):
    """What a gazetteer looks for: names, and the words that tell of the contexts of names."""

    names: Lexicon
    signs: Lexicon


def compiled(meanings: Iterable[tuple[str, Meaning]]) -> Compiled:
    """Compile a gazetteer; see `Lexicon.of`. What a dash joins may be written as one word too."""
    names: list[tuple[str, Meaning]] = []
    signs: list[tuple[str, Meaning]] = []
    for text, meaning in meanings:
        if isinstance(meaning, Sign):
            signs.append((text, meaning))
            continue
        names.append((text, meaning))
        if "-" in text and not meaning.exact:
            names.append((_DASH.sub("", text), meaning))
    return Compiled(Lexicon.of(names), Lexicon.of(signs))


def ways(spelling: str) -> set[str]:
    """Write a spelling out, folded, each way once."""
    if "{" not in spelling:
        return {fold_term(spelling)}
    if _depends(spelling):
        return {fold_term(way) for way in expanded(spelling, {})}
    pieces = _BRACES.split(spelling)
    choices = [
        [_folded(part) for part in (piece.split(",") if number % 2 else [piece])]
        for number, piece in enumerate(pieces)
    ]
    return {" ".join("".join(way).split()) for way in product(*choices)}


def _depends(spelling: str) -> bool:
    """Tell whether a letter may be folded otherwise for what stands beside it.

    As marks are that join a letter, and letters of two scripts in one word.
    """
    if spelling.isascii():
        return False
    two_scripts = _CYRILLIC.search(spelling) and _OTHERS.search(spelling)
    return bool(two_scripts) or any(map(unicodedata.combining, spelling))


def _folded(piece: str) -> str:
    """Fold a piece of a spelling, in which no two letters depend on each other."""
    return fold(unicodedata.normalize("NFC", piece)).text


def beginnings(names: Sequence[str], most: int) -> list[str] | None:
    """Give at most so many beginnings of names, given in order, of which each name has one.

    None where more are needed.
    """
    if len(_first_heads(names, len(names), most + 1)) > most:
        return None
    share = 1
    while len(heads := _first_heads(names, share, most + 1)) > most:
        share *= 4
    return heads


def _first_heads(names: Sequence[str], share: int, most: int) -> list[str]:
    """Give at most so many beginnings of names, given in order."""
    return list(islice(_heads(names, share), most))


def _heads(names: Sequence[str], share: int) -> Iterable[str]:
    """Give beginnings of names, given in order, so that each name begins with one of them."""
    waiting = [(0, len(names), _SHORTEST_HEAD)]
    while waiting:
        place, behind, length = waiting.pop()
        while place < behind:
            head = names[place][:length]
            last = place + 1
            while last < behind and names[last].startswith(head):
                last += 1
            if last - place <= share or len(head) < length:
                yield _shared(names[place], names[last - 1], len(head))
            else:
                waiting.append((place, last, length + 1))
            place = last


def _shared(first: str, last: str, length: int) -> str:
    """Give how two names begin that share so many characters or more."""
    most = min(len(first), len(last))
    while length < most and first[length] == last[length]:
        length += 1
    return first[:length]
