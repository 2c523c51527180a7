"""What a desk keeps of the log that desks have in common: how far it is, and who sends.

Each entry is noted in the transaction that performs it, so that an entry that comes again is known.
The digest of an entry follows from all before it: two desks that have the same digest at a position
have taken in the same entries in the same order.
"""

import hashlib
from datetime import datetime
from typing import NamedTuple

from wirewatch.clock import iso
from wirewatch.errors import StoreError
from wirewatch.model import Attempt
from wirewatch.store.database import Reader, Transaction

REMEMBERED = 500_000
"""Entries that a desk remembers: what comes again later is not known any more."""

_SPARE = 10_000  # entries above that, so that forgetting is not done for each


class Position(NamedTuple):
    """How far a desk is in the log: the number of the last entry, and the digest of all."""

    number: int = 0
    digest: str = ""


class Leading(NamedTuple):
    """Who sends, in which epoch: a desk, as the process that it was at the time."""

    epoch: int
    desk: str
    instance: str
    since: str


def position(db: Reader) -> Position:
    """Tell how far a desk is."""
    row = db.execute(
        "SELECT position, digest FROM cluster_log ORDER BY position DESC LIMIT 1"
    ).fetchone()
    return Position(*row) if row else Position()


def follows_log(db: Reader) -> bool:
    """Tell whether a store is that of a desk of several: its rows come from the log."""
    return db.table("cluster_log").exists() and position(db).number > 0


def digest_at(db: Reader, number: int) -> str | None:
    """Give the digest at a position; None where it is not reached yet, or forgotten."""
    row = db.execute("SELECT digest FROM cluster_log WHERE position = ?", [number]).fetchone()
    return str(row[0]) if row else None


def is_known(db: Reader, entry: str) -> bool:
    """Tell whether an entry was performed."""
    return bool(db.execute("SELECT 1 FROM cluster_log WHERE entry = ?", [entry]).fetchone())


def position_of(db: Reader, entry: str) -> int | None:
    """Give the position of an entry; None where it was not performed, or is forgotten."""
    row = db.execute("SELECT position FROM cluster_log WHERE entry = ?", [entry]).fetchone()
    return int(row[0]) if row else None


def note(db: Transaction, entry: str, act: str, now: datetime) -> Position:
    """Note that an entry is performed; give the position that it has.

    Call it inside the transaction that performs it.
    """
    before = position(db)
    digest = hashlib.sha256(f"{before.digest} {entry}".encode()).hexdigest()[:16]
    number = before.number + 1
    db.conn.execute(
        "INSERT INTO cluster_log VALUES (?, ?, ?, ?, ?)", (number, entry, act, iso(now), digest)
    )
    if number % _SPARE == 0:
        db.conn.execute("DELETE FROM cluster_log WHERE position <= ?", [number - REMEMBERED])
    return Position(number, digest)


def refuse_alone(db: Reader) -> None:
    """Raise StoreError for the store of a desk of several, which is changed by their log only."""
    if position(db).number:
        raise StoreError(
            "this store is that of a desk of several: what were written here alone would make it"
            " differ from the others; start it by `wirewatch run --role desk`, and ask it then"
        )


def leading(db: Reader) -> Leading | None:
    """Give who sends; None before anybody did."""
    row = db.execute("SELECT * FROM cluster_leads ORDER BY epoch DESC LIMIT 1").fetchone()
    return Leading(*row) if row else None


def known_desks(db: Reader) -> tuple[str, ...]:
    """Name all desks that ever joined or sent."""
    query = "SELECT desk FROM cluster_desks UNION SELECT desk FROM cluster_leads ORDER BY 1"
    return tuple(name for (name,) in db.execute(query))


def note_joined(db: Transaction, desk: str, now: datetime) -> None:
    """Note that a desk joins. Call it inside the transaction that performs it."""
    db.conn.execute("INSERT OR REPLACE INTO cluster_desks VALUES (?, ?)", (desk, iso(now)))


def begin_epoch(db: Transaction, desk: str, instance: str, now: datetime) -> Leading:
    """Note that a desk sends from now on; give its epoch. Call it inside a transaction."""
    before = leading(db)
    begun = Leading(before.epoch + 1 if before else 1, desk, instance, iso(now))
    db.conn.execute("INSERT INTO cluster_leads VALUES (?, ?, ?, ?)", begun)
    return begun


def is_news(db: Reader, attempt: Attempt, epoch: int) -> bool:
    """Tell whether an attempt of an epoch is still to be recorded.

    It may be already, or have failed where another desk has told the same meanwhile.
    """
    known = db.execute(
        "SELECT 1 FROM attempts WHERE delivery_id = ?1 AND at = ?2 AND epoch = ?4"
        " UNION ALL SELECT 1 FROM deliveries WHERE id = ?1 AND state = 'sent' AND NOT ?3",
        [attempt.delivery_id, iso(attempt.at), attempt.ok, epoch],
    ).fetchone()
    return known is None
