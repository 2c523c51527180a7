"""What makes a query false for certain: a word that it does not want, as it is mostly written.

It is looked for before an article is matched, which takes many times as long. Where nothing is
found nothing is said: a word may stand there in another form, and the matcher decides.
"""

import re
from collections.abc import Iterator

from wirewatch.rules.query.leaf import Term
from wirewatch.rules.query.logic import And, Not, Or
from wirewatch.rules.query.node import Node
from wirewatch.rules.zones import TEXT_ZONES

_PLAIN = re.compile(r"[a-z0-9]+(?: [a-z0-9]+)*")
_BEFORE, _BEHIND = r"(?:^|(?<=[ \n(]))", r"(?=[ \n.,;:)]|$)"


def refusal(query: Node) -> re.Pattern[str] | None:
    """Give what a body holds only if the query is false of the article; None for most queries."""
    unwanted = [_written(term) for term in _unwanted(query)]
    return re.compile("|".join(unwanted), re.IGNORECASE | re.ASCII) if unwanted else None


def _unwanted(node: Node) -> Iterator[Term]:
    """Give plain terms of which none may be there, for all of a query to be true."""
    match node:
        case And(parts):
            for part in parts:
                yield from _unwanted(part)
        case Not(Or(parts)):
            yield from filter(_is_plain, parts)
        case Not(Term() as term) if _is_plain(term):
            yield term


def _is_plain(node: Node) -> bool:
    """Tell whether a term is looked for in the body, in whatever case, and is of plain letters."""
    if not isinstance(node, Term) or node.exact or node.zones != TEXT_ZONES:
        return False
    return _PLAIN.fullmatch(node.text) is not None


def _written(term: Term) -> str:
    """Write a term as it mostly stands in a text: between blanks and punctuation."""
    return f"{_BEFORE}{term.text}{'' if term.prefix else _BEHIND}"
