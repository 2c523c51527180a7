"""What a service refuses of many alerts together is tried in halves, until it is one alone."""

from collections.abc import Sequence

from sqlite_utils import Database

from wirewatch.clock import iso
from wirewatch.keys import bundle_key
from wirewatch.model import Attempt
from wirewatch.states import DeliveryReason

_TRIES = 2  # after which a message that is refused is taken apart
_REFUSED = range(400, 429)  # answers of HTTP that say that this message is at fault


def is_refused(attempt: Attempt) -> bool:
    """Tell whether a service refused this very message, and not any."""
    return not attempt.ok and (
        attempt.reason is DeliveryReason.REFUSED_BY_SERVICE or attempt.http_code in _REFUSED
    )


def halve(db: Database, attempt: Attempt, together: Sequence[int], tries: int) -> None:
    """Take a message apart that was refused again, in two; its alerts go on in theirs.

    A half of one alert is tried alone as well: what is old would be gathered with the others again,
    and never part from a bad one. Refused alone it may be gathered. Call it inside a transaction,
    when the attempt is recorded.
    """
    if tries < _TRIES or not is_refused(attempt):
        return
    waiting = sorted(together)
    middle = len(waiting) // 2
    for half in (waiting[:middle], waiting[middle:]) if middle else (waiting,):
        bundle = _bundle(db, attempt, half) if middle else None
        db.conn.executemany(
            "UPDATE deliveries SET bundle = ? WHERE id = ?", [(bundle, one) for one in half]
        )


def _bundle(db: Database, attempt: Attempt, half: Sequence[int]) -> int | None:
    """Note a half as a message of its own; give its number."""
    slot = f"{iso(attempt.at)} half of {half[0]} to {half[-1]}"
    return db.conn.execute(
        "INSERT INTO bundles (channel, slot, key, created) VALUES (?, ?, ?, ?)",
        (attempt.channel, slot, bundle_key(attempt.channel, slot), iso(attempt.at)),
    ).lastrowid
