"""The outbox as people look through it: by state, channel and reason, page by page; and an alert."""

from datetime import timedelta

import pytest

from conftest import START, told
from wirewatch.clock import iso
from wirewatch.model import Attempt
from wirewatch.states import DeliveryReason, DeliveryState
from wirewatch.store import posted as module
from wirewatch.store.accept import accept
from wirewatch.store.acknowledgements import acknowledge
from wirewatch.store.claims import claim
from wirewatch.store.database import Store
from wirewatch.store.outbox import record
from wirewatch.store.posted import _WAYS, Count, Sought, Way, _numbers, _way, counts, posted, sheet
from wirewatch.store.silences import Silence, add, standing

HOUR = timedelta(hours=1)


@pytest.fixture(params=[5_000, 0], ids=["rare", "common"])
def outbox(store: Store, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Raise ten alerts for two channels, in the states that the numbers of their deliveries say.

    Each test sees them as the few of a channel, and as so many that its index serves no more.
    """
    monkeypatch.setattr(module, "_RARE", request.param)
    for n in range(10):
        accept(store, [told(f"f{n}", f"Story{n} begins.", ("desk", "phone"))], START)
    for state, reason, numbers in (
        ("sent", None, range(1, 13)),
        ("dead", "gave-up", (13, 14)),
        ("failed", "timeout", (15, 17)),
        ("suppressed", "silenced", (16, 18)),
    ):
        for number in numbers:
            store.db.execute(
                "UPDATE deliveries SET state = ?, reason = ? WHERE id = ?", [state, reason, number]
            )
    with store.write() as db:
        acknowledge(db, [10], "Ayan", START)
    return store


@pytest.mark.parametrize(
    ("sought", "numbers"),
    [
        (Sought(), list(range(20, 0, -1))),
        (Sought(DeliveryState.DEAD), [14, 13]),
        (Sought(DeliveryState.FAILED), [17, 15]),
        (Sought(DeliveryState.PENDING), [20, 19]),
        (Sought(DeliveryState.SENDING), []),
        (Sought(DeliveryState.SENT, channel="phone"), [12, 10, 8, 6, 4, 2]),
        (Sought(DeliveryState.FAILED, channel="phone"), []),
        (Sought(channel="desk", reason="timeout"), [17, 15]),
        (Sought(reason="silenced"), [18, 16]),
        (Sought(DeliveryState.PENDING, is_acknowledged=True), [20, 19]),
        (Sought(DeliveryState.PENDING, is_acknowledged=False), []),
        (Sought(DeliveryState.DEAD, rule="r1"), [14, 13]),
        (Sought(rule="r2"), []),
        (Sought(channel="fax"), []),
    ],
)
def test_what_is_sought_is_found(outbox: Store, sought: Sought, numbers: list[int]) -> None:
    """Each filter gives its deliveries, the newest first; and page by page the same ones."""
    assert [row.delivery for row in posted(outbox.db, sought).rows] == numbers
    walked: list[int] = []
    leaf = posted(outbox.db, sought, 3)
    while leaf.older is not None:
        assert len(leaf.rows) == 3
        walked += [row.delivery for row in leaf.rows]
        leaf = posted(outbox.db, sought, 3, leaf.older)
    assert walked + [row.delivery for row in leaf.rows] == numbers


def test_a_row_says_all_that_a_list_shows(outbox: Store) -> None:
    """A delivery stands with its alert and what that is on."""
    row = posted(outbox.db, Sought(DeliveryState.DEAD, "phone")).rows[0]
    assert (row.alert, row.rule, row.title, row.severity) == (7, "r1", "First rule", "high")
    assert (row.article, row.headline, row.outlet) == (7, "Story6 begins.", "wires")
    assert (row.channel, row.state, row.reason) == ("phone", "dead", "gave-up")
    assert (row.is_escalation, row.is_recall, row.acknowledged_by) == (False, False, None)
    assert len(row.ref) == 16
    newest = posted(outbox.db).rows[0]
    assert (newest.acknowledged, newest.acknowledged_by) == (iso(START), "Ayan")


def test_counts_are_those_of_the_rows(outbox: Store) -> None:
    """What triggers have counted is what lies there, and what is gone is not shown."""
    found = counts(outbox.db)
    assert Count("phone", DeliveryState.DEAD, "gave-up", 1) in found
    assert Count("desk", DeliveryState.SENT, "", 6) in found
    rows = outbox.db.execute(
        "SELECT channel, state, coalesce(reason, ''), count(*) FROM deliveries GROUP BY 1, 2, 3"
    )
    assert sorted(found) == sorted(Count(*row) for row in rows)


_SEEKS = {
    Way.WAITING: "SEARCH d USING INDEX deliveries_due (channel=?",
    Way.SENDING: "INDEX deliveries_sending",
    Way.RULE: "SEARCH al USING INDEX alerts_rule (rule=?)",
    Way.CHANNEL: "SEARCH d USING INDEX deliveries_created (channel=?)",
    Way.NEWEST: "SEARCH d USING INTEGER PRIMARY KEY (rowid<?)",
}


@pytest.mark.parametrize("state", [None, *DeliveryState])
@pytest.mark.parametrize("rule", ["", "r1"])
def test_no_page_reads_the_whole_outbox(
    outbox: Store, state: DeliveryState | None, rule: str
) -> None:
    """A page is read from its newest row on, or by the index on which the fewest rows lie."""
    sought = Sought(state, is_acknowledged=False, channel="desk", rule=rule)
    way = _way(outbox.db, sought, counts(outbox.db))
    assert (way is Way.NEWEST) == (state not in _WAYS and module._RARE == 0)
    sql, values = _numbers(sought, way)
    plan = [row[3] for row in outbox.db.execute(f"EXPLAIN QUERY PLAN {sql}", [*values, 99, 50])]
    assert _SEEKS[way] in plan[0]
    assert plan[1].startswith("SEARCH")
    assert not (way is Way.NEWEST and any("TEMP B-TREE" in line for line in plan))


def test_an_alert_with_its_receipts(store: Store) -> None:
    """An alert stands with each delivery, each attempt, and who took it on."""
    accept(store, [told("f", "Story begins.", ("desk", "phone"))], START)
    with store.write() as db:
        messages = claim(db, START, {"desk": 8, "phone": 8})
        attempts = [
            Attempt(
                messages[0].delivery_id, messages[0].channel, START, False, 12.345,
                DeliveryReason.HTTP_ERROR, 503, error="busy",
            ),
            Attempt(messages[1].delivery_id, messages[1].channel, START, True, 7.0),
        ]  # fmt: skip
        record(db, attempts, lambda *_: HOUR, 72 * HOUR)
        acknowledge(db, [1], "Ayan", START)
    found = sheet(store.db, 1)
    assert found
    assert (found.rule, found.headline, found.acknowledged_by) == ("r1", "Story begins.", "Ayan")
    failed, sent = sorted(found.deliveries, key=lambda one: one.state)
    assert (failed.state, failed.reason, failed.due) == ("failed", "http-error", iso(START + HOUR))
    [receipt] = failed.receipts
    assert receipt == (iso(START), False, "http-error", 503, 12.35, "busy")
    assert [(one.ok, one.ms) for one in sent.receipts] == [(True, 7.0)]
    assert sheet(store.db, 99) is None


def test_silences_stand_with_what_they_keep(outbox: Store) -> None:
    """Silences at work, or all, are given with how many deliveries each has kept."""
    with outbox.write() as db:
        for hours in (1, 5):
            add(db, Silence("r*", "*", "*", START + hours * HOUR, "Ayan", "on air"), START)
    outbox.db.execute("UPDATE deliveries SET silence = 2 WHERE reason = 'silenced'")
    [one] = standing(outbox.db, START + 2 * HOUR)
    assert (one.id, one.rule, one.author, one.ended, one.kept) == (2, "r*", "Ayan", None, 2)
    assert [one.id for one in standing(outbox.db)] == [2, 1]
