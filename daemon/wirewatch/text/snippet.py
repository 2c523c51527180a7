"""Pieces of a text for people: the surroundings of a hit, paragraphs, what is marked in them."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

Stretch = tuple[int, int]
"""Where a piece of a text begins and ends, in code points."""


def snippet(text: str, stretches: Iterable[Stretch], most: int) -> tuple[str, list[Stretch]]:
    """Cut the surroundings of the first stretch out of a text, on one line of at most `most`.

    Gives the piece, and the stretches that lie in it by their places there.
    """
    known = sorted(stretches)
    first = known[0] if known else (0, 0)
    start = max(0, first[0] - most // 3)
    while start and start < first[0] and not text[start - 1].isspace():
        start += 1
    ahead = "…" if start else ""
    piece = text[start : start + most - len(ahead)]
    behind = "…" if start + len(piece) < len(text) else ""
    shift = len(ahead) - start
    inside = [(a + shift, b + shift) for a, b in known if a >= start and b <= start + len(piece)]
    on_one_line = "".join(" " if char.isspace() else char for char in ahead + piece + behind)
    return on_one_line, inside


def marked(text: str, stretches: Iterable[Stretch]) -> list[tuple[str, bool]]:
    """Take a text apart where stretches of it begin and end: each piece, and whether it is one."""
    pieces, reached = [], 0
    for start, end in sorted(stretches):
        first = max(start, reached)
        if end <= first:
            continue
        pieces += [(text[reached:first], False), (text[first:end], True)]
        reached = end
    pieces.append((text[reached:], False))
    return [piece for piece in pieces if piece[0]]


def layered(text: str, layers: Mapping[str, Iterable[Stretch]]) -> list[tuple[str, frozenset[str]]]:
    """Take a text apart where stretches of any layer begin and end: each piece, and its layers.

    However many stretches there are, and however they overlap, each is looked at twice.
    """
    edges: dict[int, list[tuple[str, int]]] = {0: [], len(text): []}
    for name, stretches in layers.items():
        for start, end in stretches:
            first, last = max(0, start), min(end, len(text))
            if first < last:
                edges.setdefault(first, []).append((name, 1))
                edges.setdefault(last, []).append((name, -1))
    pieces = []
    inside = dict.fromkeys(layers, 0)
    for start, end in pairwise(sorted(edges)):
        for name, step in edges[start]:
            inside[name] += step
        pieces.append((text[start:end], frozenset(name for name, n in inside.items() if n)))
    return pieces


def paragraphs(text: str) -> Iterator[tuple[int, str]]:
    """Give the paragraphs of a text, each with where it begins."""
    places = [0]
    while (found := text.find("\n\n", places[-1])) >= 0:
        places.append(found + 2)
    for start, end in pairwise([*places, len(text) + 2]):
        yield start, text[start : end - 2]
