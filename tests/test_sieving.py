"""What makes a query false for certain is never found in an article of which it is true."""

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from test_fulltext import ARTICLES, GAZETTEERS, QUERIES, matches
from wirewatch.model import Article
from wirewatch.rules.parser import parse_query
from wirewatch.rules.sieving import sieve_of

PLAIN = ["milli", "mm", "isparta", "strasse", "senat", "o", "us"]
UNWANTED = st.builds("({}) AND NOT {}".format, QUERIES, st.sampled_from(PLAIN))


def refused(query: str, body: str) -> bool:
    """Tell whether a body makes a query false for certain, as SQLite's lower() and instr() do."""
    small = body.encode(errors="surrogatepass").lower().decode(errors="surrogatepass")
    return any(text in small for text in sieve_of(parse_query(query), GAZETTEERS).without)


@settings(max_examples=400, deadline=None)
@given(query=UNWANTED | QUERIES, article=ARTICLES)
def test_nothing_is_refused_that_matches(query: str, article: Article) -> None:
    """Whatever the query and the text: of what is refused the query is false."""
    if refused(query, article.body):
        event("refused")
        assert not matches(query, article)


@pytest.mark.parametrize(
    "query",
    [
        "water AND NOT budget",
        "water AND NOT (fire OR budget)",
        "water AND (air AND NOT budget)",
        'water AND NOT "a budget"',
        "water AND NOT budg*",
    ],
)
def test_what_is_not_wanted_refuses(query: str) -> None:
    """A plain word that stands in the body, in whatever case, ends the matter."""
    assert refused(query, "The water.\n\nIt has a BUDGET, they say.")
    assert not refused(query, "The water has a bu_dget.")


@pytest.mark.parametrize(
    "query",
    [
        "water", "water AND budget", "water AND NOT title:budget", "water AND NOT =Budget",
        "water AND NOT (budget AND fire)", "(water AND NOT budget) OR fire",
        "water AND NOT bütçe", "water AND NOT NOT budget",
    ],
)  # fmt: skip
def test_all_else_is_the_matchers_to_decide(query: str) -> None:
    """Where the word may be wanted after all, or stand otherwise, nothing is refused."""
    assert not refused(query, "The water has a budget. Bütçe!")


def test_a_part_of_a_word_refuses_nothing() -> None:
    """Letters, digits and underscores make it another word."""
    for body in ("budgets", "a1budget", "budget_line", "mbudget", "büdget", "budget\u0301"):
        assert not refused("water AND NOT budget", body)
