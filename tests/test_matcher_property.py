"""The matcher against a naive reference that is too slow for work and too simple to be wrong."""

from dataclasses import dataclass, replace
from itertools import groupby

from hypothesis import event, given, settings
from hypothesis import strategies as st

from wirewatch.errors import ConfigError
from wirewatch.model import Article, Span
from wirewatch.rules.matcher import Matcher
from wirewatch.rules.rulebook import rule_of
from wirewatch.rules.zones import ZONES

# What the reference knows of folding: each character of the samples, folded by hand.
FOLDED = dict(zip("abisседبيc한국의会国 -_'.", "abisседبيc한국의会国  _'.", strict=True)) | {
    "A": "a", "B": "b", "á": "a", "İ": "i", "ı": "i", "ß": "ss", "ﬁ": "fi", "Ｂ": "b", "С": "с",
    "ё": "е", "Ё": "е", "\u00ad": "", "ـ": "", "ى": "ي", "’": "'", "—": " ", "\u00a0": " ",
    "𝐀": "a", "𐐀": "𐐨", "\n": "\n",
}  # fmt: skip
LATIN, CYRILLIC = "abcifs", "сед"
AS_LATIN, AS_CYRILLIC = {"с": "c", "е": "e"}, {"a": "а", "b": "в", "c": "с", "i": "і", "s": "ѕ"}
OTHERS = set("седавіѕ")
WORD_CHARS = set("𐐨abcifseсдеавіѕبي한국의_")
CHUNKS = [
    "a",
    "b",
    "A",
    "á",
    "ab",
    "aß",
    "Ｂ",
    "i",
    "İ",
    "ﬁ",
    "сё",
    "Ё",
    "بـي",
    "国会",
    "국",
    "국의",
]
GLUE = [" ", " ", " ", "", "\n\n", "-", "—", "\u00a0", "\u00ad", ".", "’", "_", "\n", "𐐀 "]
TEXTS = st.lists(
    st.sampled_from(CHUNKS) | st.sampled_from(GLUE) | st.sampled_from(sorted(FOLDED)),
    min_size=4,
    max_size=24,
).map("".join)
WORDS = st.sampled_from(["a", "b", "a", "ab", "i", "се", "بي", "국", "会"])


@dataclass(frozen=True)
class Node:
    """A query of the reference: an operator over parts, or a term in zones."""

    operator: str
    parts: tuple["Node", ...] = ()
    term: str = ""
    zones: tuple[str, ...] = ("title", "dateline", "body")


def hyphenated(one: str, two: str) -> Node:
    """Make a word with a dash in it, which stands for the joined word too."""
    fused = "".join(char for char, _ in unmixed([(char, 0) for char in one + two]))
    return Node("hyphen", (Node("word", term=f"{one} {two}"), Node("word", term=fused)))


def words() -> st.SearchStrategy[Node]:
    return (
        st.builds(Node, st.sampled_from(["word", "prefix"]), term=WORDS)
        | st.builds(lambda one, two: Node("word", term=f"{one} {two}"), WORDS, WORDS)
        | st.builds(hyphenated, WORDS, WORDS)
    )


def zoned(node: Node, zone: str) -> Node:
    return replace(node, zones=(zone,), parts=tuple(zoned(part, zone) for part in node.parts))


def without(one: Node, other: Node) -> Node:
    return Node("AND", (one, Node("NOT", (other,))))


