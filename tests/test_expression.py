"""Expressions: the literal part that is looked for first, and stretches that are whole words."""

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wirewatch.rules.expression import described, fault_of, literal_of
from wirewatch.text.fold import fold
from wirewatch.text.words import ends_word, starts_word

LETTERS = st.text("abcd", min_size=1, max_size=5)
ATOMS = LETTERS | st.sampled_from(
    ["[ab]", "[^b]", ".", r"\d", r"\.", r"\w", " ", "-", r"\x61", r"\141", "[]a]", "[a(]", r"[\]a]"]
)
SIGNS = st.sampled_from(["*", "+", "?", "{2}", "{1,2}", "{0,1}", "{0}", "*?", "+?", "??"])
OPENINGS = st.sampled_from(["(", "(?:", "(?P<name>", "(?i:"])


def bigger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Join, choose, group and repeat expressions."""
    return (
        st.lists(inner, min_size=2, max_size=4).map("".join)
        | st.builds("{}{}|{})".format, OPENINGS, inner, inner)
        | st.builds("{}{}){}".format, OPENINGS, inner, SIGNS | st.just(""))
        | st.builds("{}{}".format, ATOMS, SIGNS)
        | st.builds("{}|{}".format, inner, inner)
    )


def once_named(expression: str) -> str:
    """Name the groups of an expression apart."""
    parts = expression.split("<name>")
    return "".join(f"{part}<n{number}>" for number, part in enumerate(parts[:-1])) + parts[-1]


EXPRESSIONS = st.recursive(ATOMS, bigger, max_leaves=6).map(once_named)


@settings(max_examples=300, deadline=None)
@given(st.data(), EXPRESSIONS)
def test_every_match_holds_the_literal(data: st.DataObject, expression: str) -> None:
    """Whatever an expression matches holds its literal part, once both are folded."""
    literal = literal_of(expression)
    if literal:
        drawn = data.draw(st.from_regex(re.compile(expression, re.ASCII), fullmatch=True))
        assert literal in fold(drawn).text


@pytest.mark.parametrize(
    ("expression", "literal"),
    [
        (r"resolution No\.? ?\d+", "resolution no"),
        (r"Türk\w+", "turk"),
        ("abcd+e", "abcd"),
        ("abcd*ef", "abc"),
        ("ab", ""),
        ("abc|def", ""),
        ("x(abc|def)y", ""),
        ("(abc)?defg", "defg"),
        ("(?P<n>ab(cd)efg)?hij", "hij"),
        ("(?P<n>a(b)c)(foo)?", ""),
        ("(?i)abc(?-i:def)", "abc"),
        ("[[:alpha:]]bcd", "bcd"),
        (r"\x41bcd\x{41}efgh", "efgh"),
        (r"\101bcd", "bcd"),
        (r"\p{Greek}abc\pLdefg", "defg"),
        (r"\Qabc*\Edef", ""),
        ("abcd{0}", "abc"),
        (r"C:\\bind", "c:\\bind"),
        ("No  12x", "12x"),
        ("Astana – Baku", "astana"),
        ("Astana–Baku", "astana baku"),
        ("abc\tdefg", "defg"),
        ("ـــ", ""),
    ],
)
def test_the_literal_of(expression: str, literal: str) -> None:
    """The literal part is the longest run that no match can do without, folded."""
    assert fault_of(expression) is None
    assert literal_of(expression) == literal


TEXTS = st.text("ab .국국会會é-", max_size=12)
SMALL = st.recursive(
    st.sampled_from(["a", "b", "a b", r"\.", "会", "국", r"\w", "é"]),
    lambda inner: (
        st.builds("{}{}".format, inner, inner)
        | st.builds("(?:{}|{})".format, inner, inner)
        | st.builds("(?:{}){}".format, inner, st.sampled_from(["?", "+", "+?", "*?"]))
    ),
    max_leaves=4,
)


@settings(max_examples=300, deadline=None)
@given(SMALL, TEXTS)
def test_stretches_are_whole_words_that_are_described(expression: str, text: str) -> None:
    """Each stretch begins and ends words and is described as a whole; none overlaps another."""
    if fault_of(expression):
        return
    found = described(expression, text)
    for start, end in found:
        assert start < end
        assert re.fullmatch(expression, text[start:end])
        assert starts_word(text, start)
        assert ends_word(text, end)
    assert all(one[1] <= other[0] for one, other in pairwise(found))


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(["a", "b", "ab", "ba", "aab"]), max_size=6).map(" ".join),
    st.lists(st.text("ab", min_size=1, max_size=3), min_size=1, max_size=3),
)
def test_any_of_some_words_is_found_wherever_it_stands(text: str, words: list[str]) -> None:
    """Of alternatives the one that is a whole word counts, in whatever order they are written."""
    whole = [(one.start(), one.end()) for one in re.finditer(r"\w+", text) if one[0] in words]
    assert described("|".join(words), text) == whole


@pytest.mark.parametrize(
    ("expression", "text", "found"),
    [
        (r"\w+", "қазақ é國x", ["қазақ", "é國x"]),
        (r"[\w-]+", "é-б", ["é-б"]),
        (r"[^\w]+x", "é,x", [",x"]),
        (r"\d+", "٣٤ 12a", ["٣٤"]),
        (r"(?i)É", "é", ["é"]),
        ("straße", "STRAẞE", ["STRAẞE"]),
        (r"국회", "국회의", ["국회"]),
        (r"[[:digit:]\w]+", "é1", ["é1"]),
    ],
)
def test_letters_of_every_script_are_letters(expression: str, text: str, found: list[str]) -> None:
    r"""`\w` and `\d` know every script, alone and within a class."""
    assert [text[start:end] for start, end in described(expression, text)] == found
