"""The full text index: it always agrees with the articles it is about."""

import sqlite3

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import START, told
from wirewatch.store.accept import accept
from wirewatch.store.database import Store

CHILDREN = ("attempts", "deliveries", "alerts", "matches", "mentions")


def agrees(store: Store) -> bool:
    """Let FTS5 compare its index with itself and with the table."""
    try:
        store.db.execute(
            "INSERT INTO articles_fts (articles_fts, rank) VALUES ('integrity-check', 1)"
        )
    except sqlite3.DatabaseError:
        return False
    return True


def found(store: Store, words: str) -> list[int]:
    query = "SELECT rowid FROM articles_fts WHERE articles_fts MATCH ? ORDER BY rowid"
    return [row[0] for row in store.db.execute(query, [words])]


@pytest.fixture
def stories(store: Store) -> Store:
    """Give a store with three articles."""
    bodies = ("Alpha met in Astana.", "Beta met in Baku.", "Gamma left for Geneva.")
    accept(store, [told(f"f{n}", body) for n, body in enumerate(bodies)], START)
    return store


def test_articles_are_found_from_the_first_commit(stories: Store) -> None:
    """What one transaction accepted is found by its words at once, and the index is whole."""
    assert found(stories, "met") == [1, 2]
    assert found(stories, '"left for geneva"') == [3]
    assert agrees(stories)


@pytest.mark.parametrize("column", ["title", "dateline", "body"])
def test_the_index_follows_a_changed_text(stories: Store, column: str) -> None:
    """A text changed by hand, with any tool, is found by its new words and not by its old ones."""
    stories.db.table("articles").update(2, {column: "Delta arrived"})
    assert found(stories, f"{column} : delta") == [2]
    assert found(stories, "met") == ([1] if column == "body" else [1, 2])
    assert agrees(stories)


def test_the_index_follows_a_deleted_article(stories: Store) -> None:
    """A deleted article is not found any more, and its id is free to be taken again."""
    for table in CHILDREN:
        stories.db.table(table).delete_where()
    stories.db.execute("DELETE FROM articles WHERE id = 3")
    assert found(stories, "gamma") == []
    assert agrees(stories)
    accept(stories, [told("f9", "Epsilon came.")], START)
    assert found(stories, "epsilon") == [3]
    assert agrees(stories)


def test_the_check_would_see_a_fault(stories: Store) -> None:
    """The comparison that these tests rest on does fail when the index lacks an article."""
    stories.db.execute("DROP TRIGGER articles_deleted")
    for table in CHILDREN:
        stories.db.table(table).delete_where()
    stories.db.execute("DELETE FROM articles WHERE id = 3")
    assert not agrees(stories)


def test_what_does_not_touch_the_text_leaves_the_index(stories: Store) -> None:
    """A change of any other column does not write the index anew."""

    def segments() -> list[tuple[object, ...]]:
        return list(stories.db.execute("SELECT id, block FROM articles_fts_data ORDER BY id"))

    before = segments()
    stories.db.execute("UPDATE articles SET status = 'withheld'")
    assert segments() == before


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.text(st.characters(codec="utf-8")).map("The {}".format), min_size=1, max_size=5))
def test_any_batch_keeps_the_index_whole(store: Store, bodies: list[str]) -> None:
    """Whatever text arrives, in whatever batches, index and table agree."""
    accept(store, [told(f"{number}", body) for number, body in enumerate(bodies)], START)
    assert store.db["articles"].count >= len(set(bodies))
    assert agrees(store)
