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
from wirewatch.rules.evidence import Evidence
from wirewatch.rules.gazetteer.entry import Gazetteer, meant
from wirewatch.rules.gazetteer.forms import Tails, forms
from wirewatch.rules.gazetteer.spellings import bare
from wirewatch.rules.mentions import Hit, Spelling, Text, mentions, spellings_of
from wirewatch.rules.query.leaf import Named, Pattern, Term
from wirewatch.rules.query.node import Leaf
from wirewatch.rules.rulebook import Rule
from wirewatch.rules.zones import LEAD, ORDER, TEXT_ZONES, ZONES, zone_text
from wirewatch.text.fold import Folded, exact, fold, fold_term
from wirewatch.text.words import ends_word, starts_word

_SEPARATOR = "\n\x00\n"  # no term holds it, so none reaches from one zone into the next
_DFA_UP_TO = 2_000  # patterns; 5,000 as a DFA take 32 MB and save 7 µs a text, as an NFA 3 MB


@dataclass(slots=True)
class _Meaning:
    """What a pattern of the automaton stands for.

    `near` are the keys of contexts, each with whether a beginning of a word is enough, and how it
    must be written where the case counts; `tails` are
    spellings that go on behind it; `parts` are expressions of which it is a literal part, wherever
    it stands in a word.
    """

    terms: tuple[Term, ...] = ()
    spellings: tuple[Spelling, ...] = ()
    tails: Tails[Spelling] | None = None
    near: tuple[tuple[str, bool, str | None], ...] = ()
    parts: tuple[Pattern, ...] = ()


class Matcher:
    """Compiled rules and gazetteers. Immutable once made, and safe to share between threads."""

    def __init__(self, rules: Iterable[Rule], gazetteers: Mapping[str, Gazetteer]) -> None:
        self.rules = tuple(rules)
        self._members = _members(self.rules, gazetteers)
        patterns = _patterns(self.rules, gazetteers)
        self._meanings = list(patterns.values())
        dfa = len(patterns) <= _DFA_UP_TO
        self._automaton = AhoCorasick(
            list(patterns),
            matchkind=MatchKind.Standard,
            store_patterns=False,
            implementation=Implementation.DFA if dfa else Implementation.ContiguousNFA,
        )
        self._waiting, self._always = _waiting(self.rules)
        named = {zone for rule in self.rules for leaf in rule.query.leaves() for zone in leaf.zones}
        self._zones = tuple(zone for zone in ZONES if zone in named.union(TEXT_ZONES) - {LEAD})

    def match(self, article: Article, source: str) -> tuple[tuple[Mention, ...], tuple[Match, ...]]:
        """Give the gazetteer names found in an article and the rules that are true of it.

        `source` is the inbox's name. Spans count code points of the stored text of their zone.
        """
        evidence, named = self.evidence(article, source)
        numbers = {number for leaf in evidence.hits for number in self._waiting.get(leaf, ())}
        matches = []
        for number in sorted(numbers.union(self._always)):
            rule = self.rules[number]
            found = rule.query.spans(evidence)
            if found is not None:
                matches.append(_matched(rule, found))
        return tuple(mention for mention in named if mention.zone in TEXT_ZONES), tuple(matches)

    def evidence(self, article: Article, source: str) -> tuple[Evidence, tuple[Mention, ...]]:
        """Give what is found in an article: the hits of all leaves, and the mentions."""
        texts = ((zone, zone_text(article, source, zone)) for zone in self._zones)
        text = _joined([(zone, text) for zone, text in texts if text])
        lead = len(zone_text(article, source, LEAD))
        hits, named = self._scan(text, lead)
        members: dict[Leaf, tuple[Mention, ...]] = {}
        for leaf, wanted in self._members.items() if named else ():
            found = tuple(
                mention
                for mention in named
                if _lies_in(mention.zone, mention.end, leaf.zones, lead)
                and (
                    mention.gazetteer == leaf.gazetteer
                    if wanted is None
                    else (mention.gazetteer, mention.entry) in wanted
                )
            )
            if found:
                members[leaf] = found
                hits[leaf] = tuple(Span(one.zone, one.start, one.end) for one in found)
        return Evidence(article, source, hits, members), named

    def _scan(
        self, text: Text, lead: int
    ) -> tuple[dict[Leaf, tuple[Span, ...]], tuple[Mention, ...]]:
        """Run the automaton; give the hits of terms and parts of expressions, and the mentions."""
        folded = fold(text.joined)
        found = _Found(text, folded, lead)
        for number, start, end in self._automaton.find_matches_as_indexes(
            folded.text, overlapping=True
        ):
            meaning = self._meanings[number]
            for part in meaning.parts:
                found.hits[part]
            if starts_word(folded.text, start):
                found.add(meaning, start, end)
        hits = {leaf: tuple(dict.fromkeys(places)) for leaf, places in found.hits.items()}
        return hits, mentions(found.named, found.near, text)


