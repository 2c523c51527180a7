"""All rules and gazetteers over one article, in one pass of an automaton.

The terms of all rules and the beginnings of all names are its patterns; it runs once over the
folded text of an article, and only rules of which a needed term was hit are evaluated.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from wirewatch.model import Article, Match, Mention, Span
from wirewatch.rules.automaton import Automaton
from wirewatch.rules.evidence import Evidence
from wirewatch.rules.gates import Gates
from wirewatch.rules.gazetteer.gazetteer import Gazetteer, meant, versions
from wirewatch.rules.names import Names, shared_names
from wirewatch.rules.query.leaf import Named
from wirewatch.rules.query.node import Leaf
from wirewatch.rules.rulebook import Rule
from wirewatch.rules.scan import Scan, text_of
from wirewatch.rules.zones import LEAD, ORDER, TEXT_ZONES, ZONES


class Matcher:
    """Compiled rules and gazetteers. Immutable once made, and safe to share between threads.

    One that is made `briefly`, for a question or a few texts, shares the automaton of names with
    others like it: it is made in a hundredth of the time, and looks at each text twice.
    """

    def __init__(
        self,
        rules: Iterable[Rule],
        gazetteers: Mapping[str, Gazetteer],
        *,
        briefly: bool = False,
    ) -> None:
        self.rules = tuple(rules)
        self._gates = Gates(self.rules)
        lists = gazetteers.values()
        self._names = shared_names(*lists) if briefly else Names(lists)
        ours = self._gates.texts
        self._automaton = Automaton(ours if briefly else [*ours, *self._names.texts])
        self._hits = self._hits_apart if briefly else self._automaton.hits
        self._first_name = len(ours)
        self._first_sign = self._first_name + self._names.first_sign
        self._lists = _lists(self.rules, gazetteers)
        self.lists = versions(gazetteers)
        named = {zone for rule in self.rules for leaf in rule.query.leaves() for zone in leaf.zones}
        self._zones = tuple(zone for zone in ZONES if zone in named.union(TEXT_ZONES) - {LEAD})

    def match(self, article: Article, source: str) -> tuple[tuple[Mention, ...], tuple[Match, ...]]:
        """Give the gazetteer names found in an article and the rules that are true of it.

        `source` is the inbox's name. Spans count code points of the stored text of their zone.
        """
        evidence, found, mentions = self._look(article, source)
        matches = []
        for number in self._gates.opened(found, evidence.named):
            rule = self.rules[number]
            spans = rule.query.spans(evidence)
            if spans is not None:
                matches.append(_matched(rule, spans))
        if mentions:
            mentions = tuple(one for one in mentions if one.zone in TEXT_ZONES)
        return mentions, tuple(matches)

    def evidence(self, article: Article, source: str) -> Evidence:
        """Give what is found in an article, for queries to be decided on."""
        return self._look(article, source)[0]

    def _hits_apart(self, text: str) -> list[tuple[int, int, int]]:
        """Give what is found of rules, then of names, numbered as one automaton would."""
        names, behind = self._names.automaton.hits(text), self._first_name
        return self._automaton.hits(text) + [(behind + name, at, end) for name, at, end in names]

    def _look(
        self, article: Article, source: str
    ) -> tuple[Evidence, Iterable[int], tuple[Mention, ...]]:
        """Run the automaton; give the evidence, the numbers of texts found, and all mentions."""
        scan = Scan(article, text_of(article, source, self._zones))
        places: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        names: list[tuple[int, int]] = []
        signs: list[tuple[int, int]] = []
        for number, start, end in self._hits(scan.folded.text):
            if number < self._first_name:
                places[number].append((start, end))
            elif number < self._first_sign:
                names.append((number - self._first_name, start))
            else:
                signs.append((number - self._first_sign, start))
        texts = self._gates.texts
        scan.places = {texts[number]: found for number, found in places.items()}
        mentions = self._names.mentioned(scan, names, signs) if names else ()
        listed = self._listed(scan, mentions) if mentions else {}
        return Evidence(article, source, scan, listed), places, mentions

    def _listed(self, scan: Scan, mentions: Iterable[Mention]) -> dict[Leaf, tuple[Mention, ...]]:
        """Give the mentions that each list of the rules means, and note them as its hits."""
        found: defaultdict[Leaf, list[Mention]] = defaultdict(list)
        for mention in mentions:
            span = Span(*mention[3:])
            for named in self._lists.get((mention.gazetteer, mention.entry), ()):
                if scan.lies_in(span, named.zones):
                    found[named].append(mention)
        for leaf, members in found.items():
            scan.put(leaf, tuple(Span(*one[3:]) for one in members))
        return {leaf: tuple(members) for leaf, members in found.items()}


def _matched(rule: Rule, found: tuple[Span, ...]) -> Match:
    """Make the match, its spans in reading order and each once."""
    if len(found) > 1:
        by_place = sorted(set(found), key=lambda span: (ORDER[span.zone], span.start, span.end))
        found = tuple(by_place)
    return Match(rule.name, rule.hash, rule.title, rule.severity, rule.channels, found, rule.text)


def _lists(
    rules: Iterable[Rule], gazetteers: Mapping[str, Gazetteer]
) -> dict[tuple[str, str], list[Named]]:
    """Give for each entry, by its gazetteer and id, the `@gazetteer` leaves that mean it."""
    lists: defaultdict[tuple[str, str], list[Named]] = defaultdict(list)
    leaves = (leaf for rule in rules for leaf in rule.query.leaves() if isinstance(leaf, Named))
    for leaf in dict.fromkeys(leaves):
        entries = meant(gazetteers, leaf.gazetteer, leaf.part)
        for key in dict.fromkeys((name, entry.id) for name, entry in entries):
            lists[key].append(leaf)
    return dict(lists)
