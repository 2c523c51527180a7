"""Every way to write an operator wrongly: what is said, under which column, and what to do."""

import re
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wirewatch.errors import RuleError
from wirewatch.rules.parser import parse_query
from wirewatch.rules.query.node import Node as Query

NINES = "9" * 5_000
ERRORS = [
    ("a NEAR b", 3, "'NEAR' is no operator", "write NEAR/5"),
    ("a near/5 b", 3, "'near/5' is no operator", "write NEAR/5"),
    ("a BEFORE/x b", 3, "'BEFORE/x' is no operator", "write BEFORE/5"),
    ("a NEAR/-1 b", 3, "'NEAR/-1' is no operator", "write NEAR/5"),
    ("a NEAR/ 5 b", 3, "'NEAR/' is no operator", "write NEAR/5"),
    ("a NEAR/0 b", 3, "'0' is no number from 1 to 10,000", "write a number"),
    ("a NEAR/10001 b", 3, "'10001' is no number", "write a number"),
    (f"a NEAR/{NINES} b", 3, "is no number", "write a number"),
    ("a NEAR/٥ b", 3, "'٥' is no number", "write a number"),
    ("a AND NEAR/5 b", 7, "'NEAR/5' cannot stand here", "on both sides: a NEAR/5 b"),
    ("NEAR/5 a", 1, "'NEAR/5' cannot stand here", "on both sides: a NEAR/5 b"),
    ("BEFORE/5", 1, "'BEFORE/5' cannot stand here", "on both sides: a BEFORE/5 b"),
    ("a NEAR/5 NEAR/5 b", 10, "'NEAR/5' cannot stand here", "on both sides: a NEAR/5 b"),
    ("a NEAR/5", 9, "too early", "after the operator"),
    ("a NEAR/5 AND b", 10, "'AND' cannot stand here", "put a word"),
    ("a NEAR/5 NOT b", 10, "'NOT' cannot stand here", "AND NOT (a NEAR/5 b)"),
    ("x OR a NEAR/5 (b AND c)", 8, "NEAR takes what has a place in the text, not b AND c", "ORs"),
    ("(NOT a) BEFORE/5 b", 9, "BEFORE takes what has a place", "use words"),
    ("a NEAR/5 urgency<=3", 3, "not urgency<=3", "use words"),
    ("a NEAR/5 ATLEAST(2, b)", 3, "not ATLEAST(2, b)", "use words"),
    ("a NEAR/5 (b OR NOT c)", 3, "not b OR NOT c", "use words"),
    ("SENTENCE(a)", 1, "SENTENCE needs two parts", "write SENTENCE(a, b)"),
    ("x AND SENTENCE (a)", 7, "SENTENCE needs two parts", "write SENTENCE(a, b)"),
    ("SENTENCE(a, NOT b)", 1, "not NOT b", "use words"),
    ("PARAGRAPH(a AND b, c)", 1, "PARAGRAPH takes", "use words"),
    ("SENTENCE(a b)", 12, "side by side", '"a b" for the phrase'),
    ("SENTENCE(a, )", 13, "')' cannot stand here", "put a word"),
    ("SENTENCE(, a)", 10, "',' cannot stand here", "commas part"),
    ("SENTENCE(a,, b)", 12, "',' cannot stand here", "commas part"),
    ("SENTENCE()", 10, "')' cannot stand here", "put a word"),
    ("SENTENCE(a, b", 14, "too early", "close the parenthesis"),
    (r"(/a\)/ OR b", 12, "too early", "close the parenthesis"),
    ('a AND "((" AND', 15, "too early", "after the operator"),
    ("sentence(a, b)", 1, "sentence is no operator", "write SENTENCE(a, b)"),
    ("a SENTENCE(b, c)", 3, "operator is missing", "AND or OR"),
    ("a, b", 2, "',' cannot stand here", "write AND or OR"),
    ("FIRST(3, a, b)", 11, "',' cannot stand here", "write AND or OR"),
    ("ATLEAST(2 a)", 1, "ATLEAST needs a number and a comma", "write ATLEAST(2, a)"),
    ("ATLEAST(a)", 1, "ATLEAST needs a number", "write ATLEAST(2, a)"),
    ("ATLEAST(x, a)", 1, "ATLEAST needs a number", "write ATLEAST(2, a)"),
    ("ATLEAST(-1, a)", 1, "ATLEAST needs a number", "write ATLEAST(2, a)"),
    ("ATLEAST(0, a)", 1, "'0' is no number", "write a number"),
    (f"ATLEAST({NINES}, a)", 1, "is no number", "write a number"),
    ("ATLEAST(2,)", 11, "')' cannot stand here", "put a word"),
    ("ATLEAST(2, a AND b)", 1, "ATLEAST takes what has a place", "use words"),
    ("first(3, a)", 1, "first is no operator", "write FIRST(2, a)"),
    ("FIRST(10001, a)", 1, "'10001' is no number", "write a number"),
    ("DISTINCT(2, a)", 1, "DISTINCT counts members of lists", "DISTINCT(2, @parliament)"),
    ("DISTINCT(2, @a AND @b)", 1, "DISTINCT counts members", "DISTINCT(2, @parliament)"),
    ("DISTINCT(@a)", 1, "DISTINCT needs a number", "write DISTINCT(2, a)"),
    ("a AND //", 7, "expression is empty", "between the slashes"),
    ("a AND /b(/", 7, "RE2 refuses it: missing )", "docs/rules.md"),
    (r"/(a)\1/", 1, "RE2 refuses it: invalid escape", "docs/rules.md"),
    ("/a(?=b)/", 1, "RE2 refuses it", "docs/rules.md"),
    ("/a{2000}/", 1, "RE2 refuses it", "docs/rules.md"),
    ("/a*/", 1, "true of an empty text", "docs/rules.md"),
    ("/^|a/", 1, "true of an empty text", "docs/rules.md"),
    (r"x OR /\bab/", 6, r"\b knows ASCII only", "docs/rules.md"),
    (r"/ab\B/", 1, r"\b knows ASCII only", "docs/rules.md"),
    (r"/[\W_]ab/", 1, r"write [^\w]", "docs/rules.md"),
    ("/a/ /b/", 5, "side by side", "/a/ AND /b/ for both"),
    ("a AND /b c", 7, "expression is never closed", "closing /"),
    ("=", 1, "'=' cannot stand here", "quotes"),
    ('=""', 1, "no letter or digit", "name a word"),
    ('="a * b"', 1, "a star stands for nothing", "leave the = away"),
    ('"* a"', 1, "cannot begin with *", "leave the star away"),
    ('x OR "a *"', 6, "cannot end with a star by itself", "word*"),
    ('"a* b"', 1, "a star ends the last word", '"a * b*"'),
    ('"a * b*c"', 1, "a star ends the last word", '"a * b*"'),
    ("subject:a*b", 1, "a star ends a word", "leave the star away"),
    ("x AND urgency:3", 7, "urgency is compared", "urgency="),
    ("titel:(a OR b)", 1, "unknown field 'titel'", "'title'"),
    ("title:(a OR body:b)", 1, "body: stands inside another field", "name one field"),
    ("title: body:a", 8, "body: stands inside another field", "name one field"),
    ("urgency<=", 1, "'' is no number", "write a number"),
    ("urgency<=x", 1, "'x' is no number", "write a number"),
    ("urgency==3", 1, "'=3' is no number", "write a number"),
    ("words>0", 1, "'0' is no number", "write a number"),
    ('words>"3"', 1, "compares with nothing", "without quotes"),
    ("x AND published>2026", 7, "'2026' is no date", "2026-01-31"),
    ("published=2026-02-30", 1, "'2026-02-30' is no date", "2026-01-31"),
    ("length>3 AND >3", 14, "'>' cannot stand here", "urgency, words, published are compared"),
]  # fmt: skip


