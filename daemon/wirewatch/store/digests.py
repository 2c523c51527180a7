"""Digests of nothing: a channel that wants to know is told that nothing waited for its digest."""

from collections.abc import Mapping
from datetime import datetime

from sqlite_utils import Database

from wirewatch.clock import iso
from wirewatch.keys import bundle_key
from wirewatch.model import Planned
from wirewatch.states import HELD, DeliveryReason, Severity
from wirewatch.store.database import Reader
from wirewatch.store.policy import Policy
from wirewatch.store.rows import delivery_row
from wirewatch.store.waiting import CLAIMABLE

_RULE = "digest:nothing"

_Turn = tuple[datetime, datetime]


def untold(db: Reader, policies: Mapping[str, Policy], now: datetime) -> dict[str, _Turn]:
    """Give the channels that want to be told that their digest was empty, and were not yet.

    Each with the time of that digest, and of the one before.
    """
    return {
        channel: turn
        for channel, policy in policies.items()
        if (turn := policy.empty_since(now))
        and not _is_known(db, channel, policy.slot(turn[0]), turn[0])
    }


def tell_of_nothing(db: Database, policies: Mapping[str, Policy], now: datetime) -> int:
    """Tell each channel that wants it, once a digest, that it was empty; give to how many.

    Call it inside a transaction.
    """
    return sum(
        _tell(db, channel, policies[channel].slot(last), (before, last), now)
        for channel, (last, before) in untold(db, policies, now).items()
    )


def _is_known(db: Database, channel: str, slot: str, last: datetime) -> bool:
    """Tell whether a digest held something, still holds something, or was told to be empty."""
    held = "', '".join(sorted(HELD))
    (known,) = db.execute(
        "SELECT EXISTS (SELECT 1 FROM deliveries WHERE key = ?1)"  # noqa: S608 - our own words
        " OR EXISTS (SELECT 1 FROM bundles WHERE channel = ?2"
        " AND slot >= ?3 AND slot < ?3 || '!')"
        " OR EXISTS (SELECT 1 FROM deliveries"
        f" WHERE channel = ?2 AND state = 'failed' AND {CLAIMABLE})"
        f" OR EXISTS (SELECT 1 FROM deliveries WHERE channel = ?2 AND state = 'pending'"
        f" AND {CLAIMABLE} AND (since = ?4 OR (due <= ?4 AND reason IN ('{held}'))))"
        " OR EXISTS (SELECT 1 FROM deliveries WHERE state = 'sending' AND +channel = ?2)"
        " OR EXISTS (SELECT 1 FROM attempts t INDEXED BY attempts_at CROSS JOIN deliveries d"
        " ON d.id = t.delivery_id"
        " WHERE t.at >= ?4 AND d.channel = ?2 AND d.since = ?4)",
        [_key(channel, slot), channel, slot, iso(last)],
    ).fetchone()
    return bool(known)


def _tell(
    db: Database, channel: str, slot: str, span: tuple[datetime, datetime], now: datetime
) -> int:
    """Raise an alert for one channel that its digest was empty; give 1."""
    before, last = span
    since = f"{iso(before)[:16].replace('T', ' ')}Z"
    (told,) = db.execute(
        "SELECT count(DISTINCT coalesce(-d.bundle, d.id)) FROM attempts t INDEXED BY attempts_at"
        " CROSS JOIN deliveries d ON d.id = t.delivery_id"
        " WHERE t.at > ? AND t.at < ? AND t.ok = 1 AND d.channel = ?"
        " AND d.since > ?",
        [iso(before), iso(last), channel, iso(before)],
    ).fetchone()
    said = f"Nothing has come since {since}."
    if told:
        messages = "the message" if told == 1 else f"the {told} messages"
        said = f"Nothing has come since {since} but {messages} that went out at once."
    row = {"rule": _RULE, "title": "Nothing today", "severity": Severity.LOW.value}
    alert = db.table("alerts").insert(row | {"said": said, "created": iso(now)}).last_pk
    planned = Planned(channel, _key(channel, slot), last, reason=DeliveryReason.DIGEST)
    db.table("deliveries").insert({"alert_id": alert} | delivery_row(planned, iso(now)))
    return 1


def _key(channel: str, slot: str) -> str:
    """Give the key of an empty digest: unique for a channel and its turn."""
    return bundle_key(channel, f"{slot} nothing")
