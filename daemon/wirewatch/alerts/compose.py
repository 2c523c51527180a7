"""From matches to alerts with their deliveries. Pure: matches, channels and the time go in."""

from collections.abc import Container, Iterable
from datetime import UTC, datetime, timedelta, timezone

from wirewatch.keys import delivery_key
from wirewatch.model import Alert, Article, Match, Planned

_BEGINNING = "0000-01-01"  # of a year or a month that is named alone
_LAST_ZONE = timezone(timedelta(hours=-12))  # where every day ends last


def compose(
    article: Article,
    matches: Iterable[Match],
    now: datetime,
    cleared: Container[str] = (),
) -> tuple[Alert, ...]:
    """Make an alert of every match that names a channel, due at once on each of them.

    Of an article under embargo only the channels that are `cleared` for it are told at once, the
    others when it lifts.
    """
    lifted = max(now, _lift(article) or now)
    return tuple(
        Alert(
            match,
            tuple(
                _planned(article, match, channel, now if channel in cleared else lifted)
                for channel in dict.fromkeys(match.channels)
            ),
        )
        for match in matches
        if match.channels
    )


def _lift(article: Article) -> datetime | None:
    """Give when an embargo lifts: without a zone when it has everywhere, at worst at time's end."""
    if not article.embargo:
        return None
    lift = datetime.fromisoformat(article.embargo + _BEGINNING[len(article.embargo) :])
    try:
        return (lift if lift.tzinfo else lift.replace(tzinfo=_LAST_ZONE)).astimezone(UTC)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)


def _planned(article: Article, match: Match, channel: str, now: datetime) -> Planned:
    """Plan one delivery under its key."""
    return Planned(channel, delivery_key(article, match.rule, channel), now)
