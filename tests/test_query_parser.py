"""The query language: every operator, and every error with its column, caret and remedy."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wirewatch.errors import RuleError
from wirewatch.model import Article
from wirewatch.rules.evidence import Evidence
from wirewatch.rules.parser import parse_query
from wirewatch.rules.query.leaf import Compare, Named, Pattern, Term
from wirewatch.rules.query.logic import And, Not, Or
from wirewatch.rules.query.node import Node as Query
from wirewatch.rules.zones import TEXT_ZONES, ZONES

NOTHING = Evidence(Article("guid", "", "", ""), "wires", {}, {})
A, B, C = Term("a"), Term("b"), Term("c")
CURLY = ["“a b”", "„a b“", "”a b”", "‟a b”", "«a b»", "»a b«", "＂a b＂", '"a b”']

ERRORS = [
    ("", 1, "empty", "name a word"),
    (" \t\n", 1, "empty", "name a word"),
    ("a b", 3, "side by side", '"a b"'),
    ("a NOT b", 3, "NOT needs an operator", "AND NOT"),
    ("a and b", 3, "'and' is no operator", "write AND"),
    ("a Or b", 3, "'Or' is no operator", "write OR"),
    ("not a", 1, "'not' is no operator", "write NOT"),
    ("a AND", 6, "too early", "after the operator"),
    ("a AND  ", 6, "too early", "after the operator"),
    ("title:", 7, "too early", "add what comes after"),
    ("(a OR b", 8, "too early", "close the parenthesis"),
    ("a AND b)", 8, "closes nothing", "take it away"),
    ("a AND ()", 8, "')' cannot stand here", "put a word"),
    ("AND a", 1, "'AND' cannot stand here", "put a word"),
    ("a AND AND b", 7, "'AND' cannot stand here", "put a word"),
    ("a OR AND b", 6, "'AND' cannot stand here", "put a word"),
    ("a AND OR", 7, "'OR' cannot stand here", "put a word"),
    ("NOT OR a", 5, "'OR' cannot stand here", "put a word"),
    ("title:NOT a", 7, "'NOT' cannot stand here", "put a word"),
    ("a AND titel:b", 7, "unknown field 'titel'", "'title'"),
    ("a OR headlin:b", 6, "unknown field 'headlin'", "'headline'"),
    ("TITLE:a", 1, "unknown field 'TITLE'", "'title'"),
    ('a AND "b c', 7, "never closed", 'closing "'),
    ("a AND “b c", 7, "never closed", 'closing "'),
    ("a AND *", 7, "'*' cannot stand here", "quotes"),
    ("a**", 3, "'*' cannot stand here", "quotes"),
    ("10:30", 3, "':' cannot stand here", "quotes"),
    ("a AND @", 7, "'@' cannot stand here", "quotes"),
    ("a AND /b", 7, "expression is never closed", "closing /"),
    ("a AND --", 7, "no letter or digit", "name a word"),
    ('a AND "…"', 7, "no letter or digit", "name a word"),
    ("a AND ''*", 7, "no letter or digit", "name a word"),
    ('a OR ""', 6, "no letter or digit", "name a word"),
]


def refused(query: str) -> RuleError:
    with pytest.raises(RuleError) as caught:
        parse_query(query)
    return caught.value


def read(query: str) -> Query | RuleError:
    try:
        return parse_query(query)
    except RuleError as error:
        return error


def in_zone(zone: str, text: str, *, prefix: bool = False) -> Term:
    return Term(text, prefix, (zone,))


@pytest.mark.parametrize(
    ("query", "tree"),
    [
        ("a", A),
        ('"a  b"', Term("a b")),
        ("a*", Term("a", prefix=True)),
        ("@parliament", Named("parliament")),
        ("@parliament:KZ", Named("parliament", "KZ")),
        ("a AND b AND c", And((A, B, C))),
        ("a OR b OR c", Or((A, B, C))),
        ("NOT a", Not(A)),
        ("(a)", A),
        ("a OR b AND c", Or((A, And((B, C))))),
        ("a AND b OR c", Or((And((A, B)), C))),
        ("(a OR b) AND c", And((Or((A, B)), C))),
        ("NOT a AND b", And((Not(A), B))),
        ("NOT (a AND b)", Not(And((A, B)))),
        ("a AND NOT b", And((A, Not(B)))),
        ('title:"a b"', in_zone("title", "a b")),
        ("title: a", in_zone("title", "a")),
        ("body:a*", in_zone("body", "a", prefix=True)),
        ("title:@g:KZ", Named("g", "KZ", ("title",))),
        ("title:(a OR NOT b)", Or((in_zone("title", "a"), Not(in_zone("title", "b"))))),
        ("title:a AND b", And((in_zone("title", "a"), B))),
        ("NOT title:a", Not(in_zone("title", "a"))),
        ("a\n  AND(b)OR\tc", Or((And((A, B)), C))),
    ],
)
def test_each_operator_makes_its_node(query: str, tree: Query) -> None:
    """Every operator is read as docs say: NOT binds tighter than AND, AND tighter than OR."""
    assert parse_query(query) == tree


@pytest.mark.parametrize("zone", ZONES)
def test_each_zone_can_be_named(zone: str) -> None:
    """Every zone of an article can be searched by its name; a bare word searches the text."""
    assert parse_query(f"{zone}:a AND b") == And((in_zone(zone, "a"), Term("b", zones=TEXT_ZONES)))


@pytest.mark.parametrize("quoted", CURLY)
def test_curly_quotes_are_quotes(quoted: str) -> None:
    """A phrase may stand in any kind of double quotation marks, as word processors write them."""
    assert parse_query(quoted) == Term("a b")


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("MƏCLİS", "məclis"),
        ("Straße", "strasse"),
        ("Ｗｉｄｅ", "wide"),
        ("Áéñ", "aen"),
        ("Ещё", "еще"),
        ("o’zbek", "o'zbek"),
        ("国会", "国会"),
        ("U.S.", "u.s."),
    ],
)
def test_terms_are_folded(written: str, folded: str) -> None:
    """A term is kept as it is compared: without case, accents and width."""
    assert parse_query(written) == Term(folded)


@pytest.mark.parametrize("word", ["ORDERS", "ANDROID", "NOTICE", "ORAND", "ANDlike", "OR/AND"])
def test_a_word_that_begins_like_an_operator_is_a_word(word: str) -> None:
    """A word that merely begins with AND, OR or NOT is a word, wherever it stands."""
    assert parse_query(word) == Term(word.lower())
    assert parse_query(f"a AND {word}") == And((A, Term(word.lower())))
    assert parse_query(f"a AND {word} OR b") == Or((And((A, Term(word.lower()))), B))
    assert "side by side" in refused(f"minister {word}").problem


def test_a_quoted_operator_is_a_word() -> None:
    """An operator's word in quotes is looked for like any other word."""
    assert parse_query('"AND" OR "not"') == Or((Term("and"), Term("not")))


