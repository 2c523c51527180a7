"""Parliaments recognised in labelled sentences: precision and recall, by language.

The sentences were made for this project without sight of the gazetteer; half of them are traps.
`python tests/test_labelled.py` prints the figures by language and every mistake.
"""

import tomllib
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from wirewatch.deployment import shipped_gazetteers
from wirewatch.model import Article
from wirewatch.rules.gazetteer.shelf import shelved_gazetteers
from wirewatch.rules.gazetteer.table import GazetteerTable
from wirewatch.rules.matcher import Matcher
from wirewatch.tomlfile import read_table

FOLDER = Path(__file__).parent / "labelled"
PRECISION, RECALL = 0.985, 0.985
"""What is reached, rounded down; the aim is 0.98 for both (docs/performance.md)."""


class Outcome(NamedTuple):
    """What was found of one sentence: rightly, wrongly, and not at all."""

    sentence: dict[str, Any]
    right: set[str]
    wrong: set[str]
    missed: set[str]


def sentences() -> list[dict[str, Any]]:
    """Read all labelled sentences."""
    files = sorted(FOLDER.glob("*.toml"))
    return [one for path in files for one in tomllib.loads(path.read_text())["sentence"]]


@cache
def outcomes() -> list[Outcome]:
    """Recognise the bodies of every sentence."""
    labels = {
        row.id: f"{row.country}:{row.chamber or 'legislature'}" if row.country else row.id
        for path in shipped_gazetteers()
        for row in read_table(path, GazetteerTable).entry
    }
    matcher = Matcher([], shelved_gazetteers(shipped_gazetteers(), [])[0])
    found = []
    for sentence in sentences():
        wanted = set(sentence["mentions"])
        mentions, _ = matcher.match(Article("guid", "", "", sentence["text"]), "labelled")
        named = {labels[mention.entry] for mention in mentions}
        found.append(Outcome(sentence, named & wanted, named - wanted, wanted - named))
    return found


def figures(of: list[Outcome]) -> tuple[float, float]:
    """Give precision and recall."""
    right, wrong, missed = (sum(map(len, column)) for column in list(zip(*of, strict=True))[1:])
    return right / max(1, right + wrong), right / max(1, right + missed)


def test_the_set_is_as_large_and_hard_as_it_should_be() -> None:
    """At least 600 sentences in 25 languages, half of them traps, none twice."""
    every = sentences()
    assert len(every) >= 600
    assert len({one["language"] for one in every}) >= 25
    assert 0.45 < sum(not one["mentions"] for one in every) / len(every) < 0.55
    assert max(Counter(one["text"] for one in every).values()) == 1


def test_precision_and_recall() -> None:
    """What is recognised is right, and what is there is recognised, as often as is claimed."""
    precision, recall = figures(outcomes())
    assert precision >= PRECISION
    assert recall >= RECALL


def main() -> None:
    """Print the figures by language, and the mistakes."""
    every = outcomes()
    for language in sorted({one.sentence["language"] for one in every}):
        precision, recall = figures([o for o in every if o.sentence["language"] == language])
        print(f"{language:8} precision {precision:.2f}  recall {recall:.2f}")
    print("all      precision {:.3f}  recall {:.3f}".format(*figures(every)))
    for one in every:
        if one.wrong or one.missed:
            print(f"wrong {sorted(one.wrong)} missed {sorted(one.missed)}: {one.sentence['text']}")


if __name__ == "__main__":
    main()
