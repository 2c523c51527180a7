"""The questions that docs/schema.md answers in SQL."""

import re
from pathlib import Path

from conftest import START, told
from wirewatch.model import Article, Found, Mention
from wirewatch.store.accept import accept
from wirewatch.store.database import Store, open_reader

QUERIES = re.findall(
    r"```sql\n(.*?)```", (Path(__file__).parents[1] / "docs" / "schema.md").read_text(), re.DOTALL
)


def naming(store: Store, guid: str, published: str | None, *entries: str) -> None:
    """Store an article that names some bodies."""
    mentions = tuple(Mention("parliament", one, one, "body", 0, len(one)) for one in entries)
    found = Found(Article(guid, "", guid, guid, published=published), mentions)
    accept(store, [told(f"{guid}.txt", guid)._replace(found=(found,))], START)


def test_articles_by_parliament_and_month(store: Store) -> None:
    """SELECT gives articles by parliament and month; an article without a date counts as arrived."""
    naming(store, "a", "2026-01-31T23:00:00Z", "kz-majilis", "kz-majilis", "ipu")
    naming(store, "b", "2026-01-02", "kz-majilis")
    naming(store, "c", None, "ipu")
    (query,) = QUERIES
    assert [tuple(row) for row in open_reader(store.path).execute(query).fetchall()] == [
        ("kz-majilis", "2026-01", 2),
        ("ipu", "2026-01", 1),
        ("ipu", "2026-03", 1),
    ]
