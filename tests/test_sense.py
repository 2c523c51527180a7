"""What makes no sense, or is slow, held against every small text there is."""

from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from wirewatch.errors import ConfigError
from wirewatch.model import Article
from wirewatch.rules.matcher import Matcher
from wirewatch.rules.parser import parse_query
from wirewatch.rules.rulebook import Rule, rule_of
from wirewatch.rules.sense import fault_of, note_of
from wirewatch.states import Severity

WORDS = ["a", "b", "c"]
NEVER = "can never be true"
ALWAYS = "only says what must not be there"
TEXTS = [" ".join(words) for length in range(5) for words in product(WORDS, repeat=length)]


def fault(query: str) -> str:
    """Give what is wrong with a query, empty where nothing is."""
    return (fault_of(parse_query(query)) or ("",))[0]


def true_of(query: str) -> set[str]:
    """Try a query on every text of up to four words."""
    rule = Rule("r", "", query, parse_query(query), Severity.LOW, (), "")
    matcher = Matcher([rule], {})
    return {text for text in TEXTS if matcher.match(Article("g", "", "", text), "w")[1]}


def logic(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Make AND, OR and NOT of queries."""
    return (
        st.builds("({} AND {})".format, inner, inner)
        | st.builds("({} OR {})".format, inner, inner)
        | st.builds("NOT {}".format, inner)
    )


LEAVES = st.sampled_from(WORDS)
PLACED = st.sampled_from(
    ["a NEAR/1 b", "b BEFORE/2 c", "SENTENCE(a, c)", "PARAGRAPH(b, c)", '"a * c"', '"a b"',
     "FIRST(2, b)", "ATLEAST(2, a)", "ATLEAST(1, b)", "/aaa|b/", "words>2", "words<9", "=a"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.recursive(LEAVES, logic, max_leaves=7))
@example("(a AND NOT a)")
@example("(a OR NOT a)")
def test_of_words_the_verdict_is_exact(query: str) -> None:
    """Of words alone: never true is what no text makes true, always what the empty text does."""
    true = true_of(query)
    expected = NEVER if not true else ALWAYS if "" in true else ""
    assert fault(query).startswith(expected)
    assert bool(fault(query)) == bool(expected)


@settings(max_examples=100, deadline=None)
@given(st.recursive(LEAVES | PLACED.map("({})".format), logic, max_leaves=5))
@example("(a NEAR/1 b AND NOT a)")
@example("(ATLEAST(2, a) AND NOT a)")
def test_nothing_that_can_be_true_is_called_impossible(query: str) -> None:
    """Of operators on places, what is called impossible is true of no text."""
    if fault(query).startswith(NEVER):
        assert not true_of(query)


@settings(max_examples=100, deadline=None)
@given(st.recursive(LEAVES | PLACED.map("({})".format), logic, max_leaves=5))
def test_nothing_that_is_true_of_a_text_with_none_of_its_words_is_accepted(query: str) -> None:
    """A query without comparisons that is true where nothing is found is refused as such."""
    if "words" not in query and "" in true_of(query):
        assert fault(query).startswith(ALWAYS)


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("NOT a", ALWAYS),
        ("a OR NOT b", ALWAYS),
        ("NOT (a AND b)", ALWAYS),
        ("NOT urgency<=3", ALWAYS),
        ("NOT /\\d+/", ALWAYS),
        ("NOT a NEAR/5 b", ALWAYS),
        ("a AND NOT a", NEVER),
        ("a AND (b AND NOT A)", NEVER),
        ("a NEAR/5 b AND NOT b", NEVER),
        ("SENTENCE(a, b) AND NOT (a OR c)", NEVER),
        ("ATLEAST(2, a) AND NOT a", NEVER),
        ("urgency<=3 AND NOT urgency<=3", NEVER),
        ("(a AND NOT a) OR (b AND NOT b)", NEVER),
        ("a AND NOT title:a", ""),
        ("a AND NOT =A", ""),
        ("a AND NOT a NEAR/5 b", ""),
        ("a AND NOT ATLEAST(2, a)", ""),
        ("FIRST(3, a) AND NOT FIRST(2, a)", ""),
        ("a NEAR/5 b AND NOT a NEAR/2 b", ""),
        ("urgency<=3", ""),
        ("(a AND NOT a) OR b", ""),
    ],
)
def test_what_makes_no_sense(query: str, problem: str) -> None:
    """A query that can never be true, or is true of nearly all, is refused with a remedy."""
    assert fault(query).startswith(problem)
    assert bool(fault(query)) == bool(problem)
    if problem:
        with pytest.raises(ConfigError) as caught:
            rule_of("r", query, {})
        assert caught.value.faults[0].remedy


def test_many_leaves_take_no_time() -> None:
    """A query of very many words is not tried in all combinations."""
    words = [f"w{number}" for number in range(2_000)]
    assert fault_of(parse_query(" OR ".join(words))) is None
    assert fault_of(parse_query(" AND ".join([*words, "NOT w1"]))) is None


@pytest.mark.parametrize(
    ("query", "note"),
    [
        (r"/\d+/", r"/\d+/ has no literal part, so it is tried on every article"),
        (r"title:/[ab]c/ OR a", "title:/[ab]c/ has no literal part"),
        (r"/\d+/ AND urgency<=3", r"/\d+/ has no literal part"),
        ("urgency<=3", "urgency<=3 alone can make it true"),
        ("a OR words>3", "words>3 alone can make it true"),
        ("a OR (words>3 AND NOT b)", "words>3 alone can make it true"),
        (r"/\d+/ AND budget", ""),
        (r"a NEAR/5 /\d+/", ""),
        ("urgency<=3 AND budget", ""),
        (r"budget AND NOT /\d+/", ""),
        (r"/resolution \d+/", ""),
        ("@g OR a", ""),
    ],
)
def test_what_is_slow(query: str, note: str) -> None:
    """A note stands just where a query is evaluated for every article, and names why."""
    tree = parse_query(query)
    assert (note_of(tree) or "").startswith(note)
    assert bool(note_of(tree)) == bool(note) == (tree.needs(lambda _: 1.0) is None)
