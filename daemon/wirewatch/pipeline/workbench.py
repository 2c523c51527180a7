"""The workbench: a query typed by a person, read, drawn, and tried on what is stored.

A trial looks back from the newest article on, until its time or its number of articles is over,
and says how far it came.
"""

import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from wirewatch.clock import iso
from wirewatch.conditions import wording
from wirewatch.errors import ConfigError, RuleError
from wirewatch.model import Match, Span
from wirewatch.pipeline.backtest import days_between, looked_at
from wirewatch.rules.gazetteer.gazetteer import Gazetteer
from wirewatch.rules.query.node import Node
from wirewatch.rules.rulebook import Rule, rule_of
from wirewatch.rules.sense import note_of
from wirewatch.store.archive import Stored
from wirewatch.store.database import Reader
from wirewatch.store.lookback import TakesTooLongError, broken_off, first_since

_LONGEST_QUERY = 20_000  # characters
_NEW, _OLD = " new", " old"  # names that no rule can have
_LIST = re.compile(r"@[\w-]+")


@dataclass(frozen=True, slots=True)
class Misread:
    """What is wrong with a query, what to do, and where: line and column count from 1.

    `drawn` is the query's line with a caret. Where the place is not known, line and column are 0.
    """

    problem: str
    remedy: str
    line: int = 0
    column: int = 0
    drawn: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a query as it was understood, with the parts that it joins."""

    label: str
    parts: tuple["Part", ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """A query as it was read: a rule with its tree, or what is wrong; `note` says what is slow."""

    text: str
    faults: tuple[Misread, ...] = ()
    rule: Rule | None = None
    tree: Part | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far a trial goes: so many seconds, so many articles; and how many it shows."""

    seconds: float = 5.0
    articles: int = 50_000
    shown: int = 50


USUAL = Bounds()


class Stop(StrEnum):
    """Why a trial did not come to its end."""

    TIME = "time"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Day:
    """How many articles of a day the query is true of, and how many the live rule.

    It is `whole` if all of its articles were looked at.
    """

    day: str
    new: int
    old: int
    whole: bool


