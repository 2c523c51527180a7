"""Messages as channels would get them, sent to nobody: of stored alerts, and of a file."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from pathlib import Path

from wirewatch.errors import StoreError
from wirewatch.keys import bundle_key, delivery_key
from wirewatch.model import Article, Match, Message
from wirewatch.pipeline.routing import Routing
from wirewatch.store.archive import last_deliveries, stored_article
from wirewatch.store.database import open_reader
from wirewatch.store.messages import message_of
from wirewatch.store.months import month_of
from wirewatch.store.policy import Policy

_UNSTORED = 0
"""The number of an article that is not in the store."""


def of_alert(store: Path, alert: int, channel: str) -> list[Message]:
    """Give the messages of a stored alert, one for each channel that it is for.

    With a channel it is the message that this one would get, whether the alert is for it or not.
    Raises StoreError when there is no such alert.
    """
    db = open_reader(store)
    if not db["alerts"].count_where("id = ?", [alert]):
        raise StoreError(f"there is no alert {alert}; `wirewatch alerts list` names them")
    deliveries = [
        message_of(db, one["id"]) for one in db["deliveries"].rows_where("alert_id = ?", [alert])
    ]
    named = [message for message in deliveries if channel in {"", message.channel}]
    if named or not deliveries:
        return named
    (message, *_) = deliveries
    number = message.article_id
    stored = stored_article(db, number) if number is not None else None
    key = delivery_key(stored.article, message.rule, channel) if stored else message.key
    return [replace(message, channel=channel, key=key)]


def of_routings(
    article: Article, file: str, found: Iterable[Routing], at: datetime, channel: str
) -> Iterator[Message]:
    """Give the messages that an article would raise, were it to arrive at some moment."""
    for one in found:
        for name in [channel] if channel else [way.channel for way in one.ways]:
            yield _message(article, one.match, name, file, at)


def _message(article: Article, match: Match, channel: str, file: str, at: datetime) -> Message:
    """Make the message of an article that is not stored."""
    return Message(
        delivery_id=_UNSTORED,
        alert_id=_UNSTORED,
        channel=channel,
        key=delivery_key(article, match.rule, channel),
        attempts=0,
        created=at,
        repeat_possible=False,
        rule=match.rule,
        rule_title=match.title,
        severity=match.severity,
        article_id=_UNSTORED,
        headline=article.headline,
        title=article.title,
        dateline=article.dateline,
        body=article.body,
        spans=match.spans,
        place=article.place,
        agency=article.agency,
        published=article.published,
        source="file",
        path=file,
        embargo=article.embargo,
    )


def digests(
    store: Path, channels: Iterable[str], most: int, policies: Mapping[str, Policy], now: datetime
) -> Iterator[Message]:
    """Give for each channel a digest of its last alerts, if it has had any."""
    db = open_reader(store)
    for channel, ids in groupby(last_deliveries(db, channels, most), key=lambda row: row[0]):
        gathered = tuple(message_of(db, delivery) for _, delivery in ids)
        policy = policies.get(channel)
        month = month_of(db, channel, now, policy.zone) if policy and policy.pictured else ()
        key = bundle_key(channel, f"preview {gathered[0].delivery_id}")
        yield replace(gathered[0], key=key, gathered=gathered, month=month)