def refused(query: str) -> RuleError:
    with pytest.raises(RuleError) as caught:
        parse_query(query)
    return caught.value


def read(query: str) -> Query | RuleError:
    try:
        return parse_query(query)
    except RuleError as error:
        return error


@pytest.mark.parametrize(
    ("query", "column", "problem", "remedy"), ERRORS, ids=[one[0][:30] for one in ERRORS]
)
def test_each_error_says_where_what_and_what_to_do(
    query: str, column: int, problem: str, remedy: str
) -> None:
    """Every misuse is told in its column, with a caret, and with a remedy for just that."""
    error = refused(query)
    assert problem in error.problem
    assert (error.column, remedy in error.remedy) == (column, True), error.remedy
    caret = error.drawn().split("\n")[-1]
    assert caret.strip() == "^"
    assert len(error.problem + error.remedy) < 300


@pytest.mark.parametrize(
    ("query", "readings"),
    [
        ("a NEAR/5 b NEAR/5 c", ["(a NEAR/5 b) NEAR/5 c", "a NEAR/5 (b NEAR/5 c)"]),
        (
            'x AND title:"a b" NEAR/1 (b OR c) BEFORE/2 SENTENCE(d, e) AND y',
            [
                'title:"a b" NEAR/1 (b OR c) BEFORE/2 SENTENCE(d, e)'.replace(*bracketed)
                for bracketed in (
                    ('title:"a b" NEAR/1 (b OR c)', '(title:"a b" NEAR/1 (b OR c))'),
                    ("(b OR c) BEFORE/2 SENTENCE(d, e)", "((b OR c) BEFORE/2 SENTENCE(d, e))"),
                )
            ],
        ),
        (
            "(a NEAR/5 /b(/ NEAR/5 title:FIRST(3, c))".replace("b(", r"b\("),
            [
                r"(a NEAR/5 /b\(/) NEAR/5 title:FIRST(3, c)",
                r"a NEAR/5 (/b\(/ NEAR/5 title:FIRST(3, c))",
            ],
        ),
        ("a NEAR/5 b NEAR/5 c NEAR/5 d", ["(a NEAR/5 b) NEAR/5 c", "a NEAR/5 (b NEAR/5 c)"]),
    ],
)
def test_a_chain_of_near_proposes_both_readings(query: str, readings: list[str]) -> None:
    """Of two NEARs side by side both readings are proposed, and each can itself be read."""
    error = refused(query)
    assert "need parentheses" in error.problem
    assert error.remedy == f"write {readings[0]} or {readings[1]}"
    first, second = map(parse_query, readings)
    assert first != second


