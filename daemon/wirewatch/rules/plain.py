"""Queries of the plainest forms, read without the grammar and ten times as fast.

Most rules of a large set are a word or phrase, some of them joined by AND, AND NOT or OR, or two
with NEAR between. Whatever is not plainly one of these is left to the grammar, which alone says
what is wrong with a query; a test holds the two together.
"""

import re

from wirewatch.rules.query.leaf import Term
from wirewatch.rules.query.logic import And, Not, Or
from wirewatch.rules.query.nearness import Near
from wirewatch.rules.query.node import Node
from wirewatch.text.fold import fold_term

_TERM = r'(?:"[^"*\\\-‐‑“”„‟«»＂″＊﹡]+"|(?!(?:AND|OR|NOT|NEAR|BEFORE)\b)[^\W_]+\*?)'
_PLAIN = re.compile(
    rf"\s*(?P<first>{_TERM})"
    rf"(?P<rest>(?:\s+(?:AND(?:\s+NOT)?|OR|(?:NEAR|BEFORE)/[1-9]\d{{0,2}})\s+{_TERM})*)\s*"
)
_STEP = re.compile(rf"\s+(?P<sign>AND(?:\s+NOT)?|OR|(?:NEAR|BEFORE)/\d+)\s+(?P<term>{_TERM})")


def plain_query(text: str) -> Node | None:
    """Read a plain query; None when it is not plain, which does not mean that it is wrong."""
    found = _PLAIN.fullmatch(text)
    if not found:
        return None
    first = _term(found["first"])
    steps = [(step["sign"], _term(step["term"])) for step in _STEP.finditer(found["rest"])]
    if first is None or any(term is None for _, term in steps):
        return None
    return _joined(first, [(sign, term) for sign, term in steps if term])


def _term(written: str) -> Term | None:
    """Make a word, phrase or prefix; None where nothing of it could be looked for."""
    if written[0] == '"':
        text, prefix = fold_term(written[1:-1]), False
    else:
        prefix = written[-1] == "*"
        text = fold_term(written[:-1] if prefix else written)
    return Term(text, prefix) if any(map(str.isalnum, text)) else None


def _joined(first: Term, steps: list[tuple[str, Term]]) -> Node | None:
    """Join terms by signs of one kind."""
    if not steps:
        return first
    kinds = {sign[:2] for sign, _ in steps}
    if kinds == {"AN"}:
        others = (Not(term) if sign != "AND" else term for sign, term in steps)
        return And((first, *others))
    if kinds == {"OR"}:
        return Or((first, *(term for _, term in steps)))
    if len(steps) == 1:
        ((sign, second),) = steps
        word, _, distance = sign.partition("/")
        return Near(int(distance), first, second, ordered=word == "BEFORE")
    return None
