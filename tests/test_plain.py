"""Plain queries are read past the grammar, and come to what the grammar makes of them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wirewatch.errors import RuleError
from wirewatch.rules import parser
from wirewatch.rules.parser import parse_query
from wirewatch.rules.plain import plain_query
from wirewatch.rules.query.node import Node

PIECES = st.sampled_from(
    ["a", "Majilis", "b*", '"a b"', '"Milli  Mejlis"', '"x-y"', "re-election", "or", "AND", "OR",
     "NOT", "AND NOT", "NEAR/3", "BEFORE/12", "NEAR/0", "NEAR/1000", "(", ")", "=IPU", "@p", "title:a",
     "ORDERS", "É", "国会", "U.S.", "_", "7", '""', '"*"', "a*b", "/x/", ",", "“a”", "’", "\u00ad"]
)  # fmt: skip


def by_grammar(query: str, monkeypatch: pytest.MonkeyPatch) -> Node | None:
    """Read a query by the grammar alone; None when it is refused."""
    monkeypatch.setattr(parser, "plain_query", lambda _: None)
    try:
        return parse_query(query)
    except RuleError:
        return None


@settings(max_examples=600, deadline=None)
@given(st.lists(PIECES, min_size=1, max_size=7).map(" ".join))
def test_what_is_plain_is_what_the_grammar_says(query: str) -> None:
    """Whatever is read as plain is the very tree that the grammar makes of it."""
    plain = plain_query(query)
    if plain is not None:
        with pytest.MonkeyPatch.context() as monkeypatch:
            assert plain == by_grammar(query, monkeypatch)


@pytest.mark.parametrize(
    "query",
    [
        "majilis",
        '"Milli Mejlis"',
        "deleg*",
        "a AND b AND NOT c",
        "a OR b",
        "a NEAR/5 b",
        "a BEFORE/9 b",
    ],
)
def test_the_usual_forms_are_plain(query: str) -> None:
    """The forms of which a large set of rules is made are read past the grammar."""
    assert plain_query(query) is not None
