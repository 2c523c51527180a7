"""Names: the world's parliaments recognised in texts, beside a bare scan for their beginnings.

The floor is `casefold` and ahocorasick_rs over the same heads, nothing looked up or weighed.
"""

import gc
import time
from collections.abc import Callable
from pathlib import Path

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind
from generate import Stories
from report import Row, Table, median, progress

from wirewatch.deployment import shipped_gazetteers
from wirewatch.formats import parse
from wirewatch.rules.gazetteer.shelf import shelved_gazetteers
from wirewatch.rules.matcher import Matcher
from wirewatch.text.fold import fold

_TEXTS = 1_000
_TURNS = 5


def run(home: Path, *, quick: bool) -> list[Table]:  # noqa: ARG001 - nothing is written
    """Measure both sides in turns."""
    progress("names")
    shelved_gazetteers(shipped_gazetteers(), [])  # which compiles them, if need be
    begun = time.perf_counter()
    gazetteers, _ = shelved_gazetteers(shipped_gazetteers(), [])
    matcher = Matcher([], gazetteers)
    loaded = time.perf_counter() - begun
    names, signs = gazetteers["parliament"].compiled
    automaton = AhoCorasick(
        [*names.heads, *signs.heads],
        matchkind=MatchKind.Standard,
        store_patterns=False,
        implementation=Implementation.ContiguousNFA,
    )
    stories = Stories()
    articles = [
        parse(stories.text(number).encode(), 1_000_000).articles[0] for number in range(_TEXTS)
    ]
    texts = [f"{one.title}\n{one.dateline}\n{one.body}" for one in articles]
    gc.freeze()
    ours: list[float] = []
    bare: list[float] = []
    folds: list[float] = []
    for _ in range(_TURNS):
        ours.append(_timed(lambda: [matcher.match(article, "wires") for article in articles]))
        folds.append(_timed(lambda: [fold(text) for text in texts]))
        bare.append(
            _timed(
                lambda: [
                    automaton.find_matches_as_indexes(text.casefold(), overlapping=True)
                    for text in texts
                ]
            )
        )
    found = sum(len(matcher.match(article, "wires")[0]) for article in articles)
    table = Table(f"the world's parliaments in {_TEXTS:,} texts of 2 KB", "floor")
    table.rows.append(Row("recognise", "µs a text", median(ours), median(bare), speed=True))
    table.notes += [
        f"{len(names.names):,} names, {len(names.heads):,} heads, loaded in {loaded:.2f} s",
        f"{median(folds):.1f} µs of ours to fold; {found:,} mentions",
    ]
    return [table]


def _timed(work: Callable[[], object]) -> float:
    """Give the microseconds a text."""
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) / _TEXTS * 1e6
