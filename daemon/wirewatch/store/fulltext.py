"""Finding articles by full text, and with them those of which it may miss words."""

from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import groupby

from sqlite_utils import Database

from wirewatch.store.irregular import Irregular
from wirewatch.text.tokenizer import NOTHING, Expressions

_Query = tuple[str, list[str]]

_HITS = "SELECT rowid FROM articles_fts WHERE articles_fts MATCH ?"
_MARKED = "SELECT id FROM articles WHERE irregular = {}"
_ANY, _FOREIGN = (_MARKED.format(mark.value) for mark in (Irregular.ANY, Irregular.FOREIGN))


def found(asked: Expressions) -> _Query:
    """Give SQL for the numbers of the articles that may be meant, and its values.

    What is asked must not mean every article.
    """
    return _union([*_hits(asked), *_missed(asked)])


def missed(asked: Expressions) -> _Query:
    """Give SQL for those of them that are not found by what is asked of all."""
    return _union(_missed(asked))


def newest(db: Database, asked: Expressions, first: int) -> Iterator[int]:
    """Give what `found` means from number `first` on, the newest first.

    One after the other, as they are asked for: of a common word there may be a million.
    """
    rows = (
        db.execute(f"{query} AND {key} >= ? ORDER BY {key} DESC", [*values, first])
        for key, parts in (("rowid", _hits(asked)), ("id", _missed(asked)))
        for query, values in parts
    )
    for (number,), _ in groupby(merge(*rows, reverse=True)):
        yield number


def _hits(asked: Expressions) -> Iterator[_Query]:
    """Give the query that finds words as full text reads them, if there is one."""
    if asked.alike and asked.alike != NOTHING:
        yield _HITS, [asked.alike]


def _missed(asked: Expressions) -> Iterator[_Query]:
    """Give queries for what that query may miss, by how much of an article may be meant."""
    yield _ANY, []
    if asked.foreign is None:
        yield _FOREIGN, []
    elif asked.foreign not in {asked.alike, NOTHING}:
        yield f"{_FOREIGN} AND id IN ({_HITS})", [asked.foreign]


def _union(parts: Iterable[_Query]) -> _Query:
    """Join queries to one."""
    queries, values = zip(*parts, strict=True)
    return " UNION ".join(queries), [value for one in values for value in one]
