"""Operators on places against a reference that looks at every pair of words."""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from wirewatch.model import Article
from wirewatch.rules.matcher import Matcher
from wirewatch.rules.rulebook import rule_of

WORDS = st.sampled_from(["alpha", "beta", "gamma", "delta"])
SENTENCE = st.lists(WORDS, min_size=1, max_size=6)
PARAGRAPH = st.lists(SENTENCE, min_size=1, max_size=3)
TEXT = st.lists(PARAGRAPH, min_size=1, max_size=3)
Text = list[list[list[str]]]
GROUP = st.lists(WORDS, min_size=1, max_size=2, unique=True)


def written(text: Text) -> str:
    """Write a text of paragraphs of sentences of words; each sentence begins with a capital."""
    return "\n\n".join(
        " ".join(" ".join(words).capitalize() + "." for words in sentences) for sentences in text
    )


def flat(text: Text) -> list[tuple[str, int, int]]:
    """Give each word with the numbers of its sentence and its paragraph."""
    found = []
    number = 0
    for paragraph, sentences in enumerate(text):
        for words in sentences:
            found += [(word, number, paragraph) for word in words]
            number += 1
    return found


def places(text: Text, group: list[str]) -> list[int]:
    """Give the places of the words of a group."""
    return [place for place, (word, _, _) in enumerate(flat(text)) if word in group]


def matched(query: str, text: Text) -> bool:
    """Tell whether a query is true of a text."""
    article = Article("guid", "", "", written(text))
    return bool(Matcher([rule_of("r", query, {})], {}).match(article, "wires")[1])


def either(group: list[str]) -> str:
    """Write a group as a query."""
    return group[0] if len(group) == 1 else f"({' OR '.join(group)})"


@settings(max_examples=200, deadline=None)
@given(TEXT, GROUP, GROUP, st.integers(1, 6), st.sampled_from(["NEAR", "BEFORE"]))
def test_near_and_before(
    text: Text, one: list[str], other: list[str], distance: int, sign: str
) -> None:
    """NEAR and BEFORE are true exactly when some two words of the groups stand close enough."""
    pairs = product(places(text, one), places(text, other))
    close = any(0 < (b - a if sign == "BEFORE" else abs(b - a)) <= distance for a, b in pairs)
    assert matched(f"{either(one)} {sign}/{distance} {either(other)}", text) == close


def neighbours(one: list[int], other: list[int], within: int) -> set[tuple[int, int]]:
    """Give the stretches from each place of one to the nearest of the other on either side."""
    found = set()
    for a in one:
        after, before = [b for b in other if b > a], [b for b in other if b < a]
        nearest = [*after[:1], *before[-1:]]
        found |= {(min(a, b), max(a, b)) for b in nearest if abs(a - b) <= within}
    return found


@settings(max_examples=150, deadline=None)
@given(TEXT, st.tuples(GROUP, GROUP, GROUP), st.integers(1, 4), st.integers(1, 4))
def test_near_what_is_near(
    text: Text, groups: tuple[list[str], ...], inner: int, outer: int
) -> None:
    """A stretch is near a word that is near its nearer end; it runs between neighbours."""
    one, two, three = (places(text, group) for group in groups)
    stretches = neighbours(one, two, inner) | neighbours(two, one, inner)
    near = any(
        0 < place - high <= outer or 0 < low - place <= outer
        for low, high in stretches
        for place in three
    )
    first, second, third = map(either, groups)
    assert matched(f"({first} NEAR/{inner} {second}) NEAR/{outer} {third}", text) == near


@settings(max_examples=150, deadline=None)
@given(TEXT, st.lists(GROUP, min_size=2, max_size=3), st.sampled_from(["SENTENCE", "PARAGRAPH"]))
def test_together(text: Text, groups: list[list[str]], unit: str) -> None:
    """SENTENCE and PARAGRAPH are true exactly when one unit holds a word of each group."""
    units: dict[int, set[str]] = {}
    for word, sentence, paragraph in flat(text):
        units.setdefault(sentence if unit == "SENTENCE" else paragraph, set()).add(word)
    whole = any(all(words & set(group) for group in groups) for words in units.values())
    assert matched(f"{unit}({', '.join(map(either, groups))})", text) == whole


@settings(max_examples=150, deadline=None)
@given(TEXT, GROUP, st.integers(1, 8))
def test_counts(text: Text, group: list[str], count: int) -> None:
    """ATLEAST counts places, FIRST the words before and with a place."""
    found = places(text, group)
    assert matched(f"ATLEAST({count}, {either(group)})", text) == (len(found) >= count)
    assert matched(f"FIRST({count}, {either(group)})", text) == (bool(found) and found[0] < count)


@settings(max_examples=150, deadline=None)
@given(TEXT, WORDS, WORDS, st.integers(1, 3))
def test_a_star_in_a_phrase_is_one_word(text: Text, one: str, other: str, stars: int) -> None:
    """Each star of a phrase stands for exactly one word."""
    words = [word for word, _, _ in flat(text)]
    whole = any(
        words[place] == one and words[place + stars + 1] == other
        for place in range(len(words) - stars - 1)
    )
    assert matched(f'"{one} {"* " * stars}{other}"', text) == whole
