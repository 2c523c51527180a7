"""From a query to an FTS5 expression that finds every article the query can be true of.

The expression may find more; the exact matcher decides. Where SQLite's tokenizer (unicode61)
cannot be trusted to find what our folding finds, there is no expression and every article counts.
See https://sqlite.org/fts5.html for the syntax.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from functools import partial
from itertools import product

from wirewatch.rules.gazetteer.gazetteer import Gazetteer, meant
from wirewatch.rules.gazetteer.meaning import Meaning, Spelling
from wirewatch.rules.query.counting import AtLeast, Distinct, First
from wirewatch.rules.query.leaf import Named, Term
from wirewatch.rules.query.logic import And, Or
from wirewatch.rules.query.nearness import Gapped, Near, Together
from wirewatch.rules.query.node import Node
from wirewatch.rules.zones import TEXT_ZONES
from wirewatch.text.words import is_unspaced

_SURE_SCRIPTS = ("LATIN", "CYRILLIC", "DIGIT", "ARMENIAN", "DEVANAGARI")
_SAME_TO_US = {"i": ("i", "ı"), "е": ("е", "ё"), "ss": ("ss", "ß"), "'": ("'", "ʻ", "ʼ")}
_AMBIGUOUS = re.compile("|".join(_SAME_TO_US))
_MOST_AMBIGUOUS = 3  # places of a term that are tried in all ways; from the next on it is a prefix
_MOST_NAMES = 500  # beginnings of a list's names: more take longer than to look at every article
_MAX_DEPTH = 20  # FTS5's own parser gives up at some 35 parentheses inside each other


def fts_expression(query: Node, gazetteers: Mapping[str, Gazetteer], depth: int = 0) -> str | None:
    """Give an FTS5 expression for a query's candidates; None when every article is one."""
    if depth > _MAX_DEPTH:
        return None
    match query:
        case And() | Near() | Gapped() | Together() | First() | AtLeast() | Distinct():
            parts = query.parts
            found = [fts_expression(part, gazetteers, depth + 1) for part in parts]
            kept = [part for part in found if part is not None]
            return _joined(kept, " AND ") if kept else None
        case Or(parts):
            return _any([fts_expression(part, gazetteers, depth + 1) for part in parts])
        case Named():
            return _any_name(query, gazetteers)
        case Term():
            return _phrase(query)
        case _:
            return None


def _any_name(query: Named, gazetteers: Mapping[str, Gazetteer]) -> str | None:
    """Write how every name of what a list means begins; with too many every article is one."""
    wanted: defaultdict[str, set[str]] = defaultdict(set)
    for owner, entry in meant(gazetteers, query.gazetteer, query.part):
        wanted[owner].add(entry.id)
    parts: list[str | None] = []
    for owner, ids in wanted.items():
        begun = _begun(gazetteers[owner], frozenset(ids))
        if begun is None:
            return None
        parts += [_phrase(Term(head.strip(), prefix=True, zones=query.zones)) for head in begun]
    return _any(parts)


def _begun(gazetteer: Gazetteer, ids: frozenset[str]) -> list[str] | None:
    """Give how the names of some entries begin, which takes some time when first asked for."""
    if ids not in gazetteer.begun:
        names = gazetteer.compiled.names
        gazetteer.begun[ids] = names.begin(partial(_means, ids), _MOST_NAMES)
    return gazetteer.begun[ids]


def _means(ids: frozenset[str], meaning: Meaning) -> bool:
    """Tell whether a name means one of some entries."""
    return isinstance(meaning, Spelling) and (
        meaning.entry in ids or any(entry in ids for _, entry in meaning.members)
    )


def _any(parts: list[str | None]) -> str | None:
    """Join alternatives; one that every article meets makes all of it so."""
    known = [part for part in parts if part is not None]
    return _joined(known, " OR ") if len(known) == len(parts) else None


def _joined(parts: list[str], operator: str) -> str:
    """Join parts in parentheses."""
    return parts[0] if len(parts) == 1 else f"({operator.join(parts)})"


def _phrase(term: Term) -> str | None:
    """Write a term as FTS5 phrases, one for each spelling that unicode61 tells apart."""
    if not set(term.zones) <= set(TEXT_ZONES) or not _is_sure(term.text):
        return None
    column = "" if term.zones == TEXT_ZONES else f"{{{' '.join(term.zones)}}} : "
    places = list(_AMBIGUOUS.finditer(term.text))
    cut = places[_MOST_AMBIGUOUS].start() if len(places) > _MOST_AMBIGUOUS else len(term.text)
    star = "*" if term.prefix or cut < len(term.text) else ""
    pieces = re.split(f"({_AMBIGUOUS.pattern})", term.text[:cut])
    spellings = product(*(_SAME_TO_US.get(piece, (piece,)) for piece in pieces))
    return _joined([f'{column}"{"".join(text)}"{star}' for text in spellings], " OR ")


def _is_sure(text: str) -> bool:
    """Tell whether unicode61 finds every text in which our folding finds this term."""
    return not any(
        is_unspaced(char)
        or (char.isalnum() and not unicodedata.name(char, "").startswith(_SURE_SCRIPTS))
        for char in text
    )
