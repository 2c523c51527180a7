"""Finding articles by what they must have: words by full text, names by what was found in them.

Full text may miss words; those articles are looked at in any case.
"""

import json
from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import groupby

from sqlite_utils import Database

from wirewatch.sieve import NOTHING, Expressions, Sieve
from wirewatch.store.irregular import Irregular
from wirewatch.store.list_runs import since

_Query = tuple[str, list[str]]

_EVERY = "SELECT id FROM articles WHERE TRUE"
_HITS = "SELECT rowid AS id FROM articles_fts WHERE articles_fts MATCH ?"
_MARKED = "SELECT id FROM articles WHERE irregular = {}"
_ANY, _FOREIGN = (_MARKED.format(mark.value) for mark in (Irregular.ANY, Irregular.FOREIGN))
_NAMING = "SELECT article_id FROM mentions WHERE entry IN (SELECT value FROM json_each(?))"
_NAMING_ONE = (
    "SELECT DISTINCT article_id FROM mentions WHERE entry = ? AND article_id >= ?"
    " ORDER BY article_id DESC"
)
_RANKS = "SELECT rowid, rank FROM articles_fts WHERE articles_fts MATCH ? AND rowid >= ?"
_TIMES = (
    "SELECT article_id, -count(*) FROM mentions WHERE entry IN (SELECT value FROM json_each(?))"
    " AND article_id >= ? GROUP BY article_id"
)


def newest(db: Database, sieve: Sieve, first: int) -> Iterator[int]:
    """Give the articles that may be meant, from number `first` on, the newest first.

    One after the other, as they are asked for: of a common word there may be a million.
    """
    begun = _begun(db, sieve)
    if sieve.naming and begun is not None:
        own = max(begun, first)
        streams = [_naming(db, group, own) for group in sieve.naming.groups]
        if sieve.naming.beside.alike is not None:
            streams.append(_having(db, sieve.naming.beside, own))
        yield from _in_all(streams)
    if begun is None or begun > first:
        yield from _having(db, sieve.words, first, begun)


def best_first(db: Database, sieve: Sieve, first: int) -> Iterator[int]:
    """Give the same, those first that speak most of what is sought, of these the newest.

    By BM25 of words, of names by how often they stand there. Where nothing tells, the newest come
    first.
    """
    known = sieve.naming if _begun(db, sieve) is not None else None
    words = known.beside if known else sieve.words
    ranks: dict[int, float]
    if words.alike is not None:
        ranks = dict(db.execute(_RANKS, [words.alike, first]).fetchall())
    elif known:
        entries = [entry for group in known.groups for entry in group]
        ranks = dict(db.execute(_TIMES, [json.dumps(entries), first]).fetchall())
    else:
        yield from newest(db, sieve, first)
        return
    query, values = found(db, sieve)
    numbers = {number for (number,) in db.execute(query, values) if number >= first}
    yield from sorted(numbers, key=lambda number: (ranks.get(number, 0.0), -number))


def found(db: Database, sieve: Sieve) -> _Query:
    """Give SQL for the numbers of the articles that may be meant, and its values."""
    begun = _begun(db, sieve)
    if sieve.naming is None or begun is None:
        return _union(_parts(sieve.words))
    groups = sieve.naming.groups
    named = _NAMING + f" AND article_id IN ({_NAMING})" * (len(groups) - 1)
    names = [(f"{named} AND article_id >= {begun}", [json.dumps(group) for group in groups])]
    if begun:
        names += [(f"{query} AND id < {begun}", values) for query, values in _parts(sieve.words)]
    return _union(names)


def lacking(sieve: Sieve) -> _Query:
    """Give SQL for what must not be found in the body of an article `a`, and its values."""
    return " AND NOT instr(lower(a.body), ?)" * len(sieve.without), list(sieve.without)


def _begun(db: Database, sieve: Sieve) -> int | None:
    """Give the article from which on names are known as the sieve has them, if there is one."""
    return since(db, sieve.naming.lists) if sieve.naming else None


def _having(
    db: Database, words: Expressions, first: int, below: int | None = None
) -> Iterator[int]:
    """Give what may have some words, the newest first."""
    place = f" AND id >= {first}" + (f" AND id < {below}" if below else "")
    return _merged(
        db.execute(f"{query}{place} ORDER BY id DESC", values) for query, values in _parts(words)
    )


def _naming(db: Database, entries: Iterable[str], first: int) -> Iterator[int]:
    """Give the articles that name one of some entries, the newest first."""
    return _merged(db.execute(_NAMING_ONE, [entry, first]) for entry in entries)


def _merged(rows: Iterable[Iterable[tuple[int]]]) -> Iterator[int]:
    """Merge rows of numbers, each with its largest first, and give each number once."""
    for (number,), _ in groupby(merge(*rows, reverse=True)):
        yield number


def _in_all(streams: list[Iterator[int]]) -> Iterator[int]:
    """Give the numbers that are in all of some streams; each has its largest first."""
    heads = [next(stream, None) for stream in streams]
    while (least := _least(heads)) is not None:
        if all(head == least for head in heads):
            yield least
            least -= 1
        heads = [
            head if head is not None and head <= least else next(_from(stream, least), None)
            for head, stream in zip(heads, streams, strict=True)
        ]


def _least(heads: list[int | None]) -> int | None:
    """Give the least of some numbers; None where one is missing."""
    known = [head for head in heads if head is not None]
    return min(known) if len(known) == len(heads) else None


def _from(stream: Iterator[int], most: int) -> Iterator[int]:
    """Give what follows in a stream and is not more than some number."""
    return (number for number in stream if number <= most)


def _parts(words: Expressions) -> Iterator[_Query]:
    """Give queries that together find all that may have some words."""
    if words.alike is None:
        yield _EVERY, []
        return
    if words.alike != NOTHING:
        yield _HITS, [words.alike]
    yield _ANY, []
    if words.foreign is None:
        yield _FOREIGN, []
    elif words.foreign not in {words.alike, NOTHING}:
        yield f"{_FOREIGN} AND id IN ({_HITS})", [words.foreign]


def _union(parts: Iterable[_Query]) -> _Query:
    """Join queries to one."""
    queries, values = zip(*parts, strict=True)
    return " UNION ".join(queries), [value for one in values for value in one]
