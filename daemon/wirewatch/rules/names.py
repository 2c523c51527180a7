"""The names of all gazetteers in one text: looked up where words begin, then weighed."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import accumulate

from wirewatch.model import Mention
from wirewatch.rules.automaton import Automaton
from wirewatch.rules.gazetteer.gazetteer import Gazetteer
from wirewatch.rules.gazetteer.lexicon import Lexicon
from wirewatch.rules.gazetteer.meaning import Meaning, Sign, Spelling
from wirewatch.rules.mentions import Hit, Near, mentions
from wirewatch.rules.scan import Scan
from wirewatch.text.words import ends_word, starts_word

Starts = Sequence[tuple[int, int]]
"""Heads found in a text: their numbers, and where they begin."""


class Heads:
    """The beginnings of the names of several lexicons, as an automaton looks for them."""

    def __init__(self, lexicons: Iterable[Lexicon]) -> None:
        self._lexicons = tuple(lexicon for lexicon in lexicons if lexicon.joined_heads)
        counts = (lexicon.joined_heads.count("\n") + 1 for lexicon in self._lexicons)
        *self._behind, self._number = accumulate(counts, initial=0)
        del self._behind[:1]

    def __len__(self) -> int:
        """Count the heads."""
        return self._number

    @property
    def texts(self) -> list[str]:
        """Give the heads of all lexicons, one after the other."""
        return [head for lexicon in self._lexicons for head in lexicon.heads]

    def found(self, text: str, starts: Starts) -> Iterator[tuple[int, int, Meaning, bool]]:
        """Give what stands in a folded text, in order: from where to where, and what it means.

        It begins with a word; the last tells whether it ends with one too.
        """
        behind = self._behind  # empty where there is one lexicon, as mostly: nothing to search
        begun = {(start, bisect_right(behind, number) if behind else 0) for number, start in starts}
        for start, index in sorted(one for one in begun if starts_word(text, one[0])):
            for end, sense in self._lexicons[index].found(text, start):
                whole = ends_word(text, end)
                for meaning in sense:
                    yield start, end, meaning, whole


class Names:
    """The compiled names of some gazetteers, and the words that tell of their contexts."""

    def __init__(self, gazetteers: Iterable[Gazetteer]) -> None:
        lists = tuple(gazetteers)
        self.names = Heads(one.compiled.names for one in lists)
        self.signs = Heads(one.compiled.signs for one in lists)
        self.first_sign = len(self.names)

    @property
    def texts(self) -> list[str]:
        """Give the heads of all names, then those of all signs."""
        return [*self.names.texts, *self.signs.texts]

    @cached_property
    def automaton(self) -> Automaton:
        """Give what looks for these texts alone."""
        return Automaton(self.texts)

    def mentioned(self, scan: Scan, names: Starts, signs: Starts) -> tuple[Mention, ...]:
        """Give the mentions in a text, from the heads of names and of signs found in it."""
        text, folded = scan.folded.text, scan.folded
        hits: list[Hit] = []
        for start, end, meaning, whole in self.names.found(text, names):
            if whole and isinstance(meaning, Spelling):
                first, last = folded.original(start, end)
                if not meaning.exact or meaning.exact == scan.original(first, last):
                    hits.append(Hit(first, last, meaning))

        def near() -> Near:
            places: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
            for start, end, meaning, whole in self.signs.found(text, signs):
                if isinstance(meaning, Sign) and (whole or meaning.prefix):
                    first, last = folded.original(start, end)
                    if not meaning.exact or meaning.exact == scan.original(first, last):
                        places[meaning.key].append((first, last))
            return places

        return mentions(hits, near, scan.text)


@lru_cache(maxsize=2)
def shared_names(*gazetteers: Gazetteer) -> Names:
    """Give the names of some gazetteers, made once for all who ask for the same one by one."""
    return Names(gazetteers)
