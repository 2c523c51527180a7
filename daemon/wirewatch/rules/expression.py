r"""The only door to RE2: regular expressions that a person writes, safe on any text.

RE2 takes time in proportion to the text whatever the expression (https://github.com/google/re2).
Its `\w` and `\b` know ASCII only, so word characters are written out here, and a stretch counts
when it begins and ends where words do.
"""

import re
from functools import cache, lru_cache
from importlib import import_module
from typing import Any

from wirewatch.text.fold import fold
from wirewatch.text.words import UNSPACED, ends_word, starts_word

_LETTERS = r"\pL\pM\pN_"
_APART = rf"(?:[^{_LETTERS}]|[{UNSPACED}]|\z)"  # what a word does not go on with
_WORDS = {r"\w": f"[{_LETTERS}]", r"\W": f"[^{_LETTERS}]", r"\d": r"\pN", r"\D": r"\PN"}
_IN_CLASS = {r"\w": _LETTERS, r"\d": r"\pN", r"\D": r"\PN"}
_CLASS = r"\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]"
_ESCAPES = re.compile(rf"(?P<in_class>{_CLASS})|\\.", re.DOTALL)
_MEMORY = 8_000_000  # bytes that one expression may take when compiled
_SHORTEST = 3  # characters of a literal that is worth being looked for


class ExpressionError(Exception):
    """An expression cannot be used; the message says why."""


@cache
def _library() -> Any:  # noqa: ANN401 - RE2 is untyped
    """Load RE2 when the first expression is met: it takes 4 MB, and most rules need none."""
    return import_module("re2")


@lru_cache(maxsize=4_096)
def _compiled(expression: str, *, whole: bool = False) -> Any:  # noqa: ANN401 - RE2 is untyped
    """Compile an expression, without regard to case unless it says `(?-i)`.

    With `whole` it is the first group, and only what ends a word.
    """
    options = _library().Options()
    options.log_errors = False
    options.max_mem = _MEMORY
    options.case_sensitive = False
    written = _ESCAPES.sub(_written_out, expression)
    return _library().compile(rf"({written}){_APART}" if whole else written, options)


def _written_out(found: re.Match[str]) -> str:
    """Write out what means words or digits, alone or in a class."""
    if not found["in_class"]:
        return _WORDS.get(found[0], found[0])
    return re.sub(r"\\.", lambda one: _IN_CLASS.get(one[0], one[0]), found[0], flags=re.DOTALL)


def fault_of(expression: str) -> str | None:
    """Say why an expression cannot be used; None when it can."""
    escapes = [found[0] for found in _ESCAPES.finditer(expression)]
    if any(escape in {r"\b", r"\B"} for escape in escapes):
        return r"\b knows ASCII only in RE2; an expression stands between whole words as it is"
    if any(escape[0] == "[" and r"\W" in escape for escape in escapes):
        return r"\W within [ ] knows ASCII only in RE2; write [^\w]"
    try:
        found = _compiled(expression)
        _compiled(expression, whole=True)
    except _library().error as error:
        said = error.args[0]
        return f"RE2 refuses it: {said.decode() if isinstance(said, bytes) else said}"
    return "it is true of an empty text" if found.search("") else None


def described(expression: str, text: str) -> list[tuple[int, int]]:
    """Give the stretches of a text that an expression describes and that begin and end words."""
    begun = [
        found.span()
        for found in _compiled(expression).finditer(text)
        if starts_word(text, found.start())
    ]
    kept = [(start, end) for start, end in begun if ends_word(text, end)]
    if len(kept) < len(begun):  # another of its alternatives may go on to the word's end
        for found in _compiled(expression, whole=True).finditer(text):
            start, end = found.span(1)
            free = all(end <= first or start >= last for first, last in kept)
            if start < end and free and starts_word(text, start):
                kept.append((start, end))
    return sorted(kept)


_SPECIAL = re.compile(
    r"""(?x)
    (?P<escaped>\\[^\w\s])          # a character that stands for itself
    | (?P<class>\\(?:[pP](?:\{[^}]*\}|\w)|x(?:\{[^}]*\}|[0-9A-Fa-f]{2})|[0-7]+|\w)
        | \[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\] | [.^$])
    | (?P<repeated>[*?]|\{\d*,?\d*\})
    | (?P<plus>\+)
    | (?P<open>\((?:\?(?:P?<\w+>|[\w-]*[:)]))?) | (?P<close>\)) | (?P<or>\|)
    | (?P<plain>.)
    """,
    re.DOTALL,
)


_GAP = re.compile(r"\s{2,}|[^\S ]")


def literal_of(expression: str) -> str:
    """Give the longest text, folded, that every match must hold; empty when too short.

    White space of other kinds than a single space parts it, for folding keeps that as it is.
    """
    pieces = [piece for run in _runs(expression) for piece in _GAP.split(fold(run).text)]
    longest = max((piece.strip() for piece in pieces), key=len, default="")
    return longest if sum(map(str.isalnum, longest)) >= _SHORTEST else ""


def _runs(expression: str) -> list[str]:
    """Give the runs of characters that stand for themselves and that no match can do without."""
    runs = [""]
    depth = 0
    if r"\Q" in expression:  # what is quoted so is not looked into
        return []
    for token in _SPECIAL.finditer(expression):
        kind = token.lastgroup
        depth += (kind == "open" and not token[0].endswith(")")) - (kind == "close")
        if kind == "or" and depth == 0:
            return []
        if depth > 0 or kind == "close":
            runs.append("")
        elif kind == "plain":
            runs[-1] += token[0]
        elif kind == "escaped":
            runs[-1] += token[0][1]
        else:
            runs[-1] = runs[-1][:-1] if kind == "repeated" else runs[-1]
            runs.append("")
    return runs
