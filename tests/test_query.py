"""The tree of a query: what it needs to have a chance, and where it is true."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wirewatch.model import Article, Span
from wirewatch.rules.evidence import Evidence
from wirewatch.rules.query.leaf import Named, Term
from wirewatch.rules.query.logic import And, Not, Or
from wirewatch.rules.query.node import Leaf
from wirewatch.rules.query.node import Node as Query

Hits = dict[Leaf, tuple[Span, ...]]

A, B, C = Term("a"), Term("b"), Term("c")
G = Named("g")
COST: dict[Leaf, int] = {A: 1, B: 5, C: 3, G: 20}
AT: dict[Leaf, tuple[Span, ...]] = {
    A: (Span("body", 0, 1), Span("body", 4, 5)),
    B: (Span("title", 2, 3),),
    G: (Span("body", 7, 9),),
}
TREES = st.recursive(
    st.sampled_from([A, B, C, G]),
    lambda inner: (
        st.builds(And, st.tuples(inner, inner))
        | st.builds(Or, st.tuples(inner, inner, inner))
        | st.builds(Not, inner)
    ),
    max_leaves=10,
)
HITS = st.sets(st.sampled_from([A, B, C, G])).map(
    lambda found: {leaf: (Span("body", 0, 1),) for leaf in found}
)


def seen(hits: Hits) -> Evidence:
    """Give an article in which these leaves were hit."""
    return Evidence(Article("guid", "", "", ""), "wires", hits, {})


def is_true(query: Query, hits: Hits) -> bool:
    """Say the plain truth value, the way logic books define it."""
    match query:
        case And(parts):
            return all(is_true(part, hits) for part in parts)
        case Or(parts):
            return any(is_true(part, hits) for part in parts)
        case Not(part):
            return not is_true(part, hits)
        case _:
            return query in hits


@pytest.mark.parametrize(
    ("query", "needed"),
    [
        (A, {A}),
        (G, {G}),
        (And((B, A, C)), {A}),
        (And((G, B)), {B}),
        (Or((A, B)), {A, B}),
        (And((Or((A, C)), B)), {A, C}),
        (And((Or((B, C)), G)), {B, C}),
        (And((G, Not(A))), {G}),
        (Or((And((A, B)), And((C, G)))), {A, C}),
        (Not(A), None),
        (Or((A, Not(B))), None),
        (And((Not(A), Not(B))), None),
        (And((Or((A, Not(B))), C)), {C}),
    ],
)
def test_needs_are_the_cheapest(query: Query, needed: set[Leaf] | None) -> None:
    """Of an AND the rarest part is waited for, of an OR every part, of a NOT nothing."""
    assert query.needs(COST.__getitem__) == needed


@pytest.mark.parametrize(
    ("query", "where"),
    [
        (A, AT[A]),
        (C, None),
        (And((A, B)), AT[A] + AT[B]),
        (And((A, C)), None),
        (Or((C, G)), AT[G]),
        (Or((A, B)), AT[A] + AT[B]),
        (Or((C, C)), None),
        (Not(C), ()),
        (Not(A), None),
        (And((G, Not(C))), AT[G]),
        (And((G, Not(A))), None),
        (Or((Not(C), A)), AT[A]),
        (Not(And((A, C))), ()),
    ],
)
def test_spans_say_where_a_query_is_true(query: Query, where: tuple[Span, ...] | None) -> None:
    """The spans are those of the parts that made a query true; a true NOT has no place."""
    assert query.spans(seen(AT)) == where


def test_leaves_include_those_under_not() -> None:
    """Every leaf of a query is found, also under NOT, so that the matcher looks for all of them."""
    assert list(Or((And((A, Not(Or((B, G))))), C)).leaves()) == [A, B, G, C]


@settings(max_examples=200, deadline=None)
@given(query=TREES, hits=HITS)
def test_spans_agree_with_logic(query: Query, hits: Hits) -> None:
    """A query has spans, even none at all, exactly when it is true."""
    assert (query.spans(seen(hits)) is not None) == is_true(query, hits)


@settings(max_examples=200, deadline=None)
@given(query=TREES, hits=HITS)
def test_a_true_query_has_a_needed_hit(query: Query, hits: Hits) -> None:
    """No query that is true is passed over because none of the leaves it waits for was hit."""
    needed = query.needs(COST.__getitem__)
    if is_true(query, hits) and needed is not None:
        assert needed & hits.keys()
