"""Conditions over time: pure, by what came before."""

from datetime import timedelta

import pytest

from wirewatch.conditions import Facts, verdict, wording
from wirewatch.model import Condition

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LONG = 30 * DAY


@pytest.mark.parametrize(
    ("when", "facts", "holds", "said"),
    [
        (Condition(articles=3), Facts(articles=2), False, "2 of 3 articles within 1 h"),
        (Condition(articles=3), Facts(articles=3), True, "3 articles within 1 h"),
        (Condition(stories=3, within=DAY), Facts(9, stories=2), False, "2 of 3 stories within 1 d"),
        (Condition(outlets=3), Facts(outlets=3), True, "3 outlets"),
        (
            Condition(articles=3, outlets=2),
            Facts(articles=3, outlets=1),
            False,
            "1 of 2 outlets",
        ),
        (
            Condition(articles=2, outlets=2),
            Facts(articles=3, outlets=2),
            True,
            "3 articles within 1 h; 2 outlets",
        ),
    ],
)
def test_counts(when: Condition, facts: Facts, *, holds: bool, said: str) -> None:
    """Each count that is set must be reached; what is said names those that were, or were not."""
    assert verdict(when, facts) == (holds, said)


def test_a_condition_in_words() -> None:
    """All parts of a condition are said."""
    when = Condition(0, 2, 3, 1.5, DAY, "p", "q")
    assert wording(when) == (
        "2 stories within 1 d; 3 outlets; 1.5 times as many articles as usual within 1 d;"
        " a new name of @p; a new pair of @q"
    )
    assert wording(Condition(articles=5)) == "5 articles within 1 h"


SPIKE = Condition(spike=3.0, within=6 * HOUR)


@pytest.mark.parametrize(
    ("when", "facts", "holds", "said"),
    [
        (SPIKE, Facts(recent=12, weeks=(4, 4, 4)), True, "12 articles within 6 h, usually 4.0"),
        (SPIKE, Facts(recent=11, weeks=(4, 4, 4)), False, "11 articles within 6 h, usually 4.0"),
        (SPIKE, Facts(recent=99, weeks=(4, 4)), False, "known for 2 of 3 weeks"),
        (SPIKE, Facts(recent=2, weeks=(0, 0, 0)), False, "2 articles within 6 h, usually 0.0"),
        (SPIKE, Facts(recent=3, weeks=(0, 0, 0)), True, "3 articles within 6 h, usually 0.0"),
        (
            SPIKE._replace(articles=5),
            Facts(recent=4, weeks=(0, 0, 0)),
            False,
            "4 articles within 6 h, usually 0.0",
        ),
        (
            SPIKE,
            Facts(recent=99, weeks=(0, 0, 0), rang_ago=5 * HOUR),
            False,
            "it rang 5 h ago, once within 6 h",
        ),
        (
            SPIKE,
            Facts(recent=99, weeks=(0, 0, 0), rang_ago=6 * HOUR),
            True,
            "99 articles within 6 h, usually 0.0",
        ),
    ],
)
def test_spikes(when: Condition, facts: Facts, *, holds: bool, said: str) -> None:
    """A spike is so many times the mean of past weeks, three articles at least, once in its time."""
    assert verdict(when, facts) == (holds, said)


@pytest.mark.parametrize(
    ("when", "facts", "holds", "said"),
    [
        (Condition(new="p"), Facts(names=("A (a)",), filled=LONG), True, "never before: A (a)"),
        (Condition(new="p"), Facts(filled=LONG), False, "nothing of @p is new"),
        (
            Condition(new="p"),
            Facts(names=("A (a)",), filled=6 * DAY),
            False,
            "learning: the store is filled for 6 d",
        ),
        (
            Condition(pair="p"),
            Facts(pairs=(("A", "B"), ("A", "C")), filled=LONG),
            True,
            "never before: A with B, A with C",
        ),
        (Condition(pair="p"), Facts(filled=LONG), False, "no pair of @p is new"),
    ],
)
def test_what_is_new(when: Condition, facts: Facts, *, holds: bool, said: str) -> None:
    """A name or pair that was not read before rings, once the store has been filled for a week."""
    assert verdict(when, facts) == (holds, said)
