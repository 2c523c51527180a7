"""The outbox: every delivery's state is the row it is. Claim, send elsewhere, record."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlite_utils import Database

from wirewatch.clock import from_iso, iso
from wirewatch.model import Attempt, Message, Span
from wirewatch.states import WITHDRAWN, DeliveryReason, DeliveryState, Recall, Severity

_CLAIMABLE = "state IN ('pending', 'failed')"

Delay = Callable[[int, float | None], timedelta]
"""Gives the wait after the n-th failed attempt, n from 1, and the service's own wish in seconds."""


def claim(db: Database, now: datetime, room: Mapping[str, int]) -> list[Message]:
    """Mark due deliveries as being sent, at most `room` for each channel; give their messages.

    Call it inside a transaction. Oldest due first, each channel by itself, so that a backlog of
    one channel does not hold up another.
    """
    messages: list[Message] = []
    for channel, free in room.items():
        rows = db.execute(
            f"SELECT id FROM deliveries WHERE channel = ? AND {_CLAIMABLE} AND due <= ?"  # noqa: S608
            " ORDER BY due, id LIMIT ?",
            [channel, iso(now), free],
        ).fetchall()
        messages += [_message(db, row[0]) for row in rows]
    db.conn.executemany(
        "UPDATE deliveries SET state = 'sending', reason = NULL WHERE id = ?",
        [(message.delivery_id,) for message in messages],
    )
    return messages


def room(db: Database, channels: Iterable[str], most: int) -> dict[str, int]:
    """Give for each channel that is sending less than `most` messages how many more it may take."""
    sending = dict(
        db.execute("SELECT channel, count(*) FROM deliveries WHERE state = 'sending' GROUP BY 1")
    )
    free = {channel: most - sending.get(channel, 0) for channel in channels}
    return {channel: number for channel, number in free.items() if number > 0}


def _message(db: Database, delivery_id: int) -> Message:
    """Read all that is needed to tell of one delivery."""
    row = db.execute(
        "SELECT d.id, d.alert_id, d.channel, d.key, d.attempts, d.created,"
        " EXISTS (SELECT 1 FROM attempts WHERE delivery_id = d.id"
        " AND reason IN ('interrupted', 'timeout')),"
        " al.rule, al.title, al.severity, a.id, a.headline, a.title, a.dateline, a.body,"
        " coalesce(m.spans, '[]'),"
        " a.place, a.agency, a.published, a.source, f.path, a.embargo,"
        " al.recalls, a.status, ea.body,"
        " (SELECT count(DISTINCT coalesce(c.agency, c.source)) FROM matches o"
        " JOIN articles c ON c.id = o.article_id WHERE o.echoes = al.id"
        " AND coalesce(c.agency, c.source) <> coalesce(a.agency, a.source)),"
        " (SELECT max(n.version) FROM articles n WHERE n.guid = a.guid AND n.version > a.version)"
        " FROM deliveries d JOIN alerts al ON al.id = d.alert_id"
        " LEFT JOIN matches m ON m.id = al.match_id JOIN articles a ON a.id = al.article_id"
        " LEFT JOIN alerts e ON e.id = al.recalls LEFT JOIN articles ea ON ea.id = e.article_id"
        " JOIN files f ON f.id = a.file_id WHERE d.id = ?",
        [delivery_id],
    ).fetchone()
    return Message(
        delivery_id=row[0],
        alert_id=row[1],
        channel=row[2],
        key=row[3],
        attempts=row[4],
        created=from_iso(row[5]),
        repeat_possible=bool(row[6]),
        rule=row[7],
        rule_title=row[8],
        severity=Severity(row[9]),
        article_id=row[10],
        headline=row[11],
        title=row[12],
        dateline=row[13],
        body=row[14],
        spans=tuple(Span(*span) for span in json.loads(row[15])),
        place=row[16],
        agency=row[17],
        published=row[18],
        source=row[19],
        path=row[20],
        embargo=row[21],
        recall=_recall(row[22], row[23]),
        earlier=row[24] or "",
        outlets=row[25],
        newer=row[26],
    )


def _recall(recalls: int | None, status: str) -> Recall | None:
    """Tell what an alert says of an earlier one, if it takes it back."""
    if recalls is None:
        return None
    return Recall.WITHDRAWN if status in WITHDRAWN else Recall.CORRECTED


