"""All rules and gazetteers over one article, in one Aho-Corasick pass.

The terms of all rules and the spellings of all gazetteers are the patterns of one automaton; it
runs once over the folded text of an article, and only rules of which a needed term was hit are
evaluated. Aho and Corasick, "Efficient string matching" (1975); ahocorasick_rs is the automaton.
"""

import unicodedata
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from wirewatch.model import Article, Match, Mention, Span
from wirewatch.rules.gazetteer import Gazetteer
from wirewatch.rules.query import (
    TEXT_ZONES,
    ZONES,
    Leaf,
    Named,
    Term,
)
from wirewatch.rules.rulebook import Rule
from wirewatch.text.fold import fold, fold_term
from wirewatch.text.words import ends_word, starts_word

_SEPARATOR = "\n\x00\n"  # no term holds it, so none reaches from one zone into the next
_DFA_UP_TO = 2_000  # patterns; 5,000 as a DFA take 32 MB and save 7 µs a text, as an NFA 3 MB


@dataclass(frozen=True, slots=True)
class _Spelling:
    """One written form of a gazetteer's entry; `exact` is set where its case counts."""

    gazetteer: str
    entry: str
    exact: str | None


@dataclass(slots=True)
class _Pattern:
    """What hangs on one pattern of the automaton."""

    terms: list[Term] = field(default_factory=list)
    spellings: list[_Spelling] = field(default_factory=list)


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
        hits, mentions = self._scan(_zone_texts(article, source))
        self._add_named(hits, mentions)
        in_text = tuple(mention for mention in mentions if mention.zone in TEXT_ZONES)
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
        zones, starts, joined = _joined(texts)
        folded = fold(joined)
        terms: defaultdict[Leaf, list[Span]] = defaultdict(list)
        named: list[tuple[int, int, _Spelling]] = []
        text = folded.text
        for number, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            if not starts_word(text, start):
                continue
            whole = ends_word(text, end)
            first, last = folded.original(start, end)
            index = bisect_right(starts, first) - 1
            zone = zones[index]
            pattern = self._patterns[number]
            for term in pattern.terms:
                if zone in term.zones and (whole or term.prefix):
                    terms[term].append(Span(zone, first - starts[index], last - starts[index]))
            if whole:
                named += [
                    (first, last, spelling)
                    for spelling in pattern.spellings
                    if spelling.exact is None or spelling.exact == _exact(joined[first:last])
                ]
        hits = {leaf: tuple(dict.fromkeys(places)) for leaf, places in terms.items()}
        return hits, _mentions(named, zones, starts, joined)

    def _add_named(self, hits: dict[Leaf, tuple[Span, ...]], mentions: tuple[Mention, ...]) -> None:
        """Add the hits of `@gazetteer` leaves, which follow from the mentions."""
        if not mentions:
            return
        for leaf, members in self._members.items():
            found = tuple(
                Span(mention.zone, mention.start, mention.end)
                for mention in mentions
                if mention.gazetteer == leaf.gazetteer
                and mention.zone in leaf.zones
                and (members is None or mention.entry in members)
            )
            if found:
                hits[leaf] = found


def _exact(acronym: str) -> str:
    """Give an acronym as it is compared: width, spaces and Unicode form folded, its case kept."""
    return " ".join(unicodedata.normalize("NFKC", acronym).split())


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


def _joined(texts: Mapping[str, str]) -> tuple[list[str], list[int], str]:
    """Join the zones' texts; give their names, where each begins, and the whole."""
    starts: list[int] = []
    reached = 0
    for text in texts.values():
        starts.append(reached)
        reached += len(text) + len(_SEPARATOR)
    return list(texts), starts, _SEPARATOR.join(texts.values())


def _mentions(
    named: list[tuple[int, int, _Spelling]], zones: list[str], starts: list[int], joined: str
) -> tuple[Mention, ...]:
    """Of overlapping names of one gazetteer keep the first, and of those the longest."""
    named.sort(key=lambda hit: (hit[0], -hit[1]))
    reached: dict[str, int] = {}
    mentions: list[Mention] = []
    for first, last, spelling in named:
        if first < reached.get(spelling.gazetteer, 0):
            continue
        reached[spelling.gazetteer] = last
        index = bisect_right(starts, first) - 1
        begin = starts[index]
        mentions.append(
            Mention(
                spelling.gazetteer,
                spelling.entry,
                joined[first:last],
                zones[index],
                first - begin,
                last - begin,
            )
        )
    return tuple(mentions)


def _patterns(
    rules: Iterable[Rule], gazetteers: Mapping[str, Gazetteer]
) -> defaultdict[str, _Pattern]:
    """Collect the patterns: every term of every rule and every spelling, each once."""
    patterns: defaultdict[str, _Pattern] = defaultdict(_Pattern)
    terms = {leaf: None for rule in rules for leaf in rule.query.leaves() if isinstance(leaf, Term)}
    for term in terms:
        patterns[term.text].terms.append(term)
    for gazetteer in gazetteers.values():
        for entry in gazetteer.entries:
            for text in {fold_term(spelling) for spelling in entry.spellings}:
                patterns[text].spellings.append(_Spelling(gazetteer.name, entry.id, None))
            for acronym in set(entry.acronyms):
                spelling = _Spelling(gazetteer.name, entry.id, _exact(acronym))
                patterns[fold_term(acronym)].spellings.append(spelling)
    return patterns


def _members(
    rules: Iterable[Rule], gazetteers: Mapping[str, Gazetteer]
) -> dict[Named, frozenset[str] | None]:
    """Give for each `@gazetteer` leaf the entries that it means; None means all of them."""
    members: dict[Named, frozenset[str] | None] = {}
    for rule in rules:
        for leaf in rule.query.leaves():
            if isinstance(leaf, Named):
                part = leaf.part
                entries = gazetteers[leaf.gazetteer].entries
                meant = frozenset(e.id for e in entries if part is None or e.belongs_to(part))
                members[leaf] = None if part is None else meant
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
