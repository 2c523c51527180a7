"""Claiming: which deliveries go out now, as messages to channels that can take them.

Whoever claims them again, after a failure or a crash, sends the same message under the same key.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlite_utils import Database

from wirewatch.model import Message
from wirewatch.store.channels import open_for, probe
from wirewatch.store.policy import Policy
from wirewatch.store.silences import keep_silent
from wirewatch.store.turn import Turn, sending
from wirewatch.store.waiting import with_due

_NEVER = timedelta.max


def claim(
    db: Database,
    now: datetime,
    room: Mapping[str, int],
    policies: Mapping[str, Policy] | None = None,
    gather_after: timedelta = _NEVER,
) -> list[Message]:
    """Mark due deliveries as being sent, at most `room` messages a channel; give the messages.

    Call it inside a transaction. Oldest due first, each channel by itself, so that a backlog of
    one channel does not hold up another. What a policy holds waits on, with the reason; what has
    waited, or is older than `gather_after`, goes out in one message.

    The time in which an escalation may fail begins when it goes out: it may have waited for days
    until those who are told first were.
    """
    keep_silent(db, now)
    known = policies or {}
    free = open_for(db, room, now)
    messages: list[Message] = []
    for channel in with_due(db, free, now):
        turn = Turn(db, channel, now, known.get(channel))
        messages += turn.messages(free[channel], gather_after)
    probe(db, {message.channel for message in messages}, now)
    db.conn.executemany(
        "UPDATE deliveries SET state = 'sending', since = CASE WHEN escalation AND attempts = 0"
        " THEN max(since, due) ELSE since END WHERE id = ?",
        [(one.delivery_id,) for message in messages for one in message.gathered or (message,)],
    )
    return messages


def room(db: Database, channels: Iterable[str], most: int) -> dict[str, int]:
    """Give for each channel that is sending less than `most` messages how many more it may take."""
    busy = sending(db)
    free = {channel: most - busy.get(channel, 0) for channel in channels}
    return {channel: number for channel, number in free.items() if number > 0}
