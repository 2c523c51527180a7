"""Who would be told of an article, when, and why: tried without telling anybody."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from wirewatch.alerts.compose import compose
from wirewatch.alerts.routes import Router
from wirewatch.conditions import wording
from wirewatch.model import Article, Match
from wirewatch.states import DeliveryReason
from wirewatch.store.policy import Policy


@dataclass(frozen=True, slots=True)
class Way:
    """One channel that would be told: when, what it would wait for, and what leads to it."""

    channel: str
    due: datetime
    reason: DeliveryReason | None
    because: str


@dataclass(frozen=True, slots=True)
class Routing:
    """What would become of one match: its ways, and what stands in the way of others, or of it."""

    match: Match
    ways: tuple[Way, ...]
    missed: tuple[str, ...]


def routings(
    article: Article,
    source: str,
    matches: tuple[Match, ...],
    at: datetime,
    outlets: tuple[Router, Mapping[str, Policy]],
) -> Iterator[Routing]:
    """Say of each match who would be told of it, were it to arrive at some moment.

    `outlets` are the routes and what channels want. Rates count for nothing: nothing was sent.
    """
    router, policies = outlets
    for match in matches:
        because, missed = _traced(match, article, source, router)
        if match.rule in router.conditions:
            missed.append(f"only at {wording(router.conditions[match.rule])}")
        planned = [
            planned
            for alert in compose(article, [match], at, router, source)
            for planned in alert.deliveries
        ]
        ways = []
        for one in planned:
            policy = policies.get(one.channel)
            held = policy.held(match.severity, one.reason, one.due, ()) if policy else None
            due, reason = held or (one.due, one.reason)
            ways.append(Way(one.channel, due, reason, because[one.channel]))
        yield Routing(match, tuple(ways), tuple(missed))


def _traced(
    match: Match, article: Article, source: str, router: Router
) -> tuple[dict[str, str], list[str]]:
    """Give what leads to each channel, and why routes do not."""
    because = dict.fromkeys(match.channels, "its rule names it")
    missed = []
    for number, (route, failure) in enumerate(router.steps(match, article, source), start=1):
        if failure:
            missed.append(f"route {number} does not fit: {failure}")
            continue
        for channel in route.channels:
            because.setdefault(channel, f"route {number}")
    return because, missed
