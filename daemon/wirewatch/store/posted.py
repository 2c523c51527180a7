"""Deliveries as people look through them: by state, channel and reason, a page at a time."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from sqlite_utils import Database

from wirewatch.states import DeliveryState
from wirewatch.store.archive import alert_details
from wirewatch.store.tallies import Tallied
from wirewatch.store.waiting import CLAIMABLE

_RARE = 5_000  # deliveries of a channel or alerts of a rule, up to which their index serves best


class Way(StrEnum):
    """How deliveries are walked through: the tables, with the index that leads to them.

    What is not over is little beside what is, and has indexes of its own.
    """

    WAITING = "deliveries d INDEXED BY deliveries_due"
    SENDING = "deliveries d INDEXED BY deliveries_sending"
    RULE = "alerts al INDEXED BY alerts_rule CROSS JOIN deliveries d ON d.alert_id = al.id"
    CHANNEL = "deliveries d INDEXED BY deliveries_created"
    NEWEST = "deliveries d"


_WAYS = {
    DeliveryState.PENDING: Way.WAITING,
    DeliveryState.FAILED: Way.WAITING,
    DeliveryState.SENDING: Way.SENDING,
}


class Posted(NamedTuple):
    """A delivery with its alert, and what that is on; an alarm's `headline` is what it says."""

    delivery: int
    alert: int
    created: str
    rule: str
    title: str
    severity: str
    article: int | None
    headline: str
    outlet: str
    channel: str
    state: str
    reason: str | None
    due: str | None
    attempts: int
    finished: str | None
    ref: str
    is_escalation: bool
    is_recall: bool
    silence: int | None
    acknowledged: str | None
    acknowledged_by: str | None


@dataclass(frozen=True, slots=True)
class Sought:
    """Which deliveries are wanted; what is empty does not matter."""

    state: DeliveryState | None = None
    channel: str = ""
    reason: str = ""
    rule: str = ""
    is_acknowledged: bool | None = None


EVERY = Sought()


class Leaf(NamedTuple):
    """A page of deliveries, the newest first; the next one holds those before `older`."""

    rows: tuple[Posted, ...]
    older: int | None


class Count(NamedTuple):
    """How many deliveries of a channel are in a state for a reason; it may be empty."""

    channel: str
    state: DeliveryState
    reason: str
    number: int


_NUMBERS = "SELECT d.id FROM {tables} WHERE {where} ORDER BY d.id DESC LIMIT ?"
_ALERTS = "CROSS JOIN alerts al ON al.id = d.alert_id"
_ROWS = (
    "SELECT d.id, al.id, al.created, al.rule, al.title, al.severity, al.article_id,"
    " coalesce(a.headline, al.said, ''), coalesce(a.agency, a.source, ''), d.channel, d.state,"
    " d.reason, d.due, d.attempts, d.finished, d.key, d.escalation, d.recall, d.silence,"
    " al.acknowledged, al.acknowledged_by FROM deliveries d JOIN alerts al ON al.id = d.alert_id"
    " LEFT JOIN articles a ON a.id = al.article_id"
    " WHERE d.id IN (SELECT value FROM json_each(?)) ORDER BY d.id DESC"
)
_BEHIND = 1 << 62  # no delivery has such a number


def counts(db: Database) -> tuple[Count, ...]:
    """Count the deliveries by channel, state and reason, as triggers keep them: none is read."""
    rows = db.execute(
        "SELECT name, state, reason, present FROM tallies WHERE what = ? AND present > 0"
        " ORDER BY name, state, reason",
        [Tallied.DELIVERY.value],
    )
    return tuple(Count(name, DeliveryState(state), *rest) for name, state, *rest in rows)


def posted(db: Database, sought: Sought = EVERY, most: int = 50, before: int | None = None) -> Leaf:
    """Give a page of deliveries, those with a number below `before` if that is said.

    Where the counts say that there is none, nothing is looked for.
    """
    counted = counts(db)
    if not any(_fits(count, sought) for count in counted):
        return Leaf((), None)
    sql, values = _numbers(sought, _way(db, sought, counted))
    end = _BEHIND if before is None else before
    ids = [row[0] for row in db.execute(sql, [*values, end, most + 1])]
    rows = tuple(Posted(*row) for row in db.execute(_ROWS, [json.dumps(ids[:most])]))
    return Leaf(
        tuple(
            row._replace(is_escalation=bool(row.is_escalation), is_recall=bool(row.is_recall))
            for row in rows
        ),
        ids[most - 1] if len(ids) > most else None,
    )


