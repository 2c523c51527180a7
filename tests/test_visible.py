"""What can be shown of a text: nothing in it acts, and nothing that can be read is lost."""

import json
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wirewatch.text.visible import isolated, visible, visible_json, visible_line

TURNING = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
texts = st.text(st.sampled_from("ab אع1 \n\t\r\x1b\x9b\x07\u2028\ud800\U000e0041") | st.sampled_from(sorted(TURNING)) | st.characters())  # fmt: skip


def acting(text: str) -> set[str]:
    """Give what of a text acts: controls, what turns a line's order beyond itself, and the like."""
    left = text
    for piece in text.split("\u2068")[1:]:
        inner, ended, _ = piece.partition("\u2069")
        if ended and not set(inner) & (TURNING | {"\n"}):
            left = left.replace(f"\u2068{inner}\u2069", inner, 1)
    return {
        char
        for char in left
        if char in TURNING or unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"}
    } - {"\n", "\t"}


@given(texts)
@example("\u2068a\u2069\u2068\n\u2069\u2068\u202e\u2069")
def test_nothing_acts(text: str) -> None:
    """No control, C1 or half a character is left, and no mark that turns more than its own line."""
    assert not acting(visible(text))
    assert not acting(visible_line(text))
    assert not acting(isolated(text))
    assert not set(visible_line(text) + isolated(text)) & {"\n", "\t"}


@given(st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters="\u2068\u2069")))
def test_what_can_be_read_stays(text: str) -> None:
    """Letters, marks and signs of all scripts are shown as they are; all of it stays the same twice."""
    assert visible(text) == text
    assert isolated(text).strip("\u2068\u2069") == text


@given(texts)
def test_twice_is_once(text: str) -> None:
    """What can be shown is not changed again: one door behind another does no harm."""
    assert visible(visible(text)) == visible(text)
    assert visible(isolated(text)) == isolated(text)


@given(texts)
def test_json_says_the_same(text: str) -> None:
    """JSON is escaped by its own means, so that a script reads what was written."""
    said = visible_json(json.dumps([text], ensure_ascii=False))
    assert json.loads(said) == [text]
    assert not acting(said)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", r"\x1b[2J"),
        ("\x9b31m\x7f", r"\x9b31m\x7f"),
        ("a\rb", r"a\rb"),
        ("user\u202egpj.exe", r"user\u202egpj.exe"),
        ("a\u2067b", r"a\u2067b"),
        ("\ud800", r"\ud800"),
        ("می\u200cخواهم 👩\u200d🚀", "می\u200cخواهم 👩\u200d🚀"),
        ("two\n\tlines", "two\n\tlines"),
    ],
)
def test_examples(text: str, shown: str) -> None:
    """What acts is seen as its escape; joiners, which scripts and pictures need, remain."""
    assert visible(text) == shown


def test_a_line_from_right_to_left_is_kept_to_itself() -> None:
    """A headline in Arabic or Hebrew turns nothing but itself in a line of ours."""
    assert isolated("مجلس") == "\u2068مجلس\u2069"
    assert isolated("כנסת\u202e") == "\u2068כנסת\\u202e\u2069"
    assert isolated("Мәжіліс") == "Мәжіліс"
