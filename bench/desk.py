"""Texts and rules in any number: names, some of which are in the news every day, most hardly ever.

A name's share of the texts falls with its rank (Zipf), and the first N names are those of N rules:
60 % one phrase, 25 % AND, 10 % AND NOT, 5 % NEAR/5.
"""

import json
import random
from itertools import accumulate
from pathlib import Path

from generate import SEED, Stories

_NAMED = 6  # names put into each text
_OTHERS = 1_000  # names from which the others of a few rules are taken
_SYLLABLES = "ba ko ri sen tal mu da vi lor pe ne sha gan tu mel os ir ed na zhi kor yu ab la"
_SAYINGS = ("{} said so on the day.", "It is not known what {} thinks of it.", "So did {}.")
_RULE = "[[rule]]\nname = \"r{number}\"\nquery = '{query}'\n"

Chosen = tuple[str, str, str]
"""A rule: its operator, empty for one phrase, its name, and the other one."""


def write(folder: Path, texts: int, rules: int) -> None:
    """Write `texts.json`, a list of texts of 2 KB, and `names.json`, the names by rank."""
    rng = random.Random(SEED)
    names = _names(rng, rules)
    shares = _shares(rules)
    stories = Stories(named=0)
    written = []
    for number in range(texts):
        paragraphs = stories.text(number).strip().split("\n\n")
        for name in rng.choices(names, cum_weights=shares, k=_NAMED):
            place = rng.randrange(len(paragraphs))
            paragraphs[place] += " " + rng.choice(_SAYINGS).format(name)
        written.append("\n\n".join(paragraphs))
    (folder / "texts.json").write_text(json.dumps(written, ensure_ascii=False))
    (folder / "names.json").write_text(json.dumps(names))


def queries(folder: Path, count: int) -> list[Chosen]:
    """Give so many rules."""
    names = json.loads((folder / "names.json").read_text())[: max(count, _OTHERS)]
    rng = random.Random(SEED)
    signs = rng.choices(("", "AND", "AND NOT", "NEAR/5"), weights=(60, 25, 10, 5), k=count)
    others = rng.choices(names, cum_weights=_shares(len(names)), k=count)
    return list(zip(signs, names[:count], others, strict=True))


def write_rules(path: Path, chosen: list[Chosen]) -> None:
    """Write rules as a file that wirewatch reads."""
    with path.open("w", encoding="utf-8") as file:
        for number, (sign, name, other) in enumerate(chosen):
            query = f'"{name}" {sign} "{other}"' if sign else f'"{name}"'
            file.write(_RULE.format(number=number, query=query))


def _shares(count: int) -> list[float]:
    """Give how often each name is in the news, added up."""
    return list(accumulate(1 / (rank + 10) for rank in range(count)))


def _names(rng: random.Random, count: int) -> list[str]:
    """Make names of two words, each once."""
    syllables = _SYLLABLES.split()
    names: dict[str, None] = {}
    while len(names) < count:
        words = ("".join(rng.choices(syllables, k=rng.randint(2, 3))) for _ in range(2))
        names[" ".join(words).title()] = None
    return list(names)
