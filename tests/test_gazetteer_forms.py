"""Spellings cut into heads and tails stand for exactly what they are when written out."""

from hypothesis import given, settings
from hypothesis import strategies as st

from wirewatch.rules.gazetteer.forms import forms, tails
from wirewatch.rules.gazetteer.spellings import expanded
from wirewatch.text.fold import fold_term

PIECES = st.sampled_from(
    ["Парламент", "Сен", "а", "Mәжіліс", "مجلس", "Γερουσία", " ", " of ", "-", "İ", "é", "ß", "x"]
)
BRACES = st.lists(
    st.sampled_from(["", "а", "тің", "ның", "s", "'s", " the", "ال", "и", "\u0301n", "  x "]),
    min_size=2,
    max_size=4,
).map(lambda parts: "{" + ",".join(parts) + "}")
SPELLINGS = (
    st.lists(PIECES | BRACES, min_size=1, max_size=5)
    .map("".join)
    .filter(lambda text: text.count("{") < 4)
)


def written(spelling: str) -> set[str]:
    """Write a spelling out by its heads and tails."""
    return {
        (head + tail).strip()
        for head, rest in forms(spelling)
        for tail in (tails(rest) if rest else ("",))
    }


@settings(max_examples=400, deadline=None)
@given(SPELLINGS)
def test_heads_and_tails_are_what_is_written_out(spelling: str) -> None:
    """Heads with their tails are the folded spellings, no more and no fewer."""
    assert written(spelling) == {fold_term(text) for text in expanded(spelling, {})}


def test_nothing_between_two_words_leaves_one_space() -> None:
    """A part that may be left out leaves no second space where it stood."""
    assert written("Парламент {Казахстана,} {нижний,верхний}") == {
        "парламент казахстана нижний", "парламент нижний",
        "парламент казахстана верхний", "парламент верхний",
    }  # fmt: skip


def test_long_heads_are_not_written_out() -> None:
    """A beginning of four letters is looked for once, however many endings it has."""
    assert list(forms("Парламент{,а,у} Казахстан{а,}")) == [("парламент", "{,а,у} Казахстан{а,}")]
    assert sorted(forms("{,و}مجلس{,ات}")) == [("مجلس", "{,ات}"), ("ومجلس", "{,ات}")]
    assert sorted(tails("{,ның,н}")) == ["", "н", "ның"]
