"""Rules over what is stored: what they would have told, by day, and how two versions differ."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from wirewatch.alerts.routes import Router
from wirewatch.clock import iso
from wirewatch.model import Match
from wirewatch.rules.gazetteer.gazetteer import Gazetteer
from wirewatch.rules.matcher import Matcher
from wirewatch.rules.query.logic import Or
from wirewatch.rules.rulebook import Rule, named_lists
from wirewatch.rules.sieving import sieve_of
from wirewatch.store.archive import Stored, candidates
from wirewatch.store.database import Reader, open_reader

_SAMPLES = 10


@dataclass
class Fired:
    """What rules would have told: articles, alerts by day, by hour of the day, by channel."""

    articles: int = 0
    days: Counter[str] = field(default_factory=Counter)
    hours: Counter[int] = field(default_factory=Counter)
    channels: Counter[str] = field(default_factory=Counter)
    samples: list[tuple[int, str]] = field(default_factory=list)
    router: Router = field(default_factory=Router)

    def add(self, stored: Stored, match: Match) -> None:
        """Count one match; it is an alert for each channel that is told without escalation."""
        self.articles += 1
        self.days[stored.received[:10]] += 1
        self.hours[int(stored.received[11:13])] += 1
        ways = self.router.channels(match, stored.article, stored.source)
        self.channels.update(channel for channel, after in ways.items() if not after)
        if len(self.samples) < _SAMPLES:
            self.samples.append((stored.id, stored.article.headline))

    @property
    def busiest(self) -> int:
        """Give the alerts of the busiest day."""
        return max(self.days.values(), default=0)


@dataclass
class Difference:
    """How a new version of a rule differs: what it gains and loses, and what both would tell."""

    old: Fired = field(default_factory=Fired)
    new: Fired = field(default_factory=Fired)
    gained: list[tuple[int, str]] = field(default_factory=list)
    lost: list[tuple[int, str]] = field(default_factory=list)


def backtest(
    store: Path, rule: Rule, gazetteers: Mapping[str, Gazetteer], since: datetime, router: Router
) -> Fired:
    """Tell what a rule would have told of the articles that arrived since some time.

    Raises StoreError when there is no store yet.
    """
    fired = Fired(router=router)
    for stored, matches in _matched(store, [rule], gazetteers, since):
        fired.add(stored, matches[rule.name])
    return fired


def differences(
    store: Path,
    versions: tuple[Sequence[Rule], Sequence[Rule]],
    gazetteers: Mapping[str, Gazetteer],
    since: datetime,
    router: Router,
) -> dict[str, Difference]:
    """Compare two versions of rules by name over the articles that arrived since some time."""
    old, new = (
        {
            (stored.id, name): (stored, match)
            for stored, matches in found
            for name, match in matches.items()
        }
        for found in (_matched(store, rules, gazetteers, since) for rules in versions)
    )
    found = {
        rule.name: Difference(Fired(router=router), Fired(router=router))
        for rules in versions
        for rule in rules
    }
    for key, (stored, match) in old.items():
        difference = found[match.rule]
        difference.old.add(stored, match)
        if key not in new:
            difference.lost.append((stored.id, stored.article.headline))
    for key, (stored, match) in new.items():
        difference = found[match.rule]
        difference.new.add(stored, match)
        if key not in old:
            difference.gained.append((stored.id, stored.article.headline))
    return found


def _matched(
    store: Path, rules: Sequence[Rule], gazetteers: Mapping[str, Gazetteer], since: datetime
) -> Iterator[tuple[Stored, dict[str, Match]]]:
    """Give the articles that rules match, newest first."""
    if rules:
        for stored, matches in looked_at(open_reader(store), rules, gazetteers, since):
            if matches:
                yield stored, matches


def looked_at(
    db: Reader,
    rules: Sequence[Rule],
    gazetteers: Mapping[str, Gazetteer],
    since: datetime,
    first: int = 0,
) -> Iterator[tuple[Stored, dict[str, Match]]]:
    """Give the articles that rules may match, newest first, each with those that do by their names.

    The store finds them, the matcher decides. Those with numbers below `first` are left out.
    """
    lists = named_lists(rules, gazetteers)
    matcher = Matcher(rules, lists)
    sieve = sieve_of(Or(tuple(rule.query for rule in rules)), lists)
    for stored in candidates(db, sieve, iso(since), every=True, first=first):
        _, matches = matcher.match(stored.article, stored.source)
        yield stored, {match.rule: match for match in matches}


def days_between(first: datetime, last: datetime) -> list[str]:
    """Give every day from one to another, as `Fired.days` names them."""
    count = (last.date() - first.date()).days
    return [(first.date() + timedelta(days=number)).isoformat() for number in range(count + 1)]
