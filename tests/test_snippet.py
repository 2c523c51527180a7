"""Pieces of texts for people: taken apart by what is marked, and put together to the same text."""

from hypothesis import given
from hypothesis import strategies as st

from wirewatch.text.snippet import layered, marked

TEXT = st.text(max_size=40)
STRETCHES = st.lists(st.tuples(st.integers(-3, 45), st.integers(-3, 45)), max_size=6)


@given(text=TEXT, one=STRETCHES, other=STRETCHES)
def test_pieces_are_the_text_and_each_character_has_its_layers(
    text: str, one: list[tuple[int, int]], other: list[tuple[int, int]]
) -> None:
    """Whatever overlaps, no character is lost or doubled, and each knows what it lies in."""
    layers = {"one": one, "other": other}
    pieces = layered(text, layers)
    assert "".join(piece for piece, _ in pieces) == text
    found = [known for piece, known in pieces for _ in piece]
    for place, known in enumerate(found):
        lies_in = {name for name, all_ in layers.items() if any(a <= place < b for a, b in all_)}
        assert known == lies_in


@given(text=TEXT, stretches=STRETCHES)
def test_marks_are_the_text(text: str, stretches: list[tuple[int, int]]) -> None:
    """A text with marks in it is the same text."""
    within = [(max(0, a), b) for a, b in stretches]
    assert "".join(piece for piece, _ in marked(text, within)) == text
