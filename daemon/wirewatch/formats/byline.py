"""Who wrote a story, without the word that says so."""

import re

_BY = re.compile(r"by(?:[\s:]+|\Z)", re.IGNORECASE)
_IN_FRONT = frozenset(("By", "BY"))


def without_by(byline: str) -> str | None:
    """Give a byline without its 'By'; None where nothing is left."""
    by = _BY.match(byline)
    return (byline[by.end() :].strip(" ,;") if by else byline) or None


def signed_by(line: str, *words: str) -> str:
    """Give whom a line names that begins with 'By', or with one of some words; else nothing."""
    word, _, writer = line.partition(" ")
    return writer if word in _IN_FRONT.union(words) else ""