@pytest.mark.parametrize(("query", "column", "problem", "remedy"), ERRORS)
def test_each_error_has_its_column_and_remedy(
    query: str, column: int, problem: str, remedy: str
) -> None:
    """Every error says what is wrong, in which column, and what to write instead."""
    error = refused(query)
    assert problem in error.problem
    assert error.column == column
    assert remedy in error.remedy
    assert str(error).endswith(error.remedy)


@pytest.mark.parametrize("before", ["", "x AND ", "y OR\n", "long OR " * 30, "z AND\n" * 3])
@pytest.mark.parametrize("bad", ["titel:b", "--", '"b'])
def test_the_caret_stands_under_the_fault(before: str, bad: str) -> None:
    """The drawing shows the faulty line of the query, with the caret under the fault's place."""
    error = refused(before + bad)
    head, line, caret = error.drawn().split("\n")
    line_before = before.rpartition("\n")[2]
    assert error.column == len(before) + 1
    assert line[caret.index("^") :].startswith(bad)
    assert caret.strip() == "^"
    assert f"line {before.count(chr(10)) + 1}, column {len(line_before) + 1}" in head


@pytest.mark.parametrize(
    ("left", "right"),
    [("kazakh", "parliament"), ("қазақ", "парламенті"), ("中国", "议会"), ("مجلس", "ملي")],
)
def test_two_bare_words_propose_both_readings(left: str, right: str) -> None:
    """Two bare words side by side are an error that proposes the phrase and the conjunction."""
    error = refused(f"{left} {right}")
    assert f'"{left} {right}" for the phrase' in error.remedy
    assert f"{left} AND {right} for both" in error.remedy
    assert f"{left} OR {right} for either" in error.remedy
    assert error.column == len(left) + 2


