"""Do the summaries say what the articles and deliveries say? As far as these are still there."""

from collections.abc import Iterator

from sqlite_utils import Database

from wirewatch.store.verification import Finding

_MOST = 10  # findings of one summary that are told
_KEYS = {
    "months": "gazetteer, month, entry",
    "pairs": "gazetteer, month, entry, other",
    "delays": "channel, day, ms",
}
"""The summaries, each with a view beside it that counts anew."""
_NUMBERS = {"months": "articles", "pairs": "articles", "delays": "deliveries"}
_ALL_HELD = {
    "articles": "NOT EXISTS (SELECT 1 FROM retired) AND NOT EXISTS"
    " (SELECT 1 FROM tallies WHERE what = 'article' AND present < ever)",
    "deliveries": "NOT EXISTS"
    " (SELECT 1 FROM tallies WHERE what = 'delivery' AND state = 'sent' AND present < ever)",
}
_REMEDY = "the charts of trends are wrong there, and nothing else; please report it"


def faults_of_summaries(db: Database) -> Iterator[Finding]:
    """Find counts that contradict what is held, reading only.

    A count must be that of the rows. Once retention has let some go it may be larger, and never
    smaller. A store that has no summaries yet has none that are wrong.
    """
    for table, keys in _KEYS.items():
        if db.table(table).exists():
            for said in _contradictions(db, table, keys):
                yield Finding(f"table {table}", said, _REMEDY)


def _contradictions(db: Database, table: str, keys: str) -> Iterator[str]:
    """Tell the first counts of a table that are not what its view counts."""
    number = _NUMBERS[table]
    for *key, told, there in db.execute(
        f"SELECT {keys}, sum(told), sum(there) FROM ("  # noqa: S608 - our own words
        f"SELECT {keys}, {number} AS told, 0 AS there FROM {table} UNION ALL"
        f" SELECT {keys}, 0, {number} FROM {table}_counted) GROUP BY {keys}"
        " HAVING sum(told) < sum(there)"
        f" OR (sum(told) > sum(there) AND {_ALL_HELD[number]}) LIMIT ?",
        [_MOST],
    ):
        yield f"{' '.join(map(str, key))}: {told} {number} are counted, {there} are there"
