"""Where words begin and end, in spaced and unspaced scripts."""

import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wirewatch.text.words import (
    ends_word,
    is_unspaced,
    is_word_char,
    starts_word,
    word_count,
    word_starts,
    words,
)


def _whole(text: str, part: str) -> bool:
    """Tell whether `part` stands in `text` as a word or words of its own."""
    start = text.index(part)
    return starts_word(text, start) and ends_word(text, start + len(part))


WORDS = {
    "alone": ("senate", "senate"),
    "between spaces": ("the senate met", "senate"),
    "before a full stop": ("of the senate.", "senate"),
    "before an apostrophe": ("the senate's clerk", "senate"),
    "in quotes": ('the "senate" met', "senate"),
    "after a hyphen": ("nur-sultan", "sultan"),
    "Cyrillic": ("в сенате.", "сенате"),
    "Arabic": ("في مجلس النواب", "مجلس النواب"),
    "Chinese inside a sentence": ("哈萨克斯坦议会下院通过", "议会"),
    "Latin beside Chinese": ("访问turkpa总部", "turkpa"),
    "Chinese beside Latin": ("turkpa议会", "议会"),
    "Japanese": ("昨日、国会が開かれた", "国会"),
    "Thai": ("ประชุมรัฐสภาไทย", "รัฐสภา"),
    "Korean with a particle": ("오늘 국회의 회의", "국회"),
    "Hindi": ("आज लोक सभा में", "लोक सभा"),
}
PARTS = {
    "the front of a word": ("majilisten", "majilis"),
    "the end of a word": ("subsenate", "senate"),
    "beside a digit": ("cop29", "cop"),
    "beside an underscore": ("my_senate", "senate"),
    "Cyrillic ending": ("сената", "сенат"),
    "Arabic article": ("للبرلمان", "برلمان"),
    "before a vowel sign": ("सभाओं", "सभा"),
    "before a combining mark": ("senate\u0301", "senate"),
    "the end of a Korean word": ("여야국회", "국회"),
}


@pytest.mark.parametrize(("text", "part"), WORDS.values(), ids=WORDS)
def test_whole_word(text: str, part: str) -> None:
    """A name that stands by itself is a whole word, in any script."""
    assert _whole(text, part)


@pytest.mark.parametrize(("text", "part"), PARTS.values(), ids=PARTS)
def test_part_of_a_word(text: str, part: str) -> None:
    """A name inside a longer word is not that name."""
    assert not _whole(text, part)


def test_text_edges() -> None:
    """A word may begin at the beginning of a text and end at its end."""
    assert starts_word("duma", 0)
    assert ends_word("duma", 4)


def test_term_edged_by_punctuation() -> None:
    """A term that itself begins or ends with punctuation may stand beside letters."""
    assert _whole("say#duma", "#duma")
    assert _whole("duma.gov", "duma.")


@pytest.mark.parametrize("char", "aЯə9_ع국\u0301ी")
def test_word_characters(char: str) -> None:
    """Letters, digits, marks and the underscore hold a word together."""
    assert is_word_char(char)


@pytest.mark.parametrize("char", " \n-.'’«,/—…")
def test_parting_characters(char: str) -> None:
    """Spaces, punctuation and line breaks part words."""
    assert not is_word_char(char)


@pytest.mark.parametrize("char", "议国がカไລမខ𠀀\ufa0e")
def test_unspaced_scripts(char: str) -> None:
    """Scripts written without spaces let a word begin and end anywhere."""
    assert is_unspaced(char)
    assert not is_word_char(char)


@pytest.mark.parametrize("char", "aя국ع ")
def test_spaced_scripts(char: str) -> None:
    """Scripts written with spaces do not."""
    assert not is_unspaced(char)


@given(st.text(st.characters(max_codepoint=127)) | st.text())
@example("don't over-count: a_b (c) 1,000.50")
def test_counting(text: str) -> None:
    """As many words are counted as there are, however they are parted."""
    assert word_count(text) == len(word_starts(text)) == len(words(text))


def test_each_kind_of_space_parts_words() -> None:
    """Every white space of Unicode parts words when they are counted."""
    spaces = [chr(code) for code in range(sys.maxunicode + 1) if chr(code).isspace()]
    assert len(spaces) > 20
    assert all(word_count(f"a{space}b") == 2 for space in spaces)
