"""What may have been told before: noted as an attempt of which nobody knows what came of it."""

from collections.abc import Iterable

from sqlite_utils import Database

from wirewatch.states import DeliveryReason


def note_repeats(db: Database, deliveries: Iterable[int], now: str) -> None:
    """Let the messages of some deliveries say that they may be repeats. Call it in a transaction.

    Their state stays: what waits for a digest, or for its first turn, waits on.
    """
    db.conn.executemany(
        "INSERT INTO attempts (delivery_id, at, ok, reason, ms) VALUES (?, ?, 0, ?, 0)",
        [(delivery, now, DeliveryReason.INTERRUPTED.value) for delivery in deliveries],
    )


def note_all_due(db: Database, now: str) -> None:
    """Let all that was to be told by a moment say so: it may have been, since a backup was made.

    Call it in a transaction.
    """
    due = db.execute(
        "SELECT id FROM deliveries WHERE state IN ('pending', 'failed', 'sending')"
        " AND coalesce(due, '') <= ?",
        [now],
    )
    note_repeats(db, [delivery for (delivery,) in due.fetchall()], now)
