"""Where many patterns occur in a text, found in one pass: the door to ahocorasick_rs.

Aho and Corasick, "Efficient string matching" (1975).
"""

from collections.abc import Sequence

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

_DFA_UP_TO = 20_000  # patterns: beyond, its table fits no cache and it is slower than the NFA
_LARGEST_DFA = 24_000_000  # bytes


class Automaton:
    """Compiled patterns. Immutable once made, and safe to share between threads."""

    def __init__(self, patterns: Sequence[str]) -> None:
        dfa = len(patterns) <= _DFA_UP_TO and _size(patterns) <= _LARGEST_DFA
        self._automaton = AhoCorasick(
            patterns,
            matchkind=MatchKind.Standard,
            store_patterns=False,
            implementation=Implementation.DFA if dfa else Implementation.ContiguousNFA,
        )

    def hits(self, text: str) -> list[tuple[int, int, int]]:
        """Give every occurrence, overlapping ones too: pattern's number, first and behind last.

        It releases the GIL while it looks.
        """
        found: list[tuple[int, int, int]] = self._automaton.find_matches_as_indexes(
            text, overlapping=True
        )
        return found


def _size(patterns: Sequence[str]) -> int:
    """Give at most how many bytes the table of a DFA takes: a row for each byte of the patterns.

    A row has four bytes for each byte that occurs in them, rounded up to a power of two.
    """
    joined = "".join(patterns).encode()
    return len(joined) * 4 << len(set(joined)).bit_length()