def _fits(count: Count, sought: Sought) -> bool:
    """Tell whether some deliveries are among those that are wanted."""
    return (
        sought.state in {None, count.state}
        and sought.channel in {"", count.channel}
        and sought.reason in {"", count.reason}
    )


def _way(db: Database, sought: Sought, counted: Iterable[Count]) -> Way:
    """Choose the way on which the fewest rows lie; else it goes from the newest on."""
    if sought.state in _WAYS:
        return _WAYS[sought.state]
    if sought.rule:
        some = "SELECT 1 FROM alerts WHERE rule = ? LIMIT ?"
        if len(db.execute(some, [sought.rule, _RARE + 1]).fetchall()) <= _RARE:
            return Way.RULE
    of_channel = sum(count.number for count in counted if count.channel == sought.channel)
    return Way.CHANNEL if sought.channel and of_channel <= _RARE else Way.NEWEST


def _numbers(sought: Sought, way: Way) -> tuple[str, list[Any]]:
    """Give SQL for the numbers of deliveries, and its values."""
    where = [f"d.state = '{sought.state.value}'"] if sought.state else []  # indexes want the word
    where += [CLAIMABLE.replace("state", "d.state")] if way is Way.WAITING else []
    channel = "+d.channel" if way is Way.NEWEST else "d.channel"
    named = {channel: sought.channel, "d.reason": sought.reason, "al.rule": sought.rule}
    where += [f"{column} = ?" for column, value in named.items() if value]
    if sought.is_acknowledged is not None:
        where.append(f"al.acknowledged IS {'NOT NULL' if sought.is_acknowledged else 'NULL'}")
    of_alerts = way is not Way.RULE and (sought.rule or sought.is_acknowledged is not None)
    tables = f"{way} {_ALERTS}" if of_alerts else way.value
    sql = _NUMBERS.format(tables=tables, where=" AND ".join([*where, "d.id < ?"]))
    return sql, [value for value in named.values() if value]


class Receipt(NamedTuple):
    """One attempt to deliver: when, whether it succeeded, and what the service said if not."""

    at: str
    ok: bool
    reason: str | None
    http_code: int | None
    ms: float
    error: str | None


class Delivered(NamedTuple):
    """A delivery of an alert, with its attempts, the first first."""

    delivery: int
    channel: str
    state: str
    reason: str | None
    due: str | None
    finished: str | None
    ref: str
    is_escalation: bool
    is_recall: bool
    silence: int | None
    receipts: tuple[Receipt, ...]


class Copy(NamedTuple):
    """Another outlet's copy of the story, which came when the alert had told of it."""

    article: int
    outlet: str
    received: str


class Sheet(NamedTuple):
    """All that is kept of an alert; what an alarm lacks, as its article, is None."""

    alert: int
    created: str
    rule: str
    title: str
    severity: str
    said: str | None
    recalls: int | None
    article: int | None
    headline: str | None
    source: str | None
    query: str | None
    rule_hash: str | None
    acknowledged: str | None
    acknowledged_by: str | None
    deliveries: tuple[Delivered, ...]
    copies: tuple[Copy, ...]


def sheet(db: Database, alert: int) -> Sheet | None:
    """Give an alert with its deliveries, their attempts, and who has taken it on; None without."""
    found: dict[str, Any] | None = alert_details(db, alert)
    if found is None:
        return None
    known = {key: found[key] for key in Sheet._fields if key in found}
    return Sheet(
        **known
        | {
            "alert": found["id"],
            "article": found["article_id"],
            "deliveries": tuple(map(_delivered, found["deliveries"])),
            "copies": tuple(
                Copy(row["id"], row["outlet"], row["received"]) for row in found["copies"]
            ),
        }
    )


def _delivered(row: dict[str, Any]) -> Delivered:
    """Make a delivery of its columns."""
    known = {key: row[key] for key in Delivered._fields if key in row}
    return Delivered(
        **known
        | {
            "delivery": row["id"],
            "ref": row["key"],
            "is_escalation": bool(row["escalation"]),
            "is_recall": bool(row["recall"]),
            "receipts": tuple(map(_receipt, row["attempted"])),
        }
    )


def _receipt(row: dict[str, Any]) -> Receipt:
    """Make an attempt of its columns."""
    known = {key: row[key] for key in Receipt._fields}
    return Receipt(**known | {"ok": bool(row["ok"])})
