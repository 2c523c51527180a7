"""Matching: one text held against all rules and the shipped gazetteer, beside the bare scan.

The floor is `casefold` and ahocorasick_rs over the same patterns, by whichever implementation is
quicker there: no word boundaries, no zones, no rules evaluated, no mentions.
"""

import random
import time
from collections.abc import Callable
from pathlib import Path

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind
from generate import SEED, Stories, vocabulary
from report import Row, Table, median, progress

from wirewatch.deployment import shipped_gazetteers
from wirewatch.formats import parse
from wirewatch.model import Article
from wirewatch.rules.gazetteer.entry import Gazetteer
from wirewatch.rules.gazetteer.reading import load_gazetteers
from wirewatch.rules.matcher import Matcher
from wirewatch.rules.query.leaf import Term
from wirewatch.rules.rulebook import Rule, rule_of
from wirewatch.text.fold import fold, fold_term

_TEXTS = 1_000
_TURNS = 5
_FORMS = (
    "{a} AND {b}",
    '"{a} {b}" OR "{c} {d}"',
    "({a} OR {b}) AND {c} AND NOT {d}",
    "@parliament:KZ AND {a}",
    "title:{a} OR body:{b}*",
    '@parliament AND ({a} OR {b} OR "{c} {d}")',
)


def run(home: Path, *, quick: bool) -> list[Table]:  # noqa: ARG001 - nothing is written
    """Measure fold, scan and rules for several numbers of rules."""
    gazetteers = load_gazetteers(shipped_gazetteers(), [])
    stories = Stories()
    articles = [parse(stories.text(number).encode(), 1_000_000)[1][0] for number in range(_TEXTS)]
    table = Table(f"matching, {_TEXTS:,} texts of 2 KB, the shipped gazetteer and rules", "floor")
    for count in (10, 1_000) if quick else (10, 1_000, 10_000):
        progress(f"matching: {count:,} rules")
        rules = _rules(count, gazetteers)
        _compare(table, articles, rules, gazetteers)
    table.notes.append(
        "ours: fold, scan, word boundaries, zones, mentions, rules; floor: casefold and scan alone"
    )
    return [table]


def _compare(
    table: Table, articles: list[Article], rules: list[Rule], gazetteers: dict[str, Gazetteer]
) -> None:
    """Measure both sides in turns."""
    matcher = Matcher(rules, gazetteers)
    scans = _floors(_patterns(rules, gazetteers))
    texts = [f"{a.title}\n{a.dateline}\n{a.body}" for a in articles]
    ours: list[float] = []
    fold_only: list[float] = []
    bare: dict[str, list[float]] = {name: [] for name in scans}
    for _ in range(_TURNS):
        ours.append(_timed(lambda: [matcher.match(article, "wires") for article in articles]))
        fold_only.append(_timed(lambda: [fold(text) for text in texts]))
        for name, scan in scans.items():
            bare[name].append(_timed(lambda scan=scan: [scan(text.casefold()) for text in texts]))  # type: ignore[misc]
    quickest = min(bare, key=lambda name: median(bare[name]))
    matched = sum(len(matcher.match(article, "wires")[1]) for article in articles)
    name = f"{len(rules):,} rules"
    table.rows.append(Row(name, "µs a text", median(ours), median(bare[quickest]), speed=True))
    table.notes.append(
        f"{name}: floor by {quickest}; {median(fold_only):.1f} µs of ours to fold; "
        f"{matched:,} matches"
    )


def _timed(work: Callable[[], object]) -> float:
    """Give the microseconds a text."""
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) / _TEXTS * 1e6


def _rules(count: int, gazetteers: dict[str, Gazetteer]) -> list[Rule]:
    """Make rules of words as people choose them: neither common nor short."""
    rng = random.Random(SEED)
    words = [word for word in vocabulary()[1_000:] if len(word) >= 6]
    rules = []
    for number in range(count):
        a, b, c, d = rng.sample(words, 4)
        query = _FORMS[number % len(_FORMS)].format(a=a, b=b, c=c, d=d)
        rules.append(rule_of(f"rule-{number}", query, gazetteers))
    return rules


def _patterns(rules: list[Rule], gazetteers: dict[str, Gazetteer]) -> list[str]:
    """Collect the same patterns as our matcher has."""
    terms = (leaf for rule in rules for leaf in rule.query.leaves() if isinstance(leaf, Term))
    entries = (entry for gazetteer in gazetteers.values() for entry in gazetteer.entries)
    spellings = (text for entry in entries for text in (*entry.spellings, *entry.acronyms))
    return list(dict.fromkeys([*(term.text for term in terms), *map(fold_term, spellings)]))


def _floors(patterns: list[str]) -> dict[str, Callable[[str], object]]:
    """Make the bare scans."""

    def scan(implementation: Implementation) -> Callable[[str], object]:
        automaton = AhoCorasick(
            patterns,
            matchkind=MatchKind.Standard,
            store_patterns=False,
            implementation=implementation,
        )
        return lambda text: automaton.find_matches_as_indexes(text, overlapping=True)

    kinds = {"DFA": Implementation.DFA, "NFA": Implementation.ContiguousNFA}
    return {name: scan(kind) for name, kind in kinds.items()}
