"""The names of all gazetteers in one text: looked up where words begin, then weighed."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import accumulate

from wirewatch.model import Mention
from wirewatch.rules.gazetteer.lexicon import Lexicon
from wirewatch.rules.gazetteer.meaning import Sign, Spelling
from wirewatch.rules.mentions import Hit, mentions
from wirewatch.rules.scan import Scan
from wirewatch.text.words import ends_word, starts_word


class Names:
    """The compiled names of some gazetteers; `heads` are to be looked for by an automaton."""

    def __init__(self, lexicons: Iterable[Lexicon]) -> None:
        self._lexicons = tuple(lexicons)
        self._behind = list(accumulate(len(lexicon.heads) for lexicon in self._lexicons))

    @property
    def heads(self) -> list[str]:
        """Give the heads of all lexicons, one after the other."""
        return [head for lexicon in self._lexicons for head in lexicon.heads]

    def mentioned(self, scan: Scan, hits: Sequence[tuple[int, int]]) -> tuple[Mention, ...]:
        """Give the mentions in a text, from the heads hit: their numbers, and where they begin."""
        text = scan.folded.text
        behind = self._behind[:-1]  # nothing to search where there is one lexicon, as mostly
        begun = {(start, bisect_right(behind, number) if behind else 0) for number, start in hits}
        begun = {one for one in begun if starts_word(text, one[0])}
        named: list[Hit] = []
        near: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for start, index in sorted(begun):
            for end, sense in self._lexicons[index].found(text, start):
                whole = ends_word(text, end)
                first, last = scan.folded.original(start, end)
                for meaning in sense:
                    if not (whole or (isinstance(meaning, Sign) and meaning.prefix)):
                        continue
                    if meaning.exact and meaning.exact != scan.original(first, last):
                        continue
                    if isinstance(meaning, Spelling):
                        named.append(Hit(first, last, meaning))
                    else:
                        near[meaning.key].append((first, last))
        return mentions(named, near, scan.text)
