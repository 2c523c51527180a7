"""From matches to alerts with their deliveries. Pure: matches, routes and the time go in."""

from collections.abc import Iterable
from datetime import datetime

from wirewatch.alerts.routes import Router
from wirewatch.embargo import lift_of
from wirewatch.keys import delivery_key
from wirewatch.model import Alert, Article, Match, Planned


def compose(
    article: Article,
    matches: Iterable[Match],
    now: datetime,
    router: Router | None = None,
    source: str = "",
) -> tuple[Alert, ...]:
    """Make an alert of every match that leads to a channel, due at once on each of them.

    Of an article under embargo only the channels that are cleared for it are told at once, the
    others when it lifts. `source` is the inbox's name.
    """
    ways = router or Router()
    lifted = max(now, lift_of(article.embargo) or now)
    return tuple(
        Alert(
            match,
            tuple(
                _planned(article, match, channel, now if channel in ways.cleared else lifted)
                for channel in channels
            ),
        )
        for match in matches
        if (channels := ways.channels(match, article, source))
    )


def _planned(article: Article, match: Match, channel: str, now: datetime) -> Planned:
    """Plan one delivery under its key."""
    return Planned(channel, delivery_key(article, match.rule, channel), now)
