"""Routes: which channels hear of an alert beside those that its rule names.

Routes are tried in order. The first that fits ends it, unless it says to go on, as in Alertmanager
(https://prometheus.io/docs/alerting/latest/configuration/#route). Pure.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from fnmatch import fnmatchcase

from wirewatch.alerts.groups import OWN, group_of
from wirewatch.model import Article, Condition, Match
from wirewatch.states import GroupBy, Severity
from wirewatch.text.fold import fold_term

_LOUDNESS = tuple(Severity)


@dataclass(frozen=True, slots=True)
class Route:
    """Which alerts go to some channels: each condition that is set must hold.

    Rules are named as in shells (`kz-*`); `severity` is the least one. With `after` they are told
    only if nobody has acknowledged the alert for so long.
    """

    channels: tuple[str, ...]
    severity: Severity = Severity.LOW
    rules: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    after: timedelta = timedelta()
    goes_on: bool = False

    def failure(
        self, match: Match, tags: tuple[str, ...], article: Article, source: str
    ) -> str | None:
        """Say which condition keeps an alert off this route; None where it fits."""
        loudness, least = _LOUDNESS.index(match.severity), _LOUDNESS.index(self.severity)
        named = any(fnmatchcase(match.rule, rule) for rule in self.rules)
        conditions = (
            (loudness >= least, f"its severity is {match.severity}, below {self.severity}"),
            (not self.rules or named, f"its rule is none of {', '.join(self.rules)}"),
            (
                not self.tags or not set(self.tags).isdisjoint(tags),
                f"its rule has none of the tags {', '.join(self.tags)}",
            ),
            (not self.sources or source in self.sources, f"its source is {source}"),
            (
                not self.places or _is_one(article.place, self.places),
                f"its place is {article.place or 'unknown'}",
            ),
            (
                not self.languages or _is_spoken(article.language, self.languages),
                f"its language is {article.language or 'unknown'}",
            ),
        )
        return next((said for holds, said in conditions if not holds), None)


@dataclass(frozen=True)
class Router:
    """All routes, with what they ask of rules: their tags, by name.

    `cleared` are the channels that may be told before an embargo lifts, `groups` says by what a
    channel's alerts are a group, `own` what group a rule names, `conditions` what must hold over
    time for a rule to ring.
    """

    routes: tuple[Route, ...] = ()
    tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    cleared: frozenset[str] = frozenset()
    groups: Mapping[str, GroupBy] = field(default_factory=dict)
    own: Mapping[str, str] = field(default_factory=dict)
    conditions: Mapping[str, Condition] = field(default_factory=dict)

    def channels(self, match: Match, article: Article, source: str) -> dict[str, timedelta]:
        """Give the channels of an alert, each with the time for which it waits to be acknowledged.

        Those of its rule come first, then those of its routes; each counts once, the soonest.
        """
        found = dict.fromkeys(match.channels, timedelta())
        for route, failure in self.steps(match, article, source):
            if failure is None:
                for channel in route.channels:
                    found[channel] = min(route.after, found.get(channel, route.after))
        return found

    def group(self, channel: str, match: Match, article: Article, source: str) -> str | None:
        """Give the group of an alert on a channel; None where it wants none."""
        by = self.groups.get(channel)
        own = self.own.get(match.rule, OWN)
        return group_of(by, own, match, article, source) if by else None

    def steps(
        self, match: Match, article: Article, source: str
    ) -> Iterator[tuple[Route, str | None]]:
        """Give the routes that are tried, with why each does not fit; None where it does."""
        tags = self.tags.get(match.rule, ())
        for route in self.routes:
            failure = route.failure(match, tags, article, source)
            yield route, failure
            if failure is None and not route.goes_on:
                return


def _is_one(place: str | None, places: tuple[str, ...]) -> bool:
    """Tell whether a place is one of some, however it is written."""
    return place is not None and fold_term(place) in map(fold_term, places)


def _is_spoken(language: str | None, languages: tuple[str, ...]) -> bool:
    """Tell whether a language is one of some: `en-GB` is `en` too."""
    if language is None:
        return False
    known = language.lower()
    return any(known == one.lower() or known.startswith(f"{one.lower()}-") for one in languages)
