"""With which lists the names in articles were found: from one article on, until these changed."""

from sqlite_utils import Database


def since(db: Database, lists: str) -> int | None:
    """Give the article from which on names are those of some lists, 0 where all are.

    None where the last ones are of other lists. What was stored before may name what these lists
    know and earlier ones did not.
    """
    row = db.execute(
        "SELECT EXISTS (SELECT 1 FROM articles WHERE id < first_article) * first_article, lists"
        " FROM list_runs ORDER BY first_article DESC LIMIT 1"
    ).fetchone()
    return int(row[0]) if row and row[1] == lists else None


class Runs:
    """Runs of articles that were looked through with the same lists, as more come."""

    def __init__(self, db: Database) -> None:
        row = db.execute(
            "SELECT lists FROM list_runs ORDER BY first_article DESC LIMIT 1"
        ).fetchone()
        self._lists = row[0] if row else None
        self._rows: list[tuple[int, str]] = []

    def note(self, article_id: int, lists: str) -> None:
        """Note with which lists the next article was looked through."""
        if lists != self._lists:
            self._lists = lists
            self._rows.append((article_id, lists))

    def write(self, db: Database) -> None:
        """Write the runs that began."""
        db.conn.executemany("INSERT INTO list_runs VALUES (?, ?)", self._rows)
