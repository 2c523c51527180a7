"""Whether two texts tell the same story: copied, cut, edited; not merely about the same thing.

Copies of a story, however they were cut and edited, leave some sentences as they were: these find
it among many. Then the phrases of three words decide, counted against the shorter text so that a
cut does not matter (containment: Broder, 'On the resemblance and containment of documents', 1997);
and the numbers, since reports of one form (weather, exchange rates, earthquakes) share their
phrases and differ in those.
"""

import re
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from itertools import islice
from typing import NamedTuple

from wirewatch.text.fold import fold
from wirewatch.text.words import words

_FEWEST_WORDS = 8  # of a sentence that tells one story from another
_FEWEST_BYTES = 60  # of such a sentence in a script without spaces
_MOST_SENTENCES = 8  # the first ones, which cuts leave and which mostly are enough
_MARKED = 2_000  # characters of a text in which these are looked for
_LONGEST = 20_000  # characters of a text that are looked at
_PHRASE = 3  # words
_FEWEST_NUMBERS = 2  # of a text whose numbers say anything
_OTHER_STOPS = "…。！？؟۔।"
_ENDS, _MARKS = b"!?", b"\"'()*+,-/:;<=>[]^_`{|}~"
_PLAIN = bytes.maketrans(_ENDS + _MARKS, b"." * len(_ENDS) + b" " * len(_MARKS))
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")


class Thresholds(NamedTuple):
    """From where on two texts are one story: shares of the shorter one's phrases and numbers.

    `sentences` is the share of a sentence's phrases that must be known for it to be nothing new.
    """

    phrases: float = 0.4
    numbers: float = 0.6
    sentences: float = 0.9


class Gist(NamedTuple):
    """What a text is compared by: its phrases, as digests, and its numbers."""

    phrases: frozenset[int]
    numbers: frozenset[str]


def marks(text: str) -> tuple[int, ...]:
    """Give a digest of each sentence of a text that is long enough to be nobody else's.

    Whole numbers of 63 bits; the same for the same words, however they are set. Where sentences
    end need not be right, only the same in each copy.
    """
    folded = fold(text[:_MARKED]).text
    if not folded.isascii():
        for stop in _OTHER_STOPS:
            folded = folded.replace(stop, ". ")
    plain = folded.encode(errors="surrogatepass").translate(_PLAIN).replace(b"\n", b". ")
    pieces = (piece.split() for piece in plain.split(b". "))
    long = (b" ".join(piece) for piece in pieces if _is_long(piece))
    return tuple(dict.fromkeys(map(_digest, islice(long, _MOST_SENTENCES))))


def _is_long(piece: list[bytes]) -> bool:
    """Tell whether a sentence has enough words, or is as long in a script without spaces."""
    return len(piece) >= _FEWEST_WORDS or sum(map(len, piece)) >= _FEWEST_BYTES


def gist(text: str) -> Gist:
    """Give what a text is compared by."""
    folded = fold(text[:_LONGEST]).text
    found = words(folded)
    ends = range(_PHRASE, max(len(found), _PHRASE) + 1)
    phrases = frozenset(hash(tuple(found[end - _PHRASE : end])) for end in ends)
    return Gist(phrases, frozenset(_numbers(folded)))


def joined(gists: Iterable[Gist]) -> Gist:
    """Give the gist of several texts together."""
    known = list(gists)
    phrases, numbers = (frozenset().union(*parts) for parts in zip(*known, strict=True))
    return Gist(phrases, numbers)


def shared(one: Gist, other: Gist, thresholds: Thresholds) -> float:
    """Give the share of the shorter text's phrases that the other has; 0 for another story."""
    if _share(one.numbers, other.numbers, _FEWEST_NUMBERS) < thresholds.numbers:
        return 0.0
    share = _share(one.phrases, other.phrases, 1)
    return share if share >= thresholds.phrases else 0.0


def is_known(sentence: Gist, before: Gist, thresholds: Thresholds) -> bool:
    """Tell whether a sentence says nothing new: no other number, and hardly another word.

    A word is enough for another meaning (approved, rejected), so this is far stricter than what
    makes a story.
    """
    known = len(sentence.phrases & before.phrases)
    enough = known >= thresholds.sentences * len(sentence.phrases)
    return enough and sentence.numbers <= before.numbers


def _share(one: frozenset[object], other: frozenset[object], fewest: int) -> float:
    """Give which share of the smaller set is in the larger; 1 where it is too small to tell."""
    smaller = min(len(one), len(other))
    return len(one & other) / smaller if smaller >= fewest else 1.0


def _digest(sentence: bytes) -> int:
    """Digest a sentence."""
    return int.from_bytes(blake2b(sentence, digest_size=8).digest(), "big") >> 1


def _numbers(folded: str) -> Iterator[str]:
    """Give the numbers of a folded text, in ASCII digits, whatever parts their groups."""
    for number in _NUMBER.findall(folded):
        yield "".join(str(int(char)) if char.isdigit() else "." for char in number)
