"""The language of a text whose file declares none: told offline, and only where that is sure."""

import tomllib
from collections import Counter
from pathlib import Path

import pytest

from wirewatch.formats import parse
from wirewatch.formats.completion import completed
from wirewatch.formats.language_detection import language_of
from wirewatch.model import Article

LABELLED = Path(__file__).parent / "labelled"


def test_stories() -> None:
    """Of whole stories in eleven languages none is told wrong, and nearly each is told."""
    wrong: Counter[tuple[str, str | None]] = Counter()
    count = 0
    for file in (LABELLED / "stories").glob("*.toml"):
        for story in tomllib.loads(file.read_text("utf-8"))["story"]:
            for text in story["text"]:
                found = language_of(text["body"].strip())
                count += 1
                if found != story["language"]:
                    wrong[story["language"], found] += 1
    assert not [pair for pair in wrong if pair[1] is not None]
    assert wrong.total() <= count / 100


def test_sentences() -> None:
    """Of single sentences in fifty languages hardly one in twenty is not told right."""
    right = count = 0
    for file in LABELLED.glob("*.toml"):
        for sentence in tomllib.loads(file.read_text("utf-8"))["sentence"]:
            declared = sentence["language"].partition("-")[0]
            right += language_of(sentence["text"]) == declared
            count += 1
    assert right / count > 0.95


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Қонунчилик палатаси ўз мажлисини бугун ҳам давом эттирди.", "uz"),
        ("ٴبىز بۇگىن پارلامەنتتە جاڭا زاڭ تۋرالى سويلەستىك", "kk"),
        ("立法會今日通過撥款修葺圖書館,議員討論咗三個鐘頭先至表決。", "zh"),
        ("Палата прадстаўнікоў сёння прыняла закон аб бібліятэках і архівах.", "be"),
        ("הכנסת אישרה היום בקריאה שלישית את חוק הספריות והארכיונים.", "he"),
    ],
)
def test_languages_that_are_easily_taken_for_others(text: str, language: str) -> None:
    """Languages of small presses and their other scripts are told, by the codes of today."""
    assert language_of(text) == language


def test_what_is_no_character() -> None:
    """What no text should hold does not keep its language from being told."""
    text = "The house of\ufffe the people met\ud800, and its speaker\x7f spoke of libraries."
    assert language_of(text) == "en"


@pytest.mark.parametrize("text", ["", "123 456 789", "USD 503", "Ok.", "x" * 15])
def test_too_little_to_tell(text: str) -> None:
    """Of a few letters nothing is said."""
    assert language_of(text) is None


def test_a_control_character_in_a_declaration() -> None:
    """A control character in the declared language is taken out of it, as out of all fields."""
    assert completed(Article("1", "", "A", "A\x7f body.", language="e\x7fn")).language == "en"


def test_what_the_file_declares_counts() -> None:
    """The declared language is believed, whatever the text looks like."""
    story = "---\ntitle: A\nlang: kk\n---\nThe Majilis met on Monday, and will meet again.\n"
    (article,) = parse(story.encode(), 1_000_000).articles
    assert article.language == "kk"
    (article,) = parse(story.replace("lang: kk\n", "").encode(), 1_000_000).articles
    assert article.language == "en"
