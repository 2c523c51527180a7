"""From a query to an FTS5 expression that finds every article the query can be true of.

The expression may find more; the exact matcher decides. Where SQLite's tokenizer (unicode61)
cannot be trusted to find what our folding finds, there is no expression and every article counts.
See https://sqlite.org/fts5.html for the syntax.
"""

import unicodedata
from collections.abc import Mapping

from wirewatch.rules.gazetteer import Gazetteer
from wirewatch.rules.query import TEXT_ZONES, And, Named, Not, Or, Query, Term
from wirewatch.text.fold import fold_term
from wirewatch.text.words import is_unspaced

_UNSURE_SCRIPTS = ("GREEK", "ARABIC", "HEBREW", "HANGUL")
_SAME_TO_US = (("i", "ı"), ("е", "ё"), ("ss", "ß"))


def fts_expression(query: Query, gazetteers: Mapping[str, Gazetteer]) -> str | None:
    """Give an FTS5 expression for a query's candidates; None when every article is one."""
    match query:
        case And(parts):
            kept = [part for p in parts if (part := fts_expression(p, gazetteers)) is not None]
            return _joined(kept, " AND ") if kept else None
        case Or(parts):
            return _any([fts_expression(part, gazetteers) for part in parts])
        case Not():
            return None
        case Named():
            entries = gazetteers[query.gazetteer].entries
            meant = [e for e in entries if query.part is None or e.belongs_to(query.part)]
            words = {fold_term(word) for e in meant for word in (*e.spellings, *e.acronyms)}
            sure = [_phrase(Term(word, zones=query.zones)) for word in sorted(words)]
            return _any(sure)
        case _:
            return _phrase(query)


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
    star = "*" if term.prefix else ""
    spellings = [term.text]
    for ours, theirs in _SAME_TO_US:
        spellings += [text.replace(ours, theirs) for text in spellings if ours in text]
    return _joined([f'{column}"{text}"{star}' for text in spellings], " OR ")


def _is_sure(text: str) -> bool:
    """Tell whether unicode61 finds every text in which our folding finds this term."""
    return not any(
        is_unspaced(char) or unicodedata.name(char, "").startswith(_UNSURE_SCRIPTS) for char in text
    )