class _Found:
    """What the automaton has found in one text so far."""

    def __init__(self, text: Text, folded: Folded, lead: int) -> None:
        self.text = text
        self.folded = folded
        self.lead = lead
        self.hits: defaultdict[Leaf, list[Span]] = defaultdict(list)
        self.named: list[Hit] = []
        self.near: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)

    def add(self, meaning: _Meaning, start: int, end: int) -> None:
        """Note what a pattern that begins with a word means."""
        whole = ends_word(self.folded.text, end)
        first, last = self.folded.original(start, end)
        if meaning.terms:
            self._add_terms(meaning.terms, first, last, whole=whole)
        for key, prefix, written in meaning.near:
            if (whole or prefix) and (not written or written == self.text.joined[first:last]):
                self.near[key].append((first, last))
        if whole:
            for spelling in meaning.spellings:
                if spelling.exact is None or spelling.exact == exact(self.text.joined[first:last]):
                    self.named.append(Hit(first, last, spelling))
        if meaning.tails:
            for reached, spelling in meaning.tails.found(self.folded.text, end):
                if ends_word(self.folded.text, reached):
                    last = self.folded.original(start, reached)[1]
                    self.named.append(Hit(first, last, spelling))

    def _add_terms(self, terms: tuple[Term, ...], first: int, last: int, *, whole: bool) -> None:
        """Note the terms that a stretch of the text is a hit of."""
        index = bisect_right(self.text.starts, first) - 1
        begin = self.text.starts[index]
        span = Span(self.text.zones[index], first - begin, last - begin)
        for term in terms:
            if (
                (whole or term.prefix)
                and _lies_in(span.zone, span.end, term.zones, self.lead)
                and (term.exact is None or term.exact == exact(self.text.joined[first:last]))
            ):
                self.hits[term].append(span)


def _lies_in(zone: str, end: int, zones: tuple[str, ...], lead: int) -> bool:
    """Tell whether a place lies in one of some zones; the lead is the beginning of the body."""
    return zone in zones or (zone == "body" and LEAD in zones and end <= lead)


def _matched(rule: Rule, found: tuple[Span, ...]) -> Match:
    """Make the match, its spans in reading order and each once."""
    ordered = sorted(set(found), key=lambda span: (ORDER[span.zone], span.start, span.end))
    spans = tuple(ordered)
    return Match(rule.name, rule.hash, rule.title, rule.severity, rule.channels, spans, rule.text)


def _joined(texts: Iterable[tuple[str, str]]) -> Text:
    """Join the texts of zones."""
    zones: list[str] = []
    starts: list[int] = []
    reached = 0
    pieces: list[str] = []
    for zone, text in texts:
        zones.append(zone)
        starts.append(reached)
        pieces.append(text)
        reached += len(text) + len(_SEPARATOR)
    return Text(zones, starts, _SEPARATOR.join(pieces))


def _patterns(
    rules: Iterable[Rule], gazetteers: Mapping[str, Gazetteer]
) -> defaultdict[str, _Meaning]:
    """Collect the patterns: every term of every rule and every spelling, each once."""
    patterns: defaultdict[str, _Meaning] = defaultdict(_Meaning)
    for leaf in dict.fromkeys(leaf for rule in rules for leaf in rule.query.leaves()):
        if isinstance(leaf, Term):
            patterns[leaf.text].terms += (leaf,)
        elif isinstance(leaf, Pattern) and leaf.literal:
            patterns[leaf.literal].parts += (leaf,)
    contexts: set[str] = set()
    for gazetteer in gazetteers.values():
        for text, spelling in spellings_of(gazetteer):
            for head, tail in forms(text):
                meaning = patterns[head]
                if tail:
                    meaning.tails = meaning.tails or Tails()
                    meaning.tails.add(tail, spelling)
                elif spelling not in meaning.spellings:
                    meaning.spellings += (spelling,)
            contexts.update(spelling.near)
    countries = (country for one in gazetteers.values() for country in one.countries)
    keys = [(one.key, word, one.exact(word)) for one in countries for word in one.words]
    keys += [(word, word, None) for word in contexts if not word.startswith("#")]
    for key, word, written in dict.fromkeys(keys):
        patterns[fold_term(bare(word))].near += ((key, word.endswith("*"), written),)
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


def _waiting(rules: Iterable[Rule]) -> tuple[dict[Leaf, list[int]], list[int]]:
    """Give for each leaf the rules to evaluate when it is hit, and those to evaluate always.

    A leaf's cost is how often a text is expected to hold it: short terms and whole gazetteers
    are frequent, long ones rare.
    """
    waiting: defaultdict[Leaf, list[int]] = defaultdict(list)
    always: list[int] = []
    for number, rule in enumerate(rules):
        needed = rule.query.needs(_expected_share)
        if needed is None:
            always.append(number)
        for leaf in needed or ():
            waiting[leaf].append(number)
    return dict(waiting), always


def _expected_share(leaf: Leaf) -> float:
    """Guess in what share of articles a leaf is hit: a gazetteer in many, a long word in few."""
    match leaf:
        case Named(part=part):
            return 0.5 if part is None else 0.2
        case Term(text=text) | Pattern(literal=text):
            return max(0.002, float(0.5 ** (len(text) / 1.5)))
        case _:
            return 1.0
