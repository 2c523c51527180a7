"""The outbox: every delivery's state is the row it is. Claimed by `claims`, recorded here."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlite_utils import Database

from wirewatch.clock import from_iso, iso
from wirewatch.model import Attempt
from wirewatch.states import DeliveryReason, DeliveryState
from wirewatch.store.channels import Delay, give_up, note
from wirewatch.store.halves import halve
from wirewatch.store.recalls import hush_again
from wirewatch.store.waiting import CLAIMABLE


def record(
    db: Database,
    attempts: Sequence[Attempt],
    delay: Delay,
    give_up_after: timedelta,
    epoch: int | None = None,
) -> None:
    """Write down what came of attempts, and when those that failed are tried again.

    Call it inside a transaction. A delivery that has failed for `give_up_after` is dead; so is
    what waited as long for a channel that has failed all the time. `epoch` is that of the desk that
    made them, where several could.
    """
    rows = []
    for attempt in attempts:
        together = _together(db, attempt.delivery_id)
        tries = together[0][1] + 1
        again = attempt.at if attempt.ok else attempt.at + delay(tries, attempt.retry_after)
        for delivery, _, since in together:
            state, reason, due = _verdict(attempt, since, again, give_up_after)
            db.conn.execute(
                "UPDATE deliveries SET state = ?, reason = ?, due = ?, attempts = attempts + 1,"
                " finished = ? WHERE id = ?",
                (
                    state.value,
                    reason.value if reason else None,
                    iso(due) if due else None,
                    None if due else iso(attempt.at),
                    delivery,
                ),
            )
            rows.append(_attempt_row(attempt, delivery) | {"epoch": epoch})
        if not attempt.ok:
            halve(db, attempt, [delivery for delivery, *_ in together], tries)
            hush_again(db, [delivery for delivery, *_ in together], iso(attempt.at))
    if rows:
        db.table("attempts").insert_all(rows)
        note(db, attempts, delay)
        latest = max(attempt.at for attempt in attempts)
        failed = {attempt.channel for attempt in attempts if not attempt.ok}
        give_up(db, failed, latest, give_up_after)


def _together(db: Database, delivery_id: int) -> list[tuple[int, int, str]]:
    """Give what went out in one message with a delivery, that one first.

    Each with its attempts and since when it may fail: what was gathered need not be as old.
    """
    rows = db.execute(
        "SELECT id, attempts, since FROM deliveries WHERE id = ?1 OR (state = 'sending'"
        " AND bundle = (SELECT bundle FROM deliveries WHERE id = ?1)) ORDER BY id <> ?1, id",
        [delivery_id],
    )
    return [tuple(row) for row in rows]


def _verdict(
    attempt: Attempt, since: str, again: datetime, give_up_after: timedelta
) -> tuple[DeliveryState, DeliveryReason | None, datetime | None]:
    """Decide what an attempt makes of a delivery: state, reason, and when it is due again."""
    if attempt.ok:
        return DeliveryState.SENT, None, None
    if attempt.at - from_iso(since) >= give_up_after:
        return DeliveryState.DEAD, DeliveryReason.GAVE_UP, None
    return DeliveryState.FAILED, attempt.reason, again


def _attempt_row(attempt: Attempt, delivery_id: int) -> dict[str, object]:
    """Give an attempt as its table's row."""
    return {
        "delivery_id": delivery_id,
        "at": iso(attempt.at),
        "ok": int(attempt.ok),
        "reason": attempt.reason.value if attempt.reason else None,
        "http_code": attempt.http_code,
        "ms": round(attempt.milliseconds, 2),
        "error": attempt.error or None,
    }


def release(db: Database, deliveries: Iterable[int], now: datetime) -> None:
    """Give back claims that nobody began to send, with what was gathered; they wait as before.

    Call it inside a transaction.
    """
    given_back = [one for delivery in deliveries for one, *_ in _together(db, delivery)]
    db.conn.executemany(
        "UPDATE deliveries SET state = CASE WHEN EXISTS (SELECT 1 FROM attempts"
        " WHERE delivery_id = deliveries.id) THEN 'failed' ELSE 'pending' END"
        " WHERE id = ? AND state = 'sending'",
        [(delivery,) for delivery in given_back],
    )
    hush_again(db, given_back, iso(now))


def recover(db: Database, now: datetime) -> int:
    """After a stop in the middle of sending, make those deliveries due again; give their number.

    Whether they went out is not known: they go again under the same key, marked as a repeat.
    Call it inside a transaction, before the first claim.
    """
    sending = [row[0] for row in db.execute("SELECT id FROM deliveries WHERE state = 'sending'")]
    db.conn.execute(
        "INSERT INTO attempts (delivery_id, at, ok, reason, ms)"
        " SELECT id, ?, 0, ?, 0 FROM deliveries WHERE state = 'sending'",
        (iso(now), DeliveryReason.INTERRUPTED.value),
    )
    db.conn.execute(
        "UPDATE deliveries SET state = 'failed', reason = ?, due = ? WHERE state = 'sending'",
        (DeliveryReason.INTERRUPTED.value, iso(now)),
    )
    hush_again(db, sending, iso(now))
    return len(sending)


def retire(db: Database, channels: Iterable[str], now: datetime) -> int:
    """Give up deliveries of channels that are configured no more; give their number.

    They stay in the table as dead, and `wirewatch alerts retry` revives them.
    """
    known = list(channels)
    marks = ",".join("?" * len(known))
    return db.conn.execute(
        "UPDATE deliveries SET state = 'dead', reason = ?, due = NULL, finished = ?"  # noqa: S608
        f" WHERE {CLAIMABLE} AND channel NOT IN ({marks})",
        (DeliveryReason.CHANNEL_REMOVED.value, iso(now), *known),
    ).rowcount


def revive(db: Database, delivery_ids: Iterable[int], now: datetime) -> int:
    """Make failed or dead deliveries due at once, at a person's wish; give their number.

    Channels that rest are tried at once, too.
    """
    count = 0
    for delivery_id in delivery_ids:
        db.conn.execute(
            "UPDATE channels SET retry_at = ? WHERE retry_at IS NOT NULL"
            " AND name = (SELECT channel FROM deliveries WHERE id = ?)",
            (iso(now), delivery_id),
        )
        count += db.conn.execute(
            "UPDATE deliveries SET state = 'pending', reason = ?, due = ?, finished = NULL,"
            " since = ?, bundle = NULL, silence = NULL"
            " WHERE id = ? AND state IN ('failed', 'dead', 'suppressed')",
            (DeliveryReason.RETRIED_BY_HAND.value, iso(now), iso(now), delivery_id),
        ).rowcount
    return count


def outbox_counts(db: Database) -> dict[DeliveryState, int]:
    """Count the deliveries by state, every state included."""
    found = dict(db.execute("SELECT state, count(*) FROM deliveries GROUP BY state"))
    return {state: found.get(state.value, 0) for state in DeliveryState}
