"""All rules and gazetteers over one article, in one Aho-Corasick pass.

The terms of all rules and the spellings of all gazetteers are the patterns of one automaton; it
runs once over the folded text of an article, and only rules of which a needed term was hit are
evaluated. Aho and Corasick, "Efficient string matching" (1975); ahocorasick_rs is the automaton.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from wirewatch.model import Article, Match, Mention, Span
from wirewatch.rules.gazetteer.entry import Gazetteer, meant
from wirewatch.rules.gazetteer.spellings import bare
from wirewatch.rules.mentions import Hit, Spelling, Text, mentions, spellings_of
from wirewatch.rules.query import (
    TEXT_ZONES,
    ZONES,
    Leaf,
    Named,
    Term,
)
from wirewatch.rules.rulebook import Rule
from wirewatch.text.fold import exact, fold, fold_term
from wirewatch.text.words import ends_word, starts_word

_SEPARATOR = "\n\x00\n"  # no term holds it, so none reaches from one zone into the next
_DFA_UP_TO = 2_000  # patterns; 5,000 as a DFA take 32 MB and save 7 µs a text, as an NFA 3 MB


@dataclass(slots=True)
class _Pattern:
    """What hangs on one pattern of the automaton; `near` are words of contexts."""

    terms: tuple[Term, ...] = ()
    spellings: tuple[Spelling, ...] = ()
    near: tuple[str, ...] = ()


class Matcher:
    """Compiled rules and gazetteers. Immutable once made, and safe to share between threads."""

    def __init__(self, rules: Iterable[Rule], gazetteers: Mapping[str, Gazetteer]) -> None:
        self.rules = tuple(rules)
        self._members = _members(self.rules, gazetteers)
        patterns = _patterns(self.rules, gazetteers)
        self._patterns = list(patterns.values())
        dfa = len(patterns) <= _DFA_UP_TO
        self._automaton = AhoCorasick(
            list(patterns),
            matchkind=MatchKind.Standard,
            store_patterns=False,
            implementation=Implementation.DFA if dfa else Implementation.ContiguousNFA,
        )
        self._waiting = _waiting(self.rules)

    def match(self, article: Article, source: str) -> tuple[tuple[Mention, ...], tuple[Match, ...]]:
        """Give the gazetteer names found in an article and the rules that are true of it.

        `source` is the inbox's name. Spans count code points of the stored text of their zone.
        """
        hits, named = self._scan(_zone_texts(article, source))
        self._add_named(hits, named)
        in_text = tuple(mention for mention in named if mention.zone in TEXT_ZONES)
        candidates = sorted({number for leaf in hits for number in self._waiting.get(leaf, ())})
        matches = []
        for number in candidates:
            rule = self.rules[number]
            found = rule.query.spans(hits)
            if found is not None:
                matches.append(_matched(rule, found))
        return in_text, tuple(matches)

    def _scan(
        self, texts: Mapping[str, str]
    ) -> tuple[dict[Leaf, tuple[Span, ...]], tuple[Mention, ...]]:
        """Run the automaton; give the hits of terms, and the mentions."""
        text = _joined(texts)
        zones, starts, joined = text
        folded = fold(joined)
        terms: defaultdict[Leaf, list[Span]] = defaultdict(list)
        named: list[Hit] = []
        near: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for number, start, end in self._automaton.find_matches_as_indexes(
            folded.text, overlapping=True
        ):
            if not starts_word(folded.text, start):
                continue
            whole = ends_word(folded.text, end)
            first, last = folded.original(start, end)
            pattern = self._patterns[number]
            if pattern.terms:
                index = bisect_right(starts, first) - 1
                zone = zones[index]
                for term in pattern.terms:
                    if zone in term.zones and (whole or term.prefix):
                        terms[term].append(Span(zone, first - starts[index], last - starts[index]))
            for word in pattern.near:
                if whole or word.endswith("*"):
                    near[word].append((first, last))
            if whole:
                named += [
                    Hit(first, last, spelling)
                    for spelling in pattern.spellings
                    if spelling.exact is None or spelling.exact == exact(joined[first:last])
                ]
        hits = {leaf: tuple(dict.fromkeys(places)) for leaf, places in terms.items()}
        return hits, mentions(named, near, text)

    def _add_named(self, hits: dict[Leaf, tuple[Span, ...]], named: tuple[Mention, ...]) -> None:
        """Add the hits of `@gazetteer` leaves, which follow from the mentions."""
        if not named:
            return
        for leaf, members in self._members.items():
            found = tuple(
                Span(mention.zone, mention.start, mention.end)
                for mention in named
                if mention.zone in leaf.zones
                and (
                    mention.gazetteer == leaf.gazetteer
                    if members is None
                    else (mention.gazetteer, mention.entry) in members
                )
            )
            if found:
                hits[leaf] = found


def _matched(rule: Rule, found: tuple[Span, ...]) -> Match:
    """Make the match, its spans in reading order and each once."""
    ordered = sorted(set(found), key=lambda span: (ZONES.index(span.zone), span.start, span.end))
    return Match(rule.name, rule.hash, rule.title, rule.severity, rule.channels, tuple(ordered))


def _zone_texts(article: Article, source: str) -> dict[str, str]:
    """Give the text of each zone that has any."""
    texts = {
        "title": article.title,
        "dateline": article.dateline,
        "body": article.body,
        "place": article.place or "",
        "agency": article.agency or "",
        "source": source,
    }
    return {zone: text for zone, text in texts.items() if text}


def _joined(texts: Mapping[str, str]) -> Text:
    """Join the zones' texts."""
    starts: list[int] = []
    reached = 0
    for text in texts.values():
        starts.append(reached)
        reached += len(text) + len(_SEPARATOR)
    return Text(list(texts), starts, _SEPARATOR.join(texts.values()))


