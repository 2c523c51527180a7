"""From a query to what the store is asked for, so that few articles have to be matched."""

import re
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import islice

from wirewatch.rules.fulltext import expressions
from wirewatch.rules.gazetteer.gazetteer import Gazetteer, meant, versions
from wirewatch.rules.query.counting import AtLeast, Distinct, First
from wirewatch.rules.query.leaf import Named, Term
from wirewatch.rules.query.logic import And, Not, Or
from wirewatch.rules.query.nearness import Gapped, Near, Together
from wirewatch.rules.query.node import Node
from wirewatch.rules.zones import LEAD, TEXT_ZONES
from wirewatch.sieve import Naming, Sieve

_PLAIN = re.compile(r"[a-z0-9]+(?: [a-z0-9]+)*")
_BEHIND = (" ", ",", ".")
_MOST_ENTRIES = 64  # more of them are named by so many articles that these may as well be read
_MOST_UNWANTED = 60  # SQLite reads no condition of a thousand parts

Group = frozenset[str]


def sieve_of(query: Node, gazetteers: Mapping[str, Gazetteer]) -> Sieve:
    """Give what an article must have for a query to be true of it, as far as a store can tell.

    Of the lists no others should be given than it needs: each that changes counts.
    """
    groups = dict.fromkeys(_groups(query, gazetteers))
    naming = None
    if groups:
        beside = expressions(query, gazetteers, named=False)
        said = tuple(tuple(sorted(group)) for group in groups)
        naming = Naming(said, versions(gazetteers), beside)
    unwanted = (text for term in _unwanted(query) for text in _written(term))
    without = islice(dict.fromkeys(unwanted), _MOST_UNWANTED)
    return Sieve(partial(expressions, query, gazetteers), naming, tuple(without))


def _groups(node: Node, gazetteers: Mapping[str, Gazetteer]) -> list[Group]:
    """Give groups of entries, one of each of which an article must name; none where none must."""
    match node:
        case And() | Near() | Gapped() | Together() | First() | AtLeast() | Distinct():
            return [group for part in node.parts for group in _groups(part, gazetteers)]
        case Or(parts):
            found = [_groups(part, gazetteers) for part in parts]
            if not all(found):
                return []
            return _few([Group().union(*(min(groups, key=len) for groups in found))])
        case Named(zones=zones) if {*TEXT_ZONES, LEAD}.issuperset(zones):
            entries = meant(gazetteers, node.gazetteer, node.part)
            return _few([frozenset(entry.id for _, entry in entries)])
        case _:
            return []


def _few(groups: list[Group]) -> list[Group]:
    """Give the groups that have few entries."""
    return [group for group in groups if len(group) <= _MOST_ENTRIES]


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


def _written(term: Term) -> Iterator[str]:
    """Write a term as it mostly stands in a text: between blanks and punctuation.

    It may stand there in another way, and the matcher finds it.
    """
    for mark in ("",) if term.prefix else _BEHIND:
        yield f" {term.text}{mark}"
