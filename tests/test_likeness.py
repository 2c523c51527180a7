"""Whether two texts tell the same story: what is compared, and what makes no difference."""

import pytest

from wirewatch.text.likeness import Thresholds, gist, joined, marks, shared

STORY = (
    "The Majilis of Kazakhstan voted on Monday to open its archive of 1,200 letters to readers.\n\n"
    "Its keepers said that 14 rooms were ready, and that 300 boxes had yet to be carried upstairs.\n\n"
    "Visitors will be asked to wash their hands before they touch any letter in the collection."
)
EACH = Thresholds()


def test_the_same_words_have_the_same_marks() -> None:
    """Case, quotation marks, dashes and line ends do not make another sentence."""
    other = STORY.replace("\n\n", "\n").upper().replace("MAJILIS", "“Majilis”")
    assert marks(other) == marks(STORY)
    assert len(marks(STORY)) == 3


def test_short_sentences_have_no_mark() -> None:
    """What anybody may say in a few words marks no story."""
    assert marks("He said so. It rained. Read more.") == ()


@pytest.mark.parametrize(
    "text",
    [
        "国会は月曜日に新しい議事堂の図書館を一般の読者に開放することを賛成多数で決めた。",
        "รัฐสภามีมติเมื่อวันจันทร์ให้เปิดห้องสมุดแก่ประชาชนทั่วไป",
    ],
)
def test_scripts_without_spaces(text: str) -> None:
    """A sentence of a script without spaces is marked by its length, and compared by characters."""
    assert len(marks(text)) == 1
    assert shared(gist(text), gist(text[:30]), EACH) == 1.0


def test_a_cut_is_the_same_story() -> None:
    """A text is compared by what the shorter has: a cut shares all of it."""
    assert shared(gist(STORY), gist(STORY.partition("\n\n")[0]), EACH) == 1.0


def test_other_numbers_are_another_story() -> None:
    """The same phrases with other numbers are another day's bulletin."""
    other = STORY.replace("1,200", "1,350").replace("14", "19").replace("300", "712")
    assert shared(gist(STORY), gist(other), EACH) == 0.0
    assert shared(gist(STORY), gist(other), Thresholds(numbers=0.0)) > 0.8


def test_digits_of_any_script_are_the_same_numbers() -> None:
    """Numbers are compared by value, however their digits and groups are written."""
    other = STORY.replace("1,200", "١٬٢٠٠".replace("٬", ".")).replace("14", "١٤")
    assert gist(other).numbers == gist(STORY).numbers


def test_nothing_in_common() -> None:
    """Texts that share no phrase are different stories, and an empty one is like any."""
    assert (
        shared(gist(STORY), gist("Rain is expected in the north of the country today."), EACH) == 0
    )
    assert marks("") == ()


def test_together() -> None:
    """Several texts together have what each of them has."""
    parts = STORY.split("\n\n")
    whole = joined(gist(part) for part in parts)
    assert shared(gist(parts[2]), whole, EACH) == 1.0
    assert whole.numbers == gist(STORY).numbers


def test_the_first_sentences_are_marked() -> None:
    """Of a long text the first eight sentences are marked, so that keeping them stays cheap."""
    long = " ".join(f"Sentence number {n} has eight words in it." for n in range(50))
    assert len(marks(long)) == 8


def test_one_number_says_nothing() -> None:
    """Where a text has one number only, another one there does not make another story."""
    one, other = (
        f"A quake in the north killed {n} people, the speaker said today." for n in (5, 9)
    )
    assert shared(gist(one), gist(other), EACH) > 0