def _patterns(
    rules: Iterable[Rule], gazetteers: Mapping[str, Gazetteer]
) -> defaultdict[str, _Pattern]:
    """Collect the patterns: every term of every rule and every spelling, each once."""
    patterns: defaultdict[str, _Pattern] = defaultdict(_Pattern)
    terms = {leaf: None for rule in rules for leaf in rule.query.leaves() if isinstance(leaf, Term)}
    for term in terms:
        patterns[term.text].terms += (term,)
    contexts: set[str] = set()
    for gazetteer in gazetteers.values():
        for text, spelling in spellings_of(gazetteer):
            pattern = patterns[fold_term(text)]
            if spelling not in pattern.spellings:
                pattern.spellings += (spelling,)
            contexts.update(spelling.near)
    for word in contexts:
        patterns[bare(word)].near += (word,)
    return patterns


def _members(
    rules: Iterable[Rule], gazetteers: Mapping[str, Gazetteer]
) -> dict[Named, frozenset[tuple[str, str]] | None]:
    """Give for each `@gazetteer` leaf the entries that it means; None means all of that list."""
    members: dict[Named, frozenset[tuple[str, str]] | None] = {}
    for rule in rules:
        for leaf in rule.query.leaves():
            if isinstance(leaf, Named) and leaf not in members:
                whole = leaf.part is None and not gazetteers[leaf.gazetteer].include
                found = () if whole else meant(gazetteers, leaf.gazetteer, leaf.part)
                ids = frozenset((name, entry.id) for name, entry in found)
                members[leaf] = None if whole else ids
    return members


def _waiting(rules: Iterable[Rule]) -> dict[Leaf, list[int]]:
    """Give for each leaf the rules to evaluate when it is hit.

    A leaf's cost is how often a text is expected to hold it: short terms and whole gazetteers
    are frequent, long ones rare.
    """
    waiting: defaultdict[Leaf, list[int]] = defaultdict(list)
    for number, rule in enumerate(rules):
        for leaf in rule.query.needs(_expected_share) or ():
            waiting[leaf].append(number)
    return dict(waiting)


def _expected_share(leaf: Leaf) -> float:
    """Guess in what share of articles a leaf is hit: a gazetteer in many, a long word in few."""
    if isinstance(leaf, Named):
        return 0.5 if leaf.part is None else 0.2
    return max(0.002, float(0.5 ** (len(leaf.text) / 1.5)))
