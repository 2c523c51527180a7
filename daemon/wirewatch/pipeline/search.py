"""Search the archive in the rules' language: the store finds candidates, the matcher decides."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from wirewatch.model import Span
from wirewatch.rules.gazetteer.gazetteer import Gazetteer
from wirewatch.rules.matcher import Matcher
from wirewatch.rules.rulebook import Rule, named_lists, rule_of
from wirewatch.rules.sieving import sieve_of
from wirewatch.sieve import Sieve
from wirewatch.store.archive import Stored, candidates
from wirewatch.store.database import open_reader

Find = Callable[[Stored], tuple[Span, ...] | None]
"""Gives the spans that make a query true of an article; None where it is not."""


class Question(NamedTuple):
    """A query: what the store is asked for, and what decides."""

    sieve: Sieve
    find: Find


def question(text: str, gazetteers: Mapping[str, Gazetteer]) -> Question:
    """Compile a query. Raises RuleError, and ConfigError when it names an unknown gazetteer."""
    rule = rule_of("search", text, gazetteers)
    lists = named_lists([rule], gazetteers)
    return Question(sieve_of(rule.query, lists), _finding(rule, lists))


def asking(text: str, gazetteers: Mapping[str, Gazetteer]) -> Find:
    """Compile a query. Raises RuleError, and ConfigError when it names an unknown gazetteer."""
    return question(text, gazetteers).find


def search(
    store: Path,
    text: str,
    gazetteers: Mapping[str, Gazetteer],
    since: str = "",
    *,
    best: bool = False,
) -> Iterator[tuple[Stored, tuple[Span, ...]]]:
    """Give the articles that a query is true of, with the spans that made it so.

    The newest first, or with `best` those that speak most of what full text can find (BM25).
    `since` is a moment before which none was received.
    Raises RuleError when the query cannot be read, ConfigError when it names an unknown gazetteer,
    StoreError when there is no store yet.
    """
    sieve, find = question(text, gazetteers)
    for stored in candidates(open_reader(store), sieve, since, best=best):
        spans = find(stored)
        if spans is not None:
            yield stored, spans


def _finding(rule: Rule, lists: Mapping[str, Gazetteer]) -> Find:
    """Give what tells of an article whether a rule is true of it."""
    matcher = Matcher([rule], lists, briefly=True)

    def find(stored: Stored) -> tuple[Span, ...] | None:
        _, matches = matcher.match(stored.article, stored.source)
        return matches[0].spans if matches else None

    return find
