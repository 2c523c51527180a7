"""From a query to FTS5 expressions that find every article the query can be true of.

They may find more; the exact matcher decides. Where SQLite's tokenizer (unicode61) cannot be
trusted to find what our folding finds, there is no expression and every article counts: of words
in scripts that it reads otherwise, every article that has any such words.
See https://sqlite.org/fts5.html for the syntax.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import product

from wirewatch.rules.gazetteer.gazetteer import Begun, Gazetteer, meant
from wirewatch.rules.gazetteer.lexicon import beginnings
from wirewatch.rules.gazetteer.meaning import Meaning, Spelling
from wirewatch.rules.query.counting import AtLeast, Distinct, First
from wirewatch.rules.query.leaf import Named, Term
from wirewatch.rules.query.logic import And, Or
from wirewatch.rules.query.nearness import Gapped, Near, Together
from wirewatch.rules.query.node import Node
from wirewatch.rules.zones import TEXT_ZONES
from wirewatch.sieve import NOTHING, Expressions
from wirewatch.text.tokenizer import is_foreign

_SAME_TO_US = {"i": ("i", "ı"), "е": ("е", "ё"), "ss": ("ss", "ß"), "'": ("'", "ʻ", "ʼ")}
_AMBIGUOUS = re.compile("|".join(_SAME_TO_US))
_MOST_AMBIGUOUS = 3  # places of a term that are tried in all ways; from the next on it is a prefix
_MOST_NAMES = 500  # beginnings of a list's names: more take longer than to look at every article
_STUB = re.compile(r"(?<=\w)[^\w]+\w{1,2}$")
_MANY = 64  # alternatives
_MAX_DEPTH = 20  # FTS5's own parser gives up at some 35 parentheses inside each other


def expressions(
    query: Node, gazetteers: Mapping[str, Gazetteer], *, named: bool = True
) -> Expressions:
    """Give FTS5 expressions for a query's candidates; names count only if they are to."""
    alike, foreign = (_Writer(gazetteers, named, foreign) for foreign in (False, True))
    return Expressions(alike.written(query), foreign.written(query))


@dataclass(frozen=True)
class _Writer:
    """Writes expressions, for articles that have foreign words or for those that have none.

    Of a foreign word every article of the first may be meant, and none of the others.
    """

    gazetteers: Mapping[str, Gazetteer]
    named: bool
    foreign: bool

    def written(self, query: Node, depth: int = 0) -> str | None:
        """Write a query; None when every article is a candidate."""
        if depth > _MAX_DEPTH:
            return None
        match query:
            case And() | Near() | Gapped() | Together() | First() | AtLeast() | Distinct():
                return _all(self.written(part, depth + 1) for part in query.parts)
            case Or(parts):
                return _any(self.written(part, depth + 1) for part in parts)
            case Named() if self.named:
                return self._any_name(query)
            case Term():
                return self._phrase(query)
            case _:
                return None

    def _any_name(self, query: Named) -> str | None:
        """Write how every name of what a list means begins; None with too many of them."""
        wanted: defaultdict[str, set[str]] = defaultdict(set)
        for owner, entry in meant(self.gazetteers, query.gazetteer, query.part):
            wanted[owner].add(entry.id)
        parts: list[str | None] = []
        for owner, ids in wanted.items():
            heads, has_foreign = _begun(self.gazetteers[owner], frozenset(ids))
            if heads is None or (has_foreign and self.foreign):
                return None
            terms = (Term(head.strip(), prefix=True, zones=query.zones) for head in heads)
            parts += map(self._phrase, terms)
        return _any(parts)

    def _phrase(self, term: Term) -> str | None:
        """Write a term as FTS5 phrases, one for each spelling that unicode61 tells apart."""
        if not set(term.zones) <= set(TEXT_ZONES):
            return None
        if any(map(is_foreign, term.text)):
            return None if self.foreign else NOTHING
        column = "" if term.zones == TEXT_ZONES else f"{{{' '.join(term.zones)}}} : "
        places = list(_AMBIGUOUS.finditer(term.text))
        cut = places[_MOST_AMBIGUOUS].start() if len(places) > _MOST_AMBIGUOUS else len(term.text)
        written = _begins if term.prefix or cut < len(term.text) else '"{}"'.format
        pieces = re.split(f"({_AMBIGUOUS.pattern})", term.text[:cut])
        spellings = product(*(_SAME_TO_US.get(piece, (piece,)) for piece in pieces))
        phrases = dict.fromkeys(written("".join(text)) for text in spellings)
        return _any(column + phrase for phrase in phrases)


def _begins(text: str) -> str:
    """Write how a phrase begins.

    A letter or two of a last word are left out: FTS5 would gather all words that begin so, which
    may be a tenth of everything.
    """
    stub = _STUB.search(text)
    return f'"{text[: stub.start()]}"' if stub else f'"{text}"*'


def _begun(gazetteer: Gazetteer, ids: frozenset[str]) -> Begun:
    """Give how the names of some entries begin, which takes some time when first asked for."""
    if ids not in gazetteer.begun:
        names = list(gazetteer.compiled.names.meaning(partial(_means, ids)))
        alike = [name for name in names if not any(map(is_foreign, name))]
        heads = beginnings(sorted(alike), _MOST_NAMES)
        gazetteer.begun[ids] = Begun(heads, has_foreign=len(alike) < len(names))
    return gazetteer.begun[ids]


def _means(ids: frozenset[str], meaning: Meaning) -> bool:
    """Tell whether a name means one of some entries."""
    return isinstance(meaning, Spelling) and (
        meaning.entry in ids or any(entry in ids for _, entry in meaning.members)
    )


def _all(parts: Iterable[str | None]) -> str | None:
    """Join what must be met together; what every article meets is left out.

    Beside something short the many names of a list are left out too: FTS5 would look for each of
    them in every article that has the other.
    """
    known = [part for part in parts if part is not None]
    if NOTHING in known:
        return NOTHING
    known = [part for part in known if part.count(" OR ") < _MANY] or known
    return _joined(known, " AND ") if known else None


def _any(parts: Iterable[str | None]) -> str | None:
    """Join alternatives; one that every article meets makes all of it so."""
    known: list[str] = []
    for part in parts:
        if part is None:
            return None
        if part != NOTHING:
            known.append(part)
    return _joined(known, " OR ") if known else NOTHING


def _joined(parts: list[str], operator: str) -> str:
    """Join parts in parentheses."""
    return parts[0] if len(parts) == 1 else f"({operator.join(parts)})"