@pytest.mark.parametrize(
    "query", ["a b", 'a "b c"', "a* b", "@g b", "a b c", "a (b)", "(a) b", "(a) (b)", "a title:b"]
)
def test_proposed_readings_can_be_read(query: str) -> None:
    """What an error tells people to write is itself a query."""
    remedy = refused(query).remedy
    assert "AND" in remedy
    assert "OR" in remedy
    for reading in re.findall(r"(?:write |, or |, )(.+?) for (?:the phrase|both|either)", remedy):
        assert not isinstance(read(reading), RuleError)


def test_a_query_of_20000_characters_is_read() -> None:
    """A long query, as programs write them, is read like any other."""
    words = [f"word{number}" for number in range(1850)]
    query = " OR ".join(words)
    assert len(query) >= 20_000
    assert [leaf.text for leaf in parse_query(query).leaves() if isinstance(leaf, Term)] == words
    assert parse_query(f'"{"x" * 20_000}"') == Term("x" * 20_000)


def test_many_words_with_not_inside_are_no_nesting() -> None:
    """Only the operator NOT counts as nesting, not words and phrases that hold these letters."""
    assert len(list(parse_query(" OR ".join(["NOTARY", '"DO NOT"'] * 201)).leaves())) == 402


def test_parentheses_in_phrases_are_no_nesting() -> None:
    """Parentheses inside quotes are text."""
    assert parse_query(f'"{"(" * 300}a"') == Term("(" * 300 + "a")


@pytest.mark.parametrize(
    ("query", "what"),
    [
        ("(" * 201 + "a" + ")" * 201, "parentheses"),
        ("(" * 20_000, "parentheses"),
        ("NOT " * 201 + "a", "NOT"),
        ("NOT(" * 4_000 + "a", "parentheses"),
        ("title:" * 3_300 + "a", "title:"),
    ],
)
def test_deep_nesting_is_refused_by_name(query: str, what: str) -> None:
    """A query too deep to be walked is refused by name, and never exhausts the stack."""
    error = refused(query)
    assert what in error.problem
    assert error.remedy


@pytest.mark.parametrize("opening", ["(", "title:(", "NOT (", "a OR b AND NOT title:("])
@pytest.mark.parametrize("depth", [20, 50, 100, 199])
def test_nesting_is_read_or_refused(opening: str, depth: int) -> None:
    """At any depth a query can be walked to its end or is refused; twenty levels can be walked."""
    tree = read(opening * depth + "deep" + ")" * depth)
    if isinstance(tree, RuleError):
        assert depth > 20
        assert "inside each other" in tree.problem or "times NOT" in tree.problem
    else:
        assert [leaf for leaf in tree.leaves() if isinstance(leaf, Term) and leaf.text == "deep"]
        assert repr(tree)
        assert tree.spans(NOTHING) is None or "NOT" in opening


_PIECES = st.sampled_from(
    ["a", "b*", " ", " ", "\n", "AND", "OR", "NOT", "and", "(", ")", '"', "“", "»", "title:", "x:",
     "@", "@g", ":", "*", "-", "é", "国", "𐐀", "\x00", "/", "=", "NEAR/3", "BEFORE/2", "/5",
     "SENTENCE(", "ATLEAST(2,", "FIRST (1", "DISTINCT(1,", ",", "words>", "published=", "2026-01-31",
     "subject:", "/b\\d+/", "＊", "[", "\\"]
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(_PIECES, max_size=14).map("".join) | st.text(max_size=20))
def test_any_text_is_a_query_or_an_explained_error(text: str) -> None:
    """Whatever people type is read, or refused with a place inside the text and a remedy."""
    tree = read(text)
    if isinstance(tree, RuleError):
        assert 1 <= tree.column <= len(text) + 1
        assert tree.problem
        assert tree.remedy
        assert tree.drawn().endswith("^")
    else:
        assert all(isinstance(leaf, Term | Named | Pattern | Compare) for leaf in tree.leaves())
        assert parse_query(str(tree)) == tree
