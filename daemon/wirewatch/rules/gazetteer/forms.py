"""Spellings with braces as matching takes them: a head that is looked for, and its tails.

Written out, the world's parliaments are two hundred thousand names; most of them differ only
behind the same beginning. The head goes into the automaton, and only when it
is found first are its tails written out.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Generic, TypeVar

from wirewatch.rules.gazetteer.spellings import expanded
from wirewatch.text.fold import fold

_SHORTEST_HEAD = 4  # letters: shorter ones are found so often that trying their tails costs more
_PARTING = " -‐‑–—"  # what folds to a space: of that the tail begins with, not the head ends
_BRACES = re.compile(r"\{([^{}]*)\}")
_CYRILLIC, _OTHERS = re.compile("[Ѐ-ԯ]"), re.compile(r"[^\W\d_Ѐ-ԯ]")
_Meant = TypeVar("_Meant")


def forms(spelling: str) -> Iterator[tuple[str, str]]:
    """Cut a spelling, in which every ending is written out, into folded heads with their tails.

    A tail is empty where the head is all. Braces in front of a head that is long enough are
    written out.
    """
    waiting = [" ".join(spelling.split())]
    while waiting:
        text = waiting.pop()
        found = _BRACES.search(text)
        if found is None:
            yield _folded(text).strip(), ""
            continue
        head = text[: found.start()].rstrip(_PARTING)
        tail = text[len(head) :]
        if sum(map(str.isalnum, head)) >= _SHORTEST_HEAD and not _depends(text):
            yield _folded(head).strip(), tail
            continue
        before, after = text[: found.start()], text[found.end() :]
        waiting += [f"{before}{part.strip()}{after}" for part in found[1].split(",")]


class Tails(Generic[_Meant]):
    """All tails of one head, each with what it means; written out when the head is found first."""

    def __init__(self) -> None:
        self._tails: list[tuple[str, _Meant]] = []
        self._written: dict[int, dict[str, list[_Meant]]] | None = None

    def add(self, tail: str, meant: _Meant) -> None:
        """Add a tail, before any is looked for."""
        self._tails.append((tail, meant))

    def found(self, text: str, end: int) -> Iterator[tuple[int, _Meant]]:
        """Give where a text goes on as a tail does behind the head that ends at `end`."""
        if self._written is None:
            self._written = self._out()
        for length, ways in self._written.items():
            for meant in ways.get(text[end : end + length], ()):
                yield end + length, meant

    def _out(self) -> dict[int, dict[str, list[_Meant]]]:
        """Write the tails out, by length."""
        written: dict[int, dict[str, list[_Meant]]] = {}
        for tail, meant in self._tails:
            for way in tails(tail):
                written.setdefault(len(way), {}).setdefault(way, []).append(meant)
        return written


def tails(tail: str) -> tuple[str, ...]:
    """Write a tail out and fold it: every way in which a spelling may go on, each once."""
    return tuple({_folded(f"1{rest}")[1:].rstrip() for rest in _ways(tail)})


def _ways(tail: str) -> list[str]:
    """Write a tail out; white space at its beginning is kept."""
    return [way[1:] for way in expanded(f"1{tail}", {})]


def _depends(spelling: str) -> bool:
    """Tell whether a letter may be folded otherwise for what stands before it.

    As marks are that join a letter, and letters of two scripts in one word.
    """
    if spelling.isascii():
        return False
    two_scripts = _CYRILLIC.search(spelling) and _OTHERS.search(spelling)
    return bool(two_scripts) or any(map(unicodedata.combining, spelling))


def _folded(text: str) -> str:
    """Fold a piece of a spelling; what parts its words is one space."""
    return re.sub(r"\s+", " ", fold(unicodedata.normalize("NFC", text)).text)