def bigger(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return (
        st.builds(Node, st.sampled_from(["AND", "OR"]), st.tuples(inner, inner))
        | st.builds(Node, st.just("OR"), st.tuples(inner, inner, inner))
        | st.builds(without, inner, inner)
        | st.builds(lambda one: Node("NOT", (one,)), inner)
    )


LEAVES = words() | st.builds(zoned, words(), st.sampled_from(ZONES))
NODES = st.recursive(LEAVES, bigger, max_leaves=5)
ARTICLES = st.builds(
    lambda title, dateline, body, place: Article("guid", title, "", body, dateline, place=place),
    TEXTS,
    TEXTS,
    TEXTS,
    st.none() | TEXTS,
)


def written(node: Node) -> str:
    """Write a reference query in the query language."""
    if node.operator == "NOT":
        return f"NOT {written(node.parts[0])}"
    zone = f"{node.zones[0]}:" if len(node.zones) == 1 else ""
    if node.operator == "hyphen":
        return f'{zone}"{node.parts[0].term.replace(" ", "-")}"'
    if node.parts:
        return "(" + f" {node.operator} ".join(map(written, node.parts)) + ")"
    return f"{zone}{node.term}*" if node.operator == "prefix" else f'{zone}"{node.term}"'


def places(node: Node, zone: str, text: str) -> set[Span]:
    """Try a term at every place of a zone's text, character by character."""
    pairs = unmixed([(part, place) for place, char in enumerate(text) for part in FOLDED[char]])
    folded = "".join(part for part, _ in pairs)
    found = set()
    for start in range(len(folded) - len(node.term) + 1):
        end = start + len(node.term)
        if not folded.startswith(node.term, start) or joined(folded, start):
            continue
        particle = "가" <= folded[end - 1] <= "힣"
        if node.operator == "word" and joined(folded, end) and not particle:
            continue
        found.add(Span(zone, pairs[start][1], pairs[end - 1][1] + 1))
    return found


def unmixed(pairs: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """Write each run of Latin and Cyrillic letters in one script, where it can be."""
    done: list[tuple[str, int]] = []
    for letters, run in groupby(pairs, key=lambda pair: pair[0] in LATIN + CYRILLIC):
        word = list(run)
        text = "".join(char for char, _ in word)
        latin = sum(char in LATIN for char in text)
        ways = ["".join(table.get(c, c) for c in text) for table in (AS_LATIN, AS_CYRILLIC)]
        if letters and 0 < latin < len(text):
            ways = ways if 2 * latin >= len(text) else ways[::-1]
            pure = [way for way in ways if not (set(way) & set("abcifse") and set(way) & OTHERS)]
            text = (pure or [text])[0]
        done += [(char, place) for char, (_, place) in zip(text, word, strict=True)]
    return done


def joined(text: str, place: int) -> bool:
    """Tell whether a place lies within a word."""
    return 0 < place < len(text) and {text[place - 1], text[place]} <= WORD_CHARS


def reference(node: Node, zones: dict[str, str]) -> set[Span] | None:
    """Give the spans of a query that is true of an article, None when it is not."""
    found = [reference(part, zones) for part in node.parts]
    true = [part for part in found if part is not None]
    match node.operator:
        case "AND":
            return set().union(*true) if len(true) == len(found) else None
        case "OR" | "hyphen":
            return set().union(*true) if true else None
        case "NOT":
            return None if true else set()
        case _:
            texts = [(zone, text) for zone, text in zones.items() if zone in node.zones]
            if "lead" in node.zones and zones:
                texts.append(("body", zones["body"].partition("\n\n")[0]))
            return set().union(*(places(node, *text) for text in texts)) or None


def zones_of(article: Article, source: str) -> dict[str, str]:
    return {
        "title": article.title,
        "dateline": article.dateline,
        "body": article.body,
        "place": article.place or "",
        "source": source,
    }


@settings(max_examples=150, deadline=None)
@given(nodes=st.lists(NODES, min_size=2, max_size=6), article=ARTICLES, source=WORDS)
def test_the_matcher_agrees_with_the_reference(
    nodes: list[Node], article: Article, source: str
) -> None:
    """Of random rules over a random article exactly those match that are true, at their places."""
    zones = zones_of(article, source)
    rules, expected = [], {}
    for number, node in enumerate(nodes):
        try:
            rule = rule_of(f"r{number}", written(node), {})
        except ConfigError:
            assert "NOT" in written(node), "only a query that is true without a hit is refused"
            continue
        assert reference(node, {}) is None, "a query that is true of nothing at all is refused"
        rules.append(rule)
        spans = reference(node, zones)
        if spans is not None:
            expected[rule.name] = spans
    _, matches = Matcher(rules, {}).match(article, source)
    event(f"{len(expected)} of {len(rules)} rules match")
    assert {match.rule: set(match.spans) for match in matches} == expected


@settings(max_examples=100, deadline=None)
@given(node=LEAVES, article=ARTICLES)
def test_spans_lie_in_the_stored_text(node: Node, article: Article) -> None:
    """Every span is a stretch of its zone that holds the term, given once and in reading order."""
    _, matches = Matcher([rule_of("r", written(node), {})], {}).match(article, "ab")
    zones = zones_of(article, "ab")
    for match in matches:
        for zone, start, end in match.spans:
            assert 0 <= start < end <= len(zones[zone])
            folded = "".join(FOLDED[char] for char in zones[zone][start:end])
            assert node.term in folded
        order = [(ZONES.index(zone), start, end) for zone, start, end in match.spans]
        assert order == sorted(set(order))
