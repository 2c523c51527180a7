"""Where sentences begin and end: for the headline of an untitled story and an alert's excerpt."""

import re
from collections.abc import Iterator

_END = re.compile(
    r"""(?<![.!?…])[.!?…]++["'”’»)\]]*+(?=\s+["'“‘«(\[]*[^\W\d_a-zа-яё])|[。！？؟۔।]+["”»」]*|\n+"""
)
_ABBREVIATION = re.compile(
    r"(?:^|[\s(«“\"])(?:(?:[^\W\d_]\.)*[^\W\d_]|Mr|Mrs|Ms|Dr|Prof|Sen|Rep|Gov|Gen|St|No|vs|Jan"
    r"|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|г|ул|им|тов|проф|акад)\.$",
    re.IGNORECASE,
)


def sentences(text: str) -> list[tuple[int, int]]:
    """Give the stretches of the sentences of a text, in code points, without outer white space."""
    return list(_stretches(text))


def first_sentence(text: str) -> tuple[int, int]:
    """Give the stretch of the first sentence of a text that is not empty."""
    return next(_stretches(text))


def _stretches(text: str) -> Iterator[tuple[int, int]]:
    """Give one stretch after the other."""
    begin = 0
    for mark in _END.finditer(text):
        if mark[0] == "." and _ABBREVIATION.search(text, max(begin, mark.end() - 8), mark.end()):
            continue
        yield from _trimmed(text, begin, mark.end())
        begin = mark.end()
    yield from _trimmed(text, begin, len(text))


def _trimmed(text: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    """Give a stretch without outer white space, unless nothing is left of it."""
    piece = text[begin:end]
    trimmed = piece.strip()
    if trimmed:
        first = begin + len(piece) - len(piece.lstrip())
        yield first, first + len(trimmed)


def shortened(text: str, limit: int) -> str:
    """Shorten a text to at most `limit` characters at a word's end, with an ellipsis."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    space = cut.rfind(" ")
    return (cut[:space] if space > limit // 2 else cut).rstrip(" ,;:-–—") + "…"
