"""With which lists the names in articles were found: from one article on, until a list changed."""

from sqlite_utils import Database

Lists = tuple[tuple[str, str], ...]
"""Lists, each with its version."""

_LAST = """
WITH RECURSIVE names (name) AS (
    SELECT min(gazetteer) FROM list_runs
    UNION ALL
    SELECT (SELECT min(gazetteer) FROM list_runs WHERE gazetteer > name) FROM names
    WHERE name IS NOT NULL
)
SELECT name, version, first_article FROM names JOIN list_runs ON gazetteer = name
WHERE first_article = (SELECT max(first_article) FROM list_runs WHERE gazetteer = name)
"""
"""The last run of each list, found without a look at the others."""


def since(db: Database, lists: Lists) -> int | None:
    """Give the article from which on names are those of some lists, 0 where all are.

    None where the last ones are of other versions. What was stored before may name what these
    lists know and earlier ones did not.
    """
    last = {name: (version, first) for name, version, first in db.execute(_LAST)}
    if any(last.get(name, ("",))[0] != version for name, version in lists):
        return None
    begun = max((last[name][1] for name, _ in lists), default=0)
    is_older = db.execute("SELECT 1 FROM articles WHERE id < ? LIMIT 1", [begun]).fetchone()
    return begun if is_older else 0


class Runs:
    """Runs of articles that were looked through with the same lists, as more come."""

    def __init__(self, db: Database) -> None:
        self._known = {name: version for name, version, _ in db.execute(_LAST) if version}
        self._rows: list[tuple[str, int, str]] = []

    def note(self, article_id: int, lists: Lists) -> None:
        """Note with which lists the next article was looked through."""
        now = dict(lists)
        if now == self._known:
            return
        for name in sorted(now.keys() | self._known.keys()):
            if now.get(name) != self._known.get(name):
                self._rows.append((name, article_id, now.get(name, "")))
        self._known = now

    def write(self, db: Database) -> None:
        """Write the runs that began."""
        db.conn.executemany("INSERT INTO list_runs VALUES (?, ?, ?)", self._rows)
