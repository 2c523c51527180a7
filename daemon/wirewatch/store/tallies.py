"""How many rows there are of each kind, and how long what waits has waited: cheap at any size."""

import json
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlite_utils import Database

from wirewatch.clock import from_iso
from wirewatch.states import FileReason
from wirewatch.store.channels import FIRST_DUE


class Tallied(StrEnum):
    """What is counted (`tallies.what`)."""

    FILE = "file"
    ARTICLE = "article"
    MATCH = "match"
    ALERT = "alert"
    DELIVERY = "delivery"
    ATTEMPT = "attempt"


class Outcome(StrEnum):
    """What became of a match (`tallies.state` of one)."""

    ALERT = "alert"
    ECHO = "echo"
    UNMET = "unmet"


class Cause(StrEnum):
    """Why there is an alert (`tallies.state` of one)."""

    RULE = "rule"
    RECALL = "recall"
    ALARM = "alarm"


class Tried(StrEnum):
    """How an attempt ended (`tallies.state` of one)."""

    SENT = "sent"
    FAILED = "failed"


class Tally(NamedTuple):
    """How many rows of a kind there are, and how many ever came to be so."""

    what: Tallied
    name: str
    state: str
    reason: str
    present: int
    ever: int


PENDING_REASONS = (FileReason.SETTLING, FileReason.RETRYING, FileReason.PARSING)
"""Why a file waits."""


def tallies(db: Database) -> list[Tally]:
    """Give all counts."""
    rows = db.execute("SELECT what, name, state, reason, present, ever FROM tallies")
    return [Tally(Tallied(what), *rest) for what, *rest in rows]


def waiting_since(db: Database) -> dict[FileReason, datetime]:
    """Give for each reason why files wait when the one was first seen that has waited longest."""
    found = {}
    for reason in PENDING_REASONS:
        (seen,) = db.execute(
            "SELECT min(first_seen) FROM files WHERE state = 'pending' AND reason = ?",
            [reason.value],
        ).fetchone()
        if seen:
            found[reason] = from_iso(seen)
    return found


def due_since(db: Database, channels: Iterable[str], now: datetime) -> dict[str, datetime]:
    """Give for each channel since when something has been due on it; none where nothing is."""
    rows = db.execute(FIRST_DUE, [json.dumps(list(channels))])
    moments = {channel: from_iso(due) for channel, due in rows if due}
    return {channel: due for channel, due in moments.items() if due <= now}
