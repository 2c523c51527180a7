"""Conditions over time: does a match ring, given what came before it? Pure: the figures go in.

The kinds are those of ElastAlert 2 (https://elastalert2.readthedocs.io/en/latest/ruletypes.html):
frequency, spike, cardinality, new term; but nothing here is kept in memory between two articles.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

from wirewatch.clock import spoken
from wirewatch.model import Condition
from wirewatch.rhythm import LEAST_WEEKS

LEARNING = timedelta(days=7)
"""For how long a store must have been filled before anything is new in it."""
_FEWEST = 3  # articles that can be a spike


class Facts(NamedTuple):
    """What a condition asks for; `weeks` are the articles of the same hours of past weeks.

    `recent` counts those of this week, `rang_ago` is how long ago the rule last rang and somebody
    heard it, `names` and `pairs` are what was not read before, `filled` for how long the store has
    been.
    """

    articles: int = 0
    stories: int = 0
    outlets: int = 0
    recent: float = 0.0
    weeks: tuple[float, ...] = ()
    rang_ago: timedelta | None = None
    names: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    filled: timedelta = timedelta()


def wording(when: Condition) -> str:
    """Say in words what must hold."""
    within = spoken(when.within)
    parts = (
        f"{when.articles} articles within {within}" if when.articles and not when.spike else "",
        f"{when.stories} stories within {within}" if when.stories else "",
        f"{when.outlets} outlets" if when.outlets else "",
        f"{when.spike:g} times as many articles as usual within {within}" if when.spike else "",
        f"a new name of @{when.new}" if when.new else "",
        f"a new pair of @{when.pair}" if when.pair else "",
    )
    return "; ".join(part for part in parts if part)


class Verdict(NamedTuple):
    """Whether a condition holds, and in words why, or why not."""

    holds: bool
    said: str


def verdict(when: Condition, facts: Facts) -> Verdict:
    """Decide whether a match rings: every part of the condition that is set must hold."""
    parts = list(_parts(when, facts))
    wrong = [part.said for part in parts if not part.holds]
    if wrong:
        return Verdict(False, "; ".join(wrong))
    return Verdict(True, "; ".join(part.said for part in parts))


def _parts(when: Condition, facts: Facts) -> Iterator[Verdict]:
    """Judge each part that is set."""
    within = spoken(when.within)
    if when.articles and not when.spike:
        yield _enough(facts.articles, when.articles, f"articles within {within}")
    if when.stories:
        yield _enough(facts.stories, when.stories, f"stories within {within}")
    if when.outlets:
        yield _enough(facts.outlets, when.outlets, "outlets")
    if when.spike:
        yield _spike(when, facts)
    if when.new:
        yield _new(facts, ", ".join(facts.names), f"nothing of @{when.new} is new")
    if when.pair:
        pairs = ", ".join(f"{first} with {second}" for first, second in facts.pairs)
        yield _new(facts, pairs, f"no pair of @{when.pair} is new")


def _enough(number: int, least: int, what: str) -> Verdict:
    """Judge a count."""
    said = f"{number} {what}" if number >= least else f"{number} of {least} {what}"
    return Verdict(number >= least, said)


def _spike(when: Condition, facts: Facts) -> Verdict:
    """Judge whether there are many more articles than in the same hours of past weeks."""
    within = spoken(when.within)
    if facts.rang_ago is not None and facts.rang_ago < when.within:
        return Verdict(False, f"it rang {spoken(facts.rang_ago)} ago, once within {within}")
    if len(facts.weeks) < LEAST_WEEKS:
        return Verdict(False, f"known for {len(facts.weeks)} of {LEAST_WEEKS} weeks")
    usual = sum(facts.weeks) / len(facts.weeks)
    least = max(when.articles or _FEWEST, when.spike * usual)
    articles = "1 article" if facts.recent == 1 else f"{facts.recent:.0f} articles"
    said = f"{articles} within {within}, usually {usual:.1f}"
    return Verdict(facts.recent >= least, said)


def _new(facts: Facts, found: str, nothing: str) -> Verdict:
    """Judge whether something was not read before; a young store does not know."""
    if facts.filled < LEARNING:
        return Verdict(False, f"learning: the store is filled for {spoken(facts.filled)}")
    return Verdict(bool(found), f"never before: {found}" if found else nothing)
