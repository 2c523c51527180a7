"""From matches to alerts with their deliveries. Pure: matches, routes and the time go in."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from wirewatch.alerts.routes import Router
from wirewatch.embargo import lift_of
from wirewatch.keys import delivery_key
from wirewatch.model import Alert, Article, Match, Planned
from wirewatch.states import DeliveryReason


def compose(
    article: Article,
    matches: Iterable[Match],
    now: datetime,
    router: Router | None = None,
    source: str = "",
) -> tuple[Alert, ...]:
    """Make an alert of every match that leads to a channel, due at once on each of them.

    Where a route waits for somebody to acknowledge it, its channels are due after that time.

    Of an article under embargo only the channels that are cleared for it are told at once, the
    others when it lifts. `source` is the inbox's name.
    """
    ways = router or Router()
    lifted = max(now, lift_of(article.embargo) or now)
    return tuple(
        Alert(
            match,
            tuple(
                _planned(
                    delivery_key(article, match.rule, channel),
                    channel,
                    now if channel in ways.cleared else lifted,
                    after,
                )._replace(group=ways.group(channel, match, article, source))
                for channel, after in channels.items()
            ),
            ways.conditions.get(match.rule),
        )
        for match in matches
        if (channels := ways.channels(match, article, source))
    )


def _planned(key: str, channel: str, due: datetime, after: timedelta) -> Planned:
    """Plan one delivery under its key: at once, or for when nobody has acknowledged the alert."""
    if not after:
        return Planned(channel, key, due)
    return Planned(channel, key, due + after, reason=DeliveryReason.ESCALATION, escalation=True)