def record(
    db: Database,
    attempts: Sequence[Attempt],
    delay: Delay,
    give_up_after: timedelta,
) -> None:
    """Write down what came of attempts, and when those that failed are tried again.

    Call it inside a transaction. A delivery that has failed for `give_up_after` is dead.
    """
    for attempt in attempts:
        tries, since = db.execute(
            "SELECT attempts, since FROM deliveries WHERE id = ?", [attempt.delivery_id]
        ).fetchone()
        state, reason, due = _verdict(attempt, tries + 1, since, delay, give_up_after)
        db.conn.execute(
            "UPDATE deliveries SET state = ?, reason = ?, due = ?, attempts = ?, finished = ?"
            " WHERE id = ?",
            (
                state.value,
                reason.value if reason else None,
                iso(due) if due else None,
                tries + 1,
                None if due else iso(attempt.at),
                attempt.delivery_id,
            ),
        )
    if attempts:
        db.table("attempts").insert_all([_attempt_row(attempt) for attempt in attempts])


def _verdict(
    attempt: Attempt, tries: int, since: str, delay: Delay, give_up_after: timedelta
) -> tuple[DeliveryState, DeliveryReason | None, datetime | None]:
    """Decide what an attempt makes of its delivery: state, reason, and when it is due again."""
    if attempt.ok:
        return DeliveryState.SENT, None, None
    if attempt.at - from_iso(since) >= give_up_after:
        return DeliveryState.DEAD, DeliveryReason.GAVE_UP, None
    due = attempt.at + delay(tries, attempt.retry_after)
    return DeliveryState.FAILED, attempt.reason, due


def _attempt_row(attempt: Attempt) -> dict[str, object]:
    """Give an attempt as its table's row."""
    return {
        "delivery_id": attempt.delivery_id,
        "at": iso(attempt.at),
        "ok": int(attempt.ok),
        "reason": attempt.reason.value if attempt.reason else None,
        "http_code": attempt.http_code,
        "ms": round(attempt.milliseconds, 2),
        "error": attempt.error or None,
    }


def release(db: Database, messages: Iterable[Message]) -> None:
    """Give back claims on messages that nobody began to send. Call it inside a transaction."""
    db.conn.executemany(
        "UPDATE deliveries SET state = 'pending', reason = ? WHERE id = ?",
        [
            (DeliveryReason.INTERRUPTED.value if m.repeat_possible else None, m.delivery_id)
            for m in messages
        ],
    )


def recover(db: Database, now: datetime) -> int:
    """After a stop in the middle of sending, make those deliveries due again; give their number.

    Whether they went out is not known: they go again under the same key, marked as a repeat.
    Call it inside a transaction, before the first claim.
    """
    db.conn.execute(
        "INSERT INTO attempts (delivery_id, at, ok, reason, ms)"
        " SELECT id, ?, 0, ?, 0 FROM deliveries WHERE state = 'sending'",
        (iso(now), DeliveryReason.INTERRUPTED.value),
    )
    return db.conn.execute(
        "UPDATE deliveries SET state = 'failed', reason = ?, due = ? WHERE state = 'sending'",
        (DeliveryReason.INTERRUPTED.value, iso(now)),
    ).rowcount


def retire(db: Database, channels: Iterable[str], now: datetime) -> int:
    """Give up deliveries of channels that are configured no more; give their number.

    They stay in the table as dead, and `wirewatch alerts retry` revives them.
    """
    known = list(channels)
    marks = ",".join("?" * len(known))
    return db.conn.execute(
        "UPDATE deliveries SET state = 'dead', reason = ?, due = NULL, finished = ?"  # noqa: S608
        f" WHERE {_CLAIMABLE} AND channel NOT IN ({marks})",
        (DeliveryReason.CHANNEL_REMOVED.value, iso(now), *known),
    ).rowcount


def next_due(db: Database, channels: Iterable[str]) -> datetime | None:
    """Give when the next delivery of some channels is due, or None when nothing waits."""
    known = list(channels)
    marks = ",".join("?" * len(known))
    found = db.execute(
        f"SELECT min(due) FROM deliveries WHERE {_CLAIMABLE} AND channel IN ({marks})",  # noqa: S608
        known,
    ).fetchone()[0]
    return from_iso(found) if found else None


def revive(db: Database, delivery_ids: Iterable[int], now: datetime) -> int:
    """Make failed or dead deliveries due at once, at a person's wish; give their number."""
    count = 0
    for delivery_id in delivery_ids:
        count += db.conn.execute(
            "UPDATE deliveries SET state = 'pending', reason = ?, due = ?, finished = NULL,"
            " since = ? WHERE id = ? AND state IN ('failed', 'dead', 'suppressed')",
            (DeliveryReason.RETRIED_BY_HAND.value, iso(now), iso(now), delivery_id),
        ).rowcount
    return count


def outbox_counts(db: Database) -> dict[DeliveryState, int]:
    """Count the deliveries by state, every state included."""
    found = dict(db.execute("SELECT state, count(*) FROM deliveries GROUP BY state"))
    return {state: found.get(state.value, 0) for state in DeliveryState}
