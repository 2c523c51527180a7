"""The feed: what arrives, in the order in which it was stored."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from sqlite_utils import Database

from wirewatch.model import Span
from wirewatch.sieve import Sieve
from wirewatch.store.archive import Stored, stored_article
from wirewatch.store.candidates import found, lacking

_AT_ONCE = 500  # articles that are looked for at a time
_NAMED = "EXISTS (SELECT 1 FROM mentions n WHERE n.article_id = a.id AND n.entry = ?)"
_STANDS = " AND a.current = 1 AND a.status NOT IN ('canceled', 'withheld')"
_RULES = (
    "SELECT m.rule, m.spans, al.id FROM matches m LEFT JOIN alerts al ON al.match_id = m.id"
    " WHERE m.article_id = ? ORDER BY m.id"
)


class Item(NamedTuple):
    """An article that came, the rules that were true of it and where, and the alerts raised."""

    stored: Stored
    rules: tuple[str, ...]
    alerts: tuple[int, ...]
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which articles are wanted: of an inbox, a language, with a name, of which a rule is true.

    What is empty does not matter. With a `sieve` only those that it gives, and of these only what
    stands: no version that a newer one has replaced, nothing that was withdrawn.
    """

    source: str = ""
    language: str = ""
    entry: str = ""
    rule: str = ""
    sieve: Sieve | None = None

    def query(self, db: Database, within: str, order: str) -> tuple[str, list[object]]:
        """Give SQL for the articles' ids, and its values: driven by the index that serves best."""
        tables, article, where, values = self._driven()
        if self.rule and self.entry:
            where.append(_NAMED)
            values.append(self.entry)
        if self.source:
            where.append("a.source = ?")
            values.append(self.source)
        if self.language:
            where.append("(a.language = ? OR a.language GLOB ? || '-*')")
            values += [self.language, self.language]
        if self.sieve:
            ids, asked = found(db, self.sieve)
            lacks, texts = lacking(self.sieve)
            where.append(f"a.id IN ({ids}){lacks}{_STANDS}")
            values += asked + texts
        conditions = " AND ".join([*where, f"{article} {within} ?"])
        return (
            f"SELECT DISTINCT {article} FROM {tables} WHERE {conditions}"  # noqa: S608 - our own words
            f" ORDER BY {article} {order} LIMIT ?"
        ), values

    def _driven(self) -> tuple[str, str, list[str], list[object]]:
        """Give the tables to walk through, the articles' id there, a condition and its value."""
        if not (self.rule or self.entry):
            return "articles a", "a.id", [], []
        table, column = ("matches", "rule") if self.rule else ("mentions", "entry")
        tables = f"{table} w JOIN articles a ON a.id = w.article_id"
        return tables, "w.article_id", [f"w.{column} = ?"], [self.rule or self.entry]


ANYTHING = Wanted()


def arrived(db: Database, after: int, wanted: Wanted = ANYTHING) -> Iterator[Item]:
    """Give what was stored after an article, the oldest first."""
    query, values = wanted.query(db, ">", "ASC")
    while ids := [row[0] for row in db.execute(query, [*values, after, _AT_ONCE])]:
        for article in ids:
            yield from _item(db, article)
        after = ids[-1]


def latest(
    db: Database, most: int, wanted: Wanted = ANYTHING, before: int | None = None
) -> Iterator[Item]:
    """Give the last articles that were stored, before one if that is said, the newest first."""
    query, values = wanted.query(db, "<", "DESC")
    end = before if before is not None else last_article(db) + 1
    for (article,) in db.execute(query, [*values, end, most]):
        yield from _item(db, article)


def last_article(db: Database) -> int:
    """Give the number of the last article that was stored; 0 where there is none."""
    (last,) = db.execute("SELECT coalesce(max(id), 0) FROM articles").fetchone()
    return int(last)


def _item(db: Database, article: int) -> Iterator[Item]:
    """Read one, unless it has gone meanwhile."""
    stored = stored_article(db, article)
    if stored:
        found = db.execute(_RULES, [article]).fetchall()
        spans = (Span(*span) for _, said, _ in found for span in json.loads(said))
        rules = tuple(rule for rule, _, _ in found)
        yield Item(stored, rules, tuple(alert for *_, alert in found if alert), tuple(spans))