@dataclass(frozen=True, slots=True)
class Caught:
    """An article that a query is true of, and where."""

    stored: Stored
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """How a query differs from the live rule: articles of one alone and of both, and the newest."""

    live: str
    gained: int
    lost: int
    both: int
    newest_gained: tuple[Caught, ...]
    newest_lost: tuple[Caught, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Trial:
    """What a query would have caught.

    `looked` articles were looked at, back to the moment `reached`; what came before it was not
    seen where it `stopped`. `newest` are the last that were caught, the newest first.
    """

    since: str
    caught: int
    looked: int
    days: tuple[Day, ...]
    newest: tuple[Caught, ...]
    reached: str
    stopped: Stop | None
    difference: Difference | None


def read(text: str, gazetteers: Mapping[str, Gazetteer], name: str = "draft") -> Reading:
    """Read a query that a person types; `name` is what the rule is to be called."""
    if len(text) > _LONGEST_QUERY:
        problem = f"the query has {len(text)} characters, the workbench takes {_LONGEST_QUERY}"
        return Reading(text, (Misread(problem, "keep long lists of words in a gazetteer"),))
    try:
        rule = rule_of(name, text, gazetteers)
    except RuleError as error:
        return Reading(text, (_misread(error),))
    except ConfigError as error:
        found = (_placed(text, fault.problem, fault.remedy) for fault in error.faults)
        return Reading(text, tuple(found))
    return Reading(text, (), rule, _part(rule.query), note_of(rule.query) or "")


def drawn(part: Part) -> Iterator[str]:
    """Draw a tree, a line for each part."""
    yield from _drawn(part, "", "")


def try_out(  # noqa: PLR0913, PLR0917 - a trial has as many sides
    db: Reader,
    rule: Rule,
    gazetteers: Mapping[str, Gazetteer],
    since: datetime,
    now: datetime,
    live: Rule | None = None,
    bounds: Bounds = USUAL,
    monotonic: Callable[[], float] = time.monotonic,
) -> Trial:
    """Try a rule on what arrived since a moment, beside a live one if there is such.

    Every version of an article counts, as for `rules backtest`; conditions over time are not
    replayed. Raises StoreError when the store cannot be read.
    """
    deadline = monotonic() + bounds.seconds
    rules = [replace(rule, name=_NEW), *([replace(live, name=_OLD)] if live else [])]
    seen = _Seen(bounds.shown)
    stopped: Stop | None = None
    try:
        with broken_off(db, lambda: monotonic() > deadline):
            first = first_since(db, iso(since))
            for stored, matches in looked_at(db, rules, gazetteers, since, first):
                if seen.looked >= bounds.articles:
                    stopped = Stop.NUMBER
                    break
                seen.add(stored, matches)
                if monotonic() > deadline:
                    stopped = Stop.TIME
                    break
    except TakesTooLongError:
        stopped = Stop.TIME
    return seen.trial(since, now, stopped, live)


class _Seen:
    """What a trial has seen so far."""

    def __init__(self, shown: int) -> None:
        self.looked = 0
        self._shown = shown
        self._reached = ""
        self._days: dict[str, Counter[str]] = {_NEW: Counter(), _OLD: Counter()}
        self._counts: Counter[tuple[str, ...]] = Counter()
        self._newest: dict[tuple[str, ...], list[Caught]] = {(_NEW,): [], (_OLD,): [], (): []}

    def add(self, stored: Stored, matches: Mapping[str, Match]) -> None:
        """Note an article with what is true of it."""
        self.looked += 1
        self._reached = stored.received
        for name in matches:
            self._days[name][stored.received[:10]] += 1
        sides = tuple(sorted(matches))
        self._counts[sides] += bool(sides)
        if len(sides) == 1:
            self._keep(sides, stored, matches[sides[0]])
        if _NEW in matches:
            self._keep((), stored, matches[_NEW])

    def _keep(self, where: tuple[str, ...], stored: Stored, match: Match) -> None:
        """Keep an article to be shown."""
        if len(self._newest[where]) < self._shown:
            self._newest[where].append(Caught(stored, match.spans))

    def trial(self, since: datetime, now: datetime, stop: Stop | None, live: Rule | None) -> Trial:
        """Put together what was seen."""
        whole_after = self._reached[:10] if stop and self._reached else ""
        days = tuple(
            Day(
                day,
                self._days[_NEW][day],
                self._days[_OLD][day],
                stop is None or bool(whole_after and day > whole_after),
            )
            for day in days_between(since, now)
        )
        return Trial(
            iso(since),
            self._days[_NEW].total(),
            self.looked,
            days,
            tuple(self._newest[()]),
            self._reached if stop else iso(since),
            stop,
            self._difference(live) if live else None,
        )

    def _difference(self, live: Rule) -> Difference:
        """Put together how it differs from the live rule."""
        said = f"rings only at {wording(live.when)}, which is not replayed" if live.when else ""
        return Difference(
            live.name,
            self._counts[_NEW,],
            self._counts[_OLD,],
            self._counts[_NEW, _OLD],
            tuple(self._newest[_NEW,]),
            tuple(self._newest[_OLD,]),
            said,
        )


def _misread(error: RuleError) -> Misread:
    """Say what the parser says."""
    before = error.query[: error.column - 1]
    column = len(before) - (before.rfind("\n") + 1) + 1
    return Misread(error.problem, error.remedy, before.count("\n") + 1, column, error.drawn())


def _placed(text: str, problem: str, remedy: str) -> Misread:
    """Say what is wrong with a query that can be read; the place is that of the list it names."""
    named = _LIST.search(problem)
    at = text.find(named[0]) if named else -1
    if at < 0:
        return Misread(problem, remedy)
    return _misread(RuleError(problem, text, at + 1, remedy))


def _part(node: Node) -> Part:
    """Give a query's tree."""
    return Part(node.label, tuple(_part(part) for part in node.parts))


def _drawn(part: Part, before: str, below: str) -> Iterator[str]:
    """Draw a part and those below it."""
    yield f"{before}{part.label}"
    last = len(part.parts) - 1
    for number, one in enumerate(part.parts):
        branch, stem = ("└─ ", "   ") if number == last else ("├─ ", "│  ")
        yield from _drawn(one, below + branch, below + stem)
