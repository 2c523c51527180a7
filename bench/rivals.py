"""One side of the rules bench, in a process of its own: `python rivals.py SIDE COUNT TEXTS FOLDER`.

Prints what it measured as JSON: seconds to load the rules, the memory that they take in MB (and the
most while loading), and microseconds a text, the best of three turns. Each side gets the same texts
and the same rules. Ours gives every match with its spans; others leave out what is said of them.
"""

import gc
import json
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from desk import queries, write_rules

_TURNS = 3
_DFA_UP_TO = 100_000  # patterns: beyond, it takes gigabytes

Scan = Callable[[str], object]


def ours(count: int, folder: Path) -> Scan:
    """Make a Matcher of a file of rules; it says all that it says to the daemon."""
    from wirewatch.model import Article
    from wirewatch.rules.matcher import Matcher
    from wirewatch.rules.rulebook import load_rules

    matcher = Matcher(load_rules([folder / f"rules-{count}.toml"], {}, []), {})
    return lambda text: matcher.match(Article("", "", "", text), "wires")[1]


def floor(count: int, folder: Path) -> Scan:
    """`casefold` and one raw scan of ahocorasick_rs; nothing is evaluated."""
    from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

    kind = Implementation.DFA if count <= _DFA_UP_TO else Implementation.ContiguousNFA
    automaton = AhoCorasick(
        _phrases(count, folder),
        matchkind=MatchKind.Standard,
        store_patterns=False,
        implementation=kind,
    )
    return lambda text: automaton.find_matches_as_indexes(text.casefold(), overlapping=True)


def compiled(count: int, folder: Path) -> Scan:
    """One compiled `re` for each phrase; operators are evaluated, but NEAR as AND."""

    def whole(phrase: str) -> re.Pattern[str]:
        return re.compile(rf"\b{re.escape(phrase)}\b", re.IGNORECASE)

    rules = [(sign, whole(name), whole(other)) for sign, name, other in queries(folder, count)]

    def matches(text: str) -> list[int]:
        return [
            number
            for number, (sign, name, other) in enumerate(rules)
            if name.search(text) and (not sign or (sign == "AND NOT") != bool(other.search(text)))
        ]

    return matches


def flashtext2(count: int, folder: Path) -> Scan:
    """flashtext2: phrases found at word boundaries; nothing is evaluated."""
    from flashtext2 import KeywordProcessor

    processor = KeywordProcessor(case_sensitive=False)
    for phrase in _phrases(count, folder):
        processor.add_keyword(phrase)
    find: Scan = processor.extract_keywords
    return find


def hyperscan(count: int, folder: Path) -> Scan:
    """Hyperscan: phrases found anywhere; nothing is evaluated."""
    from hyperscan import HS_FLAG_CASELESS, Database

    database = Database()
    phrases = [re.escape(phrase).encode() for phrase in _phrases(count, folder)]
    flags = [HS_FLAG_CASELESS] * len(phrases)
    database.compile(expressions=phrases, ids=list(range(len(phrases))), flags=flags)

    def scan(text: str) -> list[int]:
        found: list[int] = []
        database.scan(text.encode(), match_event_handler=lambda number, *_: found.append(number))
        return found

    return scan


def _phrases(count: int, folder: Path) -> list[str]:
    """Give every phrase of the rules once, folded."""
    chosen = queries(folder, count)
    phrases = [name for _, name, _ in chosen] + [other for sign, _, other in chosen if sign]
    return [phrase.lower() for phrase in dict.fromkeys(phrases)]


SIDES = {one.__name__: one for one in (ours, floor, compiled, flashtext2, hyperscan)}


def measured(side: str, count: int, texts: int, folder: Path) -> dict[str, float]:
    """Measure one side in a process of its own."""
    words = [sys.executable, __file__, side, str(count), str(texts), str(folder)]
    done = subprocess.run(words, check=False, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{side} failed:\n{done.stderr}")
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main() -> None:
    """Measure one side."""
    _, side, count, most, place = sys.argv
    folder = Path(place)
    if side == "ours" and not (folder / f"rules-{count}.toml").exists():
        write_rules(folder / f"rules-{count}.toml", queries(folder, int(count)))
    before = _memory()
    begun = time.perf_counter()
    scan = SIDES[side](int(count), folder)
    loaded = time.perf_counter() - begun
    gc.collect()
    taken, peak = _memory() - before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    gc.freeze()  # as the daemon does
    texts = json.loads((folder / "texts.json").read_text())[: int(most)]
    spent = []
    for _ in range(_TURNS):
        begun = time.perf_counter()
        for text in texts:
            scan(text)
        spent.append((time.perf_counter() - begun) / len(texts) * 1e6)
    print(json.dumps({"load": loaded, "memory": taken, "peak": peak, "text": min(spent)}))


def _memory() -> float:
    """Give the resident memory of this process, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


if __name__ == "__main__":
    main()
