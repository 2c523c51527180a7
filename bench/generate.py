"""Wire stories of about 2 KB in the founding format, made from a seed: every run has the same.

A quarter of the paragraphs name a parliament, so that mentions, matches and alerts occur as they
do on a desk that follows parliaments. By itself: `python bench/generate.py FOLDER --count 100`.
"""

import argparse
import random
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path

SEED = 2
SIZE = 1_900  # characters after which a story gets no further paragraph
NAMED = 0.25
_VOCABULARY = 12_000
_SENTENCES = 4_000

_COMMON = """
the of to and in a is that for it as was with be by on not he his but at are this have from or had
an they which one you were all her she there would their we him been has when who will no more if
out so up said what its about than into them can only other time new some could these two may first
then do any like my now over such our man me even most made after also well many must before back
through years where much your way down should because long each just state people those too mister
little own good world work life day government law bill vote budget minister speaker deputy member
chamber committee session reading report visit delegation agreement region water energy school road
railway harvest trade export bank price market health hospital teacher student language culture
museum library archive border customs transit port airport investment industry plant project fund
program council assembly election court rights reform tax pension housing land forest river bridge
"""
_SYLLABLES = "ba ko ri sen tal mu da vi lor pe ne sha gan tu mel os ir ed na zhi kor yu ab la"
_PLACES = (
    ("BAKU, Azerbaijan, {month} {day}.", "Trend reports"),
    ("ASTANA. KAZINFORM –", "Kazinform correspondent reports"),
    ("TASHKENT, Uzbekistan, {month} {day}.", "UzA reports"),
    ("ANKARA, Türkiye, {month} {day}.", "Anadolu Agency reported"),
    ("BISHKEK, {month} {day}. /Kabar/.", "Kabar reports"),
    ("GENEVA. {month} {day}. KAZINFORM –", "Kazinform correspondent reports"),
)
_NAMES = (
    "Kazakh Parliament", "Parliament of Kazakhstan", "Milli Majlis", "Azerbaijani Parliament",
    "Jogorku Kenesh", "Oliy Majlis", "Mejlis of Turkmenistan", "Grand National Assembly of Türkiye",
    "Inter-Parliamentary Union", "Parliamentary Assembly of Turkic States", "European Parliament",
    "National Assembly of Hungary", "Majilis of the Parliament of Kazakhstan", "TURKPA", "PABSEC",
    "Senate of Kazakhstan", "Қазақстан Мәжілісі", "Милли Меджлис",
)  # fmt: skip
_SAYINGS = (
    "A delegation of the {name} took part in the talks, and a visit in return is planned.",
    "The {name} will take up the bill at its next sitting, the speaker said.",
    "According to the {name}, the agreement needs a second reading.",
    "The chairman of the committee of the {name} called the vote a first step.",
)
_MONTHS = "January February March April May June July August September October November December"


class Stories:
    """All stories of a seed, by number; `named` is the share of paragraphs with one of `names`."""

    def __init__(
        self, seed: int = SEED, named: float = NAMED, names: Sequence[str] = _NAMES
    ) -> None:
        self._seed = seed
        self._named = named
        self._names = names
        rng = random.Random(seed)
        self._words = vocabulary(seed)
        self._sentences = _sentences(rng, self._words)

    def text(self, number: int, *, named: bool = False) -> str:
        """Write one story; with `named` its first paragraph is sure to name a parliament."""
        rng = random.Random(self._seed * 1_000_003 + number)
        day = date(2024, 1, 1) + timedelta(days=rng.randrange(1_000))
        dateline, signed = rng.choice(_PLACES)
        dateline = dateline.format(month=_MONTHS.split()[day.month - 1], day=day.day)
        opening = rng.choice(self._sentences)[:-1]
        parts = [f" date {day} {dateline} {opening} under number {number}, {signed}."]
        if named:
            parts[0] += " " + self._naming(rng)
        size = len(parts[0])
        while size < SIZE:
            paragraph = self._paragraph(rng)
            parts.append(paragraph)
            size += len(paragraph) + 2
        return "\n\n".join(parts) + "\n"

    def _paragraph(self, rng: random.Random) -> str:
        """Write two to four sentences, each with words of its own: no story is another's copy."""
        chosen = [self._own(rng) for _ in range(rng.randint(2, 4))]
        if rng.random() < self._named:
            chosen[rng.randrange(len(chosen))] = self._naming(rng)
        return " ".join(chosen)

    def _naming(self, rng: random.Random) -> str:
        """Write a sentence that names a parliament."""
        return rng.choice(_SAYINGS).format(name=rng.choice(self._names))

    def _own(self, rng: random.Random) -> str:
        """Give a sentence as no other story has it."""
        words = rng.choice(self._sentences).split(" ")
        for place in rng.sample(range(1, len(words) - 1), 2):
            words[place] = rng.choice(self._words)
        return " ".join(words)


def vocabulary(seed: int = SEED) -> list[str]:
    """Make words: the common ones as they are, then made-up ones, as names and rare words are."""
    rng = random.Random(seed)
    syllables = _SYLLABLES.split()
    words = dict.fromkeys(_COMMON.split())
    while len(words) < _VOCABULARY:
        words["".join(rng.choices(syllables, k=rng.randint(2, 4)))] = None
    return list(words)


def _sentences(rng: random.Random, words: list[str]) -> list[str]:
    """Make sentences in which words are as unevenly frequent as in a language (Zipf)."""
    weights = list(accumulate(1 / (rank + 2.7) for rank in range(len(words))))
    made = []
    for number in range(_SENTENCES):
        chosen = rng.choices(words, cum_weights=weights, k=rng.randint(10, 22))
        chosen[len(chosen) // 2] += ","
        text = " ".join(chosen).capitalize() + "."
        made.append(f"“{text[:-1]},” it’s said – so far." if number % 12 == 0 else text)
    return made


def name_of(number: int) -> str:
    """Give the name of a story's file."""
    return f"story-{number:07}.txt"


def write(
    folder: Path, numbers: Iterable[int], *, seed: int = SEED, named: bool = False
) -> list[Path]:
    """Write stories into a folder, which is made if need be; give their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    stories = Stories(seed)
    paths = []
    for number in numbers:
        path = folder / name_of(number)
        path.write_bytes(stories.text(number, named=named).encode())
        paths.append(path)
    return paths


def main() -> None:
    """Write stories into a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    paths = write(options.folder, range(options.count), seed=options.seed)
    print(f"{len(paths)} stories in {options.folder}")


if __name__ == "__main__":
    main()
