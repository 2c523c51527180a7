"""Mentions against a naive reference, which tries every name at every place of a text."""

import re
from dataclasses import replace
from itertools import count
from typing import NamedTuple

from hypothesis import event, given, settings
from hypothesis import strategies as st

from wirewatch.model import Article
from wirewatch.rules.gazetteer.entry import Context, Entry
from wirewatch.rules.gazetteer.gazetteer import Gazetteer
from wirewatch.rules.matcher import Matcher
from wirewatch.rules.mentions import REACH
from wirewatch.rules.rulebook import rule_of

WORDS = ["a", "b", "A", "B", "ab", "a b", "b a", "a b a"]
NEAR = ["a", "b", "c", "c*", "d", "b c", "a b"]
PIECES = ["a ", "b ", "A ", "ab ", "c ", "cc ", "d ", "x ", "y" * 97 + " ", ". " * 149, "z" * 299]
TEXTS = st.lists(st.sampled_from(PIECES), min_size=2, max_size=14).map("".join)


def some(words: list[str], least: int = 0) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(words), min_size=least, max_size=3).map(tuple)


CONTEXTS = st.builds(Context, some(WORDS), some(WORDS), some(NEAR, 1))
ENTRIES = st.builds(
    Entry,
    st.just(""),
    st.just(""),
    spellings=some(WORDS),
    acronyms=some(WORDS),
    contexts=st.lists(CONTEXTS, max_size=2).map(tuple),
    unless=some(["a b", "b a", "a b a", "x a"]),
)
LISTS = st.lists(st.lists(ENTRIES, min_size=1, max_size=3), min_size=1, max_size=2)


class Candidate(NamedTuple):
    """A name at a place, in the order in which such are preferred."""

    first: int
    shortness: int
    means_nothing: bool
    distance: int
    number: int
    entry: str
    last: int


def places(word: str, text: str, *, case: bool = False) -> list[tuple[int, int]]:
    """Find a word, or a beginning of words, at all its places."""
    end = "" if word.endswith("*") else r"(?!\w)"
    pattern = rf"(?<!\w)(?=({re.escape(word.removesuffix('*'))}){end})"
    flags = 0 if case else re.IGNORECASE
    return [found.span(1) for found in re.finditer(pattern, text, flags)]


def distance(name: tuple[int, int], near: tuple[str, ...], text: str) -> int:
    """Measure from a name to every word of a context that it does not cover."""
    first, last = name
    return min(
        (
            max(0, start - last, first - end)
            for word in near
            for start, end in places(word, text)
            if not first <= start < end <= last
        ),
        default=REACH + 1,
    )


def candidates(entries: list[Entry], text: str) -> list[Candidate]:
    """Try every name of every entry."""
    found: list[Candidate] = []
    number = count()
    for entry in entries:
        ways: list[tuple[str, bool, tuple[str, ...] | None, str]] = []
        ways += [(word, False, None, entry.id) for word in entry.spellings]
        ways += [(word, True, None, entry.id) for word in entry.acronyms]
        for one in entry.contexts:
            ways += [(word, False, one.near, entry.id) for word in one.spellings]
            ways += [(word, True, one.near, entry.id) for word in one.acronyms]
        ways += [(word, False, None, "") for word in entry.unless]
        for word, case, near, meant in ways:
            for first, last in places(word, text, case=case):
                far = -1 if near is None else distance((first, last), near, text)
                if far <= REACH:
                    one_more = Candidate(first, -last, not meant, far, next(number), meant, last)
                    found.append(one_more)
    return found


def reference(entries: list[Entry], text: str) -> list[tuple[str, int, int]]:
    """Take the best name, drop what begins within it, and so on."""
    left = candidates(entries, text)
    taken: list[tuple[str, int, int]] = []
    while left:
        best = min(left)
        taken.append((best.entry, best.first, best.last))
        left = [one for one in left if one.first >= best.last]
    return [one for one in taken if one[0]]


@settings(max_examples=500, deadline=None)
@given(lists=LISTS, text=TEXTS)
def test_mentions_agree_with_the_reference(lists: list[list[Entry]], text: str) -> None:
    """Of random lists over a random text exactly those names are mentions that should be."""
    gazetteers, expected = {}, set()
    for name, entries in zip("gh", lists, strict=False):
        own = [
            Entry(f"{name}{number}", "", None, frozenset(), one.spellings, one.acronyms, "",
                  one.contexts, one.unless)
            for number, one in enumerate(entries)
        ]  # fmt: skip
        gazetteers[name] = Gazetteer(name, tuple(own), "digest")
        expected |= {(name, *one) for one in reference(own, text)}
    mentions, _ = Matcher([], gazetteers).match(Article("guid", "", "", text), "wires")
    event(f"{min(len(expected), 3)} mentions or more")
    found = [(one.gazetteer, one.entry, one.start, one.end) for one in mentions]
    assert len(found) == len(set(found))
    assert set(found) == expected


@settings(max_examples=200, deadline=None)
@given(lists=LISTS, texts=st.lists(TEXTS, min_size=1, max_size=3))
def test_a_matcher_made_briefly_finds_the_same(lists: list[list[Entry]], texts: list[str]) -> None:
    """Names that several matchers share are found as by a matcher of one's own."""
    gazetteers = {
        name: Gazetteer(
            name, tuple(replace(one, id=f"{name}{at}") for at, one in enumerate(own)), ""
        )
        for name, own in zip("gh", lists, strict=False)
    }
    for query in ("@g", "b AND NOT @g:g0", "a"):
        rules = [rule_of("r", query, gazetteers)]
        ours = Matcher(rules, gazetteers)
        brief = Matcher(rules, gazetteers, briefly=True)
        for text in texts:
            article = Article("guid", "", "", text)
            assert brief.match(article, "wires") == ours.match(article, "wires")
