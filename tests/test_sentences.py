"""Where sentences begin and end, and how a text is shortened."""

import pytest

from wirewatch.text.sentences import sentences, shortened

SPLITS = {
    "one": ["The chamber met."],
    "full stops": ["The chamber met.", "It rose at noon."],
    "other marks": ["Will it sit?", "It will!", "Perhaps…", "Nobody knows"],
    "three dots": ["They waited...", "Nothing came."],
    "closing quote": ["“The lamp is lit.”", "She left."],
    "angle quotes": ["«Поздно!»", "Она ушла."],
    "a quote after a verb": ["Он сказал: «Поздно».", "Они разошлись."],
    "bracket": ["(The bell rang.)", "Then they voted."],
    "titles of people": ["Mr. Brown and Dr. Aliyeva met Prof. Ozdemir.", "They talked."],
    "initials": ["J. Brown and A. B. Osman spoke.", "Nobody else did."],
    "states by their letters": ["The U.S. Senate met.", "It rose at noon."],
    "days": ["It opens on Jan. 5 or on Feb. Monday at the latest.", "Come early."],
    "Russian abbreviations": ["На ул. Мира в г. Баку тихо.", "Все ушли."],
    "numbers": ["Rates rose by 1.5 percent.", "Wages did not."],
    "sites": ["See parlam.kz for more.", "It is free."],
    "Azerbaijani": ["İclas bitdi.", "İndi hamı gedir."],
    "Kazakh": ["Ол келді.", "Қазір кеш."],
    "Arabic": ["اجتمع المجلس؟", "لا"],
    "Urdu": ["اجلاس ختم ہوا۔", "سب چلے گئے۔"],
    "Hindi": ["सभा आज बैठी।", "वह शाम को उठी।"],
}


@pytest.mark.parametrize("expected", SPLITS.values(), ids=SPLITS)
def test_split(expected: list[str]) -> None:
    """A text is parted where its sentences end and nowhere else."""
    text = " ".join(expected)
    assert [text[start:end] for start, end in sentences(text)] == expected


ABBREVIATIONS = (
    "Mr Mrs Ms Dr Prof Sen Rep Gov Gen St No vs Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec"
    " J г ул им тов проф акад"
)


@pytest.mark.parametrize("word", ABBREVIATIONS.split())
def test_abbreviations(word: str) -> None:
    """The full stop of an abbreviation ends no sentence, though a capital follows."""
    text = f"It was {word}. Brown (and {word}. Green) who came"
    assert sentences(text) == [(0, len(text))]


def test_unspaced_sentences() -> None:
    """Chinese sentences need no space between them."""
    text = "议会开会。大家都来了！「真的吗？」他说"
    found = [text[start:end] for start, end in sentences(text)]
    assert found == ["议会开会。", "大家都来了！", "「真的吗？」", "他说"]


def test_paragraphs_part_sentences() -> None:
    """A paragraph's end is a sentence's end, with or without a full stop."""
    text = "A heading\n\n  The first line.  \nA second  "
    found = [text[start:end] for start, end in sentences(text)]
    assert found == ["A heading", "The first line.", "A second"]


@pytest.mark.parametrize("text", ["", " ", "\n \n"])
def test_no_sentence(text: str) -> None:
    """A text of white space alone has no sentence."""
    assert sentences(text) == []


def test_nothing_lost() -> None:
    """Sentences follow one another, and only white space is left between them."""
    text = "“One.” Two?! Three… four. Five (six.) Seven.\nMr. Eight "
    reached = 0
    for start, end in sentences(text):
        assert start >= reached
        assert not text[reached:start].strip()
        assert text[start:end] == text[start:end].strip()
        reached = end
    assert not text[reached:].strip()


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [
        ("The chamber met", 15, "The chamber met"),
        ("The chamber met", 14, "The chamber…"),
        ("The chamber, however, met", 13, "The chamber…"),
        ("The chamber – again – met", 15, "The chamber…"),
        ("Parliamentarianism", 10, "Parliamen…"),
        ("A parliamentarianism", 10, "A parliam…"),
        ("议会今天开会讨论预算", 6, "议会今天开…"),
        ("ab", 1, "…"),
        ("", 5, ""),
    ],
)
def test_shortened(text: str, limit: int, short: str) -> None:
    """A long text is cut at a word's end, without dangling marks, within its limit."""
    assert shortened(text, limit) == short
    assert len(shortened(text, limit)) <= limit
