"""A query written as text: what `str` says of a tree is read back as the same tree."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wirewatch.rules.parser import parse_query
from wirewatch.rules.zones import COMPARED, ZONES

LETTERS = st.text("abİıßñς中국हिﬁＡ.'’-‑0″ʻ…", min_size=1, max_size=6).map(lambda text: f"x{text}y")
WORDS = LETTERS | st.sampled_from(["and", "near", "inter-parliamentary", "U.S.", "МТurk", "C++"])
PHRASE = st.lists(WORDS.map(lambda word: word.replace("″", "")), min_size=1, max_size=3).map(
    " ".join
)
GAPPED = st.lists(PHRASE, min_size=2, max_size=3).flatmap(
    lambda parts: st.sampled_from([" * ", " * * "]).map(lambda gap: gap.join(parts))
)
QUOTED = st.builds("{}{}".format, PHRASE | GAPPED, st.sampled_from(["", "*"])).map('"{}"'.format)
PATTERNS = st.sampled_from(
    [r"/ab\/c/", r"/No\.? \d+/", '/a"b/', "/“a”/", "/(?P<n>ab)c+/", "/e\u0301a/"]
)
PLACED = (
    WORDS.filter(lambda word: "″" not in word)
    | QUOTED
    | PHRASE.map('="{}"'.format)
    | PATTERNS
    | st.sampled_from(
        ["@g", "@g:KZ", "a*", "=IPU", "subject:a:b", "subject:/x/", "inter-x*", '"AND"']
    )
)
ZONED = (
    st.builds(
        "{}: {}".format,
        st.sampled_from(list(ZONES)),
        PLACED.filter(lambda text: not text.startswith("subject:")),
    )
    | PLACED
)
COMPARISONS = st.builds(
    lambda name, sign: f"{name}{sign}{'2026-01-31' if name == 'published' else '7'}",
    st.sampled_from(COMPARED),
    st.sampled_from(["<", "<=", "=", ">=", ">"]),
)


def places(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Make operators on places of other such."""
    number = st.integers(1, 12)
    return (
        st.builds("({} OR {})".format, inner, inner)
        | st.builds("({}) NEAR/{} ({})".format, inner, number, inner).map("({})".format)
        | st.builds("({}) BEFORE/{} ({})".format, inner, number, inner).map("({})".format)
        | st.builds("SENTENCE({}, {}, {})".format, inner, inner, inner)
        | st.builds("PARAGRAPH({}, {})".format, inner, inner)
        | st.builds("FIRST( {} , {})".format, number, inner)
    )


def logic(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Make AND, OR and NOT of any queries."""
    return (
        st.builds("({} AND {})".format, inner, inner)
        | st.builds("({} OR {} OR {})".format, inner, inner, inner)
        | st.builds("NOT {}".format, inner)
        | st.builds("{} AND NOT ({})".format, inner, inner).map("({})".format)
    )


PLACES = st.recursive(ZONED, places, max_leaves=4)
COUNTS = st.builds("ATLEAST({}, {})".format, st.integers(1, 10_000), PLACES) | st.sampled_from(
    ["DISTINCT(2, @a)", "DISTINCT(2, (@a OR title:@b) OR @c:d)", "title:ATLEAST(2, a OR @b)"]
)
QUERIES = st.recursive(PLACES | COUNTS | COMPARISONS, logic, max_leaves=4)


@settings(max_examples=250, deadline=None)
@given(QUERIES)
def test_what_is_written_is_read_as_the_same_tree(query: str) -> None:
    """Nothing of a query is lost when its tree is written as text: operators, fields, stars."""
    tree = parse_query(query)
    assert parse_query(str(tree)) == tree
    assert str(parse_query(str(tree))) == str(tree)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([zone for zone in ZONES if zone != "subject"]), PLACES)
def test_a_field_before_a_parenthesis_is_written_on_each_leaf(zone: str, query: str) -> None:
    """A field that holds for a whole part is kept for each of its leaves."""
    if ":" in query.replace("@g:KZ", ""):
        return  # it names a field itself
    tree = parse_query(f"{zone}:({query})")
    assert {leaf.zones for leaf in tree.leaves()} == {(zone,)}
    assert parse_query(str(tree)) == tree


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("Parliament", "parliament"),
        ('"AND"', "and"),
        ('title:"A * b*"', 'title:"a * b*"'),
        ('"inter-a * b"', '"inter a * b" OR "intera * b"'),
        ('"a-b * c" NEAR/5 d', '("a b * c" OR "ab * c") NEAR/5 d'),
        ("=IPU", "=IPU"),
        ('lead:="Grand Assembly"', 'lead:="Grand Assembly"'),
        ("subject: @g", "subject: @g"),
        ("subject:a*", "subject: a*"),
        ("(a NEAR/5 b) BEFORE/05 c", "(a NEAR/5 b) BEFORE/5 c"),
        ("FIRST( 3 , a)", "FIRST(3, a)"),
        ("urgency <= 3", "urgency<=3"),
        ("published=20260131", "published=2026-01-31"),
        ("NOT (a OR b) AND c", "NOT (a OR b) AND c"),
        ("a＊", "a*"),
        ("″a b″", '"a b"'),
        (r"body:/No\.? \d+/", r"body:/No\.? \d+/"),
    ],
)
def test_what_a_query_is_written_as(query: str, text: str) -> None:
    """A tree is written as a person would write it, folded and without needless parentheses."""
    assert str(parse_query(query)) == text
