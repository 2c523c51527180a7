"""Which names of gazetteers, and which two of them together, were read before."""

from collections.abc import Iterator
from itertools import combinations, islice

from sqlite_utils import Database

from wirewatch.clock import from_iso, iso
from wirewatch.model import Condition
from wirewatch.store.came import HEARD, IS_WITHDRAWN, Batch, Came

_DEEP = 2_000
"""Articles of the rarer of two names in which the other is sought: a millisecond at most."""
_MOST = 20
"""Names of an article that make pairs; one with more is a list."""
_FAR = 100  # articles that are passed over, before nothing is expected behind them

_MENTIONED = (
    f"SELECT a.guid, a.received, {IS_WITHDRAWN}, (SELECT {HEARD} FROM alerts al"  # noqa: S608 - our own words
    " LEFT JOIN deliveries d ON d.alert_id = al.id"
    " WHERE al.article_id = a.id AND al.rule = :rule AND al.recalls IS NULL)"
    " FROM (SELECT DISTINCT article_id FROM mentions WHERE entry = :rarer"
    " ORDER BY article_id DESC LIMIT :deep) r CROSS JOIN articles a ON a.id = r.article_id"
    " WHERE a.guid <> :guid AND EXISTS (SELECT 1 FROM mentions o WHERE o.entry = :other"
    " AND o.article_id = r.article_id AND o.gazetteer = :gazetteer)"
    " AND EXISTS (SELECT 1 FROM mentions o WHERE o.entry = :rarer"
    " AND o.article_id = r.article_id AND o.gazetteer = :gazetteer)"
)
"""The articles that mention two entries, newest first, and whether a rule rang for them."""
_REMEMBERED = "SELECT last FROM read_before WHERE gazetteer = ? AND entry = ? AND other = ?"


class Readings:
    """What was read before an article, in the store and earlier in its batch."""

    def __init__(self, db: Database, batch: Batch) -> None:
        self._db = db
        self._batch = batch
        self._depths: dict[str, int] = {}

    def new_names(self, rule: str, when: Condition, one: Came) -> Iterator[str]:
        """Give the names that an article mentions and no other did."""
        for entry, spelling in _entries(one, when.new).items():
            if not self._read_before(rule, when, one, (entry, entry)):
                yield f"{spelling} ({entry})"

    def new_pairs(self, rule: str, when: Condition, one: Came) -> Iterator[tuple[str, str]]:
        """Give the pairs that an article mentions and no other did together."""
        entries = dict(islice(_entries(one, when.pair).items(), _MOST))
        for pair in combinations(sorted(entries), 2):
            if not self._read_before(rule, when, one, pair):
                yield entries[pair[0]], entries[pair[1]]

    def _read_before(self, rule: str, when: Condition, one: Came, pair: tuple[str, str]) -> bool:
        """Tell whether another article mentions two entries, as long ago as it counts.

        One that was withdrawn does not count, nor one for which this very rule rang unheard.
        """
        gazetteer = when.new if pair[0] == pair[1] else when.pair
        since = iso(from_iso(one.received) - when.known_for) if when.known_for else ""
        if self._in_batch(rule, one, gazetteer, since, set(pair)):
            return True
        rarer, other = sorted(pair, key=self._depth)
        asked = {
            "rule": rule,
            "until": self._batch.until(one),
            "rarer": rarer,
            "other": other,
            "gazetteer": gazetteer,
            "guid": one.guid,
            "deep": _DEEP,
        }
        rows = self._db.execute(_MENTIONED, asked)
        for guid, received, withdrawn, heard in islice(rows, _FAR):
            if heard != 0 and not self._batch.is_gone(guid, stored=withdrawn):
                return bool(received > since)
        return self._remembered(gazetteer, pair) > since

    def _remembered(self, gazetteer: str, pair: tuple[str, str]) -> str:
        """Give when two entries were read together last, of what retention has let go."""
        row = self._db.execute(_REMEMBERED, [gazetteer, *sorted(pair)]).fetchone()
        return str(row[0]) if row else ""

    def _in_batch(self, rule: str, one: Came, gazetteer: str, since: str, wanted: set[str]) -> bool:
        """Tell whether another article of the batch mentions some entries."""
        unheard = self._batch.unheard(rule, one)
        return any(
            other.guid != one.guid
            and other.id not in unheard
            and other.received > since
            and not self._batch.is_gone(other.guid)
            and _entries(other, gazetteer).keys() >= wanted
            for other in self._batch.articles
        )

    def _depth(self, entry: str) -> int:
        """Count the mentions of an entry, as far as it matters which of two is rarer."""
        if entry not in self._depths:
            (self._depths[entry],) = self._db.execute(
                "SELECT count(*) FROM (SELECT 1 FROM mentions WHERE entry = ? LIMIT ?)",
                [entry, _DEEP],
            ).fetchone()
        return self._depths[entry]


def _entries(one: Came, gazetteer: str) -> dict[str, str]:
    """Give the entries of a gazetteer that an article mentions, each as it is first spelled."""
    found: dict[str, str] = {}
    for mention in one.mentions:
        if mention.gazetteer == gazetteer:
            found.setdefault(mention.entry, mention.spelling)
    return found
