"""How many articles of each month name an entry, and two entries: counted as they are accepted.

Pages of trends read these counts, and never the articles. An article counts once, as the first of
its versions that came names things, and for good: neither a withdrawal nor retention takes it back.
"""

from collections import defaultdict
from collections.abc import Iterable
from itertools import combinations

from sqlite_utils import Database

from wirewatch.model import Mention

MOST_PAIRED = 40
"""Names of one gazetteer in an article that are paired; a list of more makes no pairs at all.

Forty make 780 pairs. What names more is a table of members or of results, in which two names are
no more together than any others. The view `pairs_counted` has the same number.
"""


class Summaries:
    """What a batch adds to the months."""

    def __init__(self) -> None:
        self._named: defaultdict[tuple[str, str, str], int] = defaultdict(int)
        self._paired: defaultdict[tuple[str, str, str, str], int] = defaultdict(int)

    def read(self, published: str | None, received: str, mentions: Iterable[Mention]) -> None:
        """Count the first version of an article for each name in it, and for each pair of names."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        for one in mentions:
            found[one.gazetteer].add(one.entry)
        month = month_of(published, received)
        for gazetteer, entries in found.items():
            for entry in entries:
                self._named[gazetteer, month, entry] += 1
            if 1 < len(entries) <= MOST_PAIRED:
                for entry, other in combinations(sorted(entries), 2):
                    self._paired[gazetteer, month, entry, other] += 1

    def write(self, db: Database) -> None:
        """Add it to the store, in the order of its keys. Call it inside a transaction."""
        if self._named:
            db.conn.executemany(
                "INSERT INTO months VALUES (?, ?, ?, ?) ON CONFLICT"
                " DO UPDATE SET articles = articles + excluded.articles",
                [(*key, number) for key, number in sorted(self._named.items())],
            )
        if self._paired:
            db.conn.executemany(
                "INSERT INTO pairs VALUES (?, ?, ?, ?, ?) ON CONFLICT"
                " DO UPDATE SET articles = articles + excluded.articles",
                [(*key, number) for key, number in sorted(self._paired.items())],
            )


def month_of(published: str | None, received: str) -> str:
    """Give the month that an article counts for, as 2026-03.

    That in which it says it was published; where it names none, or one to come, that in which it
    was received.
    """
    heard = received[:7]
    said = (published or "")[:7]
    return said if len(said) == len(heard) and said < heard else heard
