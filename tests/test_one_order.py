"""What desks number follows from what they perform: nothing is left to a process's own order."""

from conftest import START
from test_stories import article
from wirewatch.store.accept import accept
from wirewatch.store.database import Store

WORDS = ("archive", "bridge", "canal", "dairy", "engine", "forest", "garden")


def body(word: str) -> str:
    """Write a text that shares no sentence with others."""
    return "\n\n".join(
        f"{first} {word} {' '.join(f'{word}{number}' for number in range(12))} came to its end."
        for first in ("The Majilis saw that the", "Of the", "Beside the")
    )


def test_what_is_told_in_the_place_of_others_has_one_order(store: Store) -> None:
    """Stories that are withdrawn together are told by their copies in the order of the batch."""
    first = [article(body(word), "Kazinform", f"tag:{word}") for word in WORDS]
    copies = [article(f"{body(word)}\n\nRead more.", "The Herald") for word in WORDS]
    accept(store, [*first, *copies], START)
    assert store.db["alerts"].count == len(WORDS)
    kills = [
        article(body(word), guid=f"tag:{word}", version=2, status="canceled") for word in WORDS
    ]
    accept(store, kills, START)
    rows = store.db.execute("SELECT article_id FROM alerts ORDER BY id").fetchall()
    assert [row[0] for row in rows] == list(range(1, 2 * len(WORDS) + 1))
