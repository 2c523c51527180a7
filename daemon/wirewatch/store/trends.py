"""What is named how often, and what with what, by month: read from counts, never from articles."""

import json
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlite_utils import Database

_MONTHS_A_YEAR = 12


class Series(NamedTuple):
    """How many articles named an entry in each of some months."""

    entry: str
    articles: tuple[int, ...]


class Naming(NamedTuple):
    """How often entries were named: the months, oldest first, and a series for each entry."""

    months: tuple[str, ...]
    series: tuple[Series, ...]


class Matrix(NamedTuple):
    """How many articles named two entries: a row and a column for each, alike on both sides.

    Where row and column are of one entry stands how many named it at all.
    """

    entries: tuple[str, ...]
    articles: tuple[tuple[int, ...], ...]


class Total(NamedTuple):
    """How many articles named an entry in all."""

    entry: str
    articles: int


def gazetteers(db: Database) -> tuple[str, ...]:
    """Give the gazetteers of which anything was ever named."""
    rows = db.execute(
        "WITH RECURSIVE known (name) AS (SELECT min(gazetteer) FROM months UNION ALL"
        " SELECT (SELECT min(gazetteer) FROM months WHERE gazetteer > known.name)"
        " FROM known WHERE name IS NOT NULL) SELECT name FROM known WHERE name IS NOT NULL"
    )
    return tuple(name for (name,) in rows)


def last_month(db: Database, gazetteer: str) -> str | None:
    """Give the newest month in which anything of a gazetteer was named, if there is any."""
    [month] = db.execute(
        "SELECT max(month) FROM months WHERE gazetteer = ?", [gazetteer]
    ).fetchone()
    return str(month) if month else None


def months_to(last: str, number: int) -> tuple[str, ...]:
    """Give so many months, as 2026-03, of which `last` is the last one; none before the year 1."""
    year, month = map(int, last.split("-"))
    end = year * _MONTHS_A_YEAR + month - 1
    begin = max(end - number + 1, _MONTHS_A_YEAR)
    pairs = (divmod(one, _MONTHS_A_YEAR) for one in range(begin, end + 1))
    return tuple(f"{year:04}-{month + 1:02}" for year, month in pairs)


def totals(db: Database, gazetteer: str, months: Sequence[str]) -> tuple[Total, ...]:
    """Give the entries that were named in some months that follow each other, the most first."""
    rows = db.execute(
        "SELECT entry, sum(articles) FROM months WHERE gazetteer = ? AND month BETWEEN ? AND ?"
        " GROUP BY entry ORDER BY 2 DESC, entry",
        [gazetteer, months[0], months[-1]],
    )
    return tuple(Total(*row) for row in rows)


def naming(db: Database, gazetteer: str, months: Sequence[str], entries: Iterable[str]) -> Naming:
    """Give how often entries were named in each month, in the order in which they are asked for."""
    found: dict[str, dict[str, int]] = {entry: {} for entry in entries}
    rows = db.execute(
        "SELECT n.entry, n.month, n.articles FROM json_each(?2) m CROSS JOIN json_each(?3) e"
        " CROSS JOIN months n ON n.gazetteer = ?1 AND n.month = m.value AND n.entry = e.value",
        [gazetteer, json.dumps(list(months)), json.dumps(list(found))],
    )
    for entry, month, articles in rows:
        found[entry][month] = articles
    series = (
        Series(entry, tuple(known.get(month, 0) for month in months))
        for entry, known in found.items()
    )
    return Naming(tuple(months), tuple(series))


def pairs(db: Database, gazetteer: str, months: Sequence[str], entries: Iterable[str]) -> Matrix:
    """Give how many articles of some months named each two of some entries."""
    order = tuple(dict.fromkeys(entries))
    asked = [gazetteer, json.dumps(list(months)), json.dumps(order)]
    rows = db.execute(
        "SELECT p.entry, p.other, sum(p.articles) FROM json_each(?2) m CROSS JOIN json_each(?3) e"
        " CROSS JOIN json_each(?3) o CROSS JOIN pairs p ON p.gazetteer = ?1 AND p.month = m.value"
        " AND p.entry = e.value AND p.other = o.value WHERE o.value > e.value GROUP BY 1, 2",
        asked,
    )
    together = {(entry, other): articles for entry, other, articles in rows}
    together |= {(other, entry): articles for (entry, other), articles in together.items()}
    alone = naming(db, gazetteer, months, order).series
    together |= {(one.entry, one.entry): sum(one.articles) for one in alone}
    numbers = (tuple(together.get((row, column), 0) for column in order) for row in order)
    return Matrix(order, tuple(numbers))