OPERANDS = [
    "a", "b*", '"c d"', '"c * d"', "=E", '="E F"', "/gh/", "@i", "subject:j", "urgency<=3",
]  # fmt: skip


@pytest.mark.parametrize(("left", "right"), list(product(OPERANDS, OPERANDS)))
def test_every_pair_side_by_side_proposes_what_can_be_read(left: str, right: str) -> None:
    """Whatever two operands stand side by side, each reading that is proposed is a query."""
    remedy = refused(f"{left} {right}").remedy
    readings = re.findall(r"(?:write |, or |, )(.+?) for (?:the phrase|both|either)", remedy)
    assert len(readings) == 2 + (left == right == "a")
    for reading in readings:
        parse_query(reading)


@pytest.mark.parametrize(
    "piece",
    ["a NEAR/5 b", "SENTENCE(a, b)", '"a * b"', "ATLEAST(2, a)", "=A", "/abc/", "words>3"],
)
def test_a_query_of_20000_characters(piece: str) -> None:
    """A long query of any operator is read, walked and written again."""
    tree = parse_query(" OR ".join([piece] * (20_000 // (len(piece) + 4) + 1)))
    assert len(list(tree.leaves())) > 1_000
    assert len(str(tree)) >= 19_900


@pytest.mark.parametrize(
    "opening",
    [
        "(", "SENTENCE(", "SENTENCE (a, ", "ATLEAST(2, ", "FIRST(3, (", "NOT (", "a NEAR/2 (",
        "x/ AND NOT (", "@a/b AND NOT (", "subject:/ AND NOT (", "words>3 AND NOT (", "subject: ",
        "lang: ", "NOT ", '"/" AND NOT (', r'/"\// AND NOT (', "a-/b OR (NOT ", "=x AND NOT (",
    ],
)  # fmt: skip
def test_deep_nesting_is_refused(opening: str) -> None:
    """A thousand levels of anything are refused by name, whatever hides the parentheses."""
    for tail in ("", " AND y/z", ' AND "'):
        error = refused(opening * 1_000 + "a" + ")" * opening.count("(") * 1_000 + tail)
        assert re.search(r"inside each other|times NOT|inside another field", error.problem)


@pytest.mark.parametrize(
    "opening", ["SENTENCE(a, ", "FIRST(3, ", "a NEAR/2 (", "NOT (", "NOT (NOT (", "title:("]
)
def test_moderate_nesting_is_read(opening: str) -> None:
    """Twenty levels of any operator are read, and written so that they are read again."""
    tree = parse_query(opening * 20 + "a" + ")" * opening.count("(") * 20)
    assert parse_query(str(tree)) == tree


_TOKENS = st.sampled_from(
    ["a", "b*", '"a * b"', "=A", "/ab/", "/a", "@g", "NEAR/2", "NEAR", "BEFORE/1", "SENTENCE(",
     "ATLEAST(2,", "ATLEAST(", "FIRST (1 ,", "DISTINCT(2,", "words>3", "urgency <=", "published",
     "subject:x", "lead:", "headline:", "AND", "OR", "NOT", "(", ")", ",", "*", "sentence"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(_TOKENS, min_size=1, max_size=9).map(" ".join))
def test_any_row_of_tokens_is_read_or_explained(text: str) -> None:
    """Any row of operators is a query, or an error with a place, a caret and a remedy."""
    tree = read(text)
    if isinstance(tree, RuleError):
        assert 1 <= tree.column <= len(text) + 1
        assert tree.problem
        assert tree.remedy
        assert tree.drawn().endswith("^")
    else:
        assert parse_query(str(tree)) == tree
