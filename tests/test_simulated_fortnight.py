"""Two weeks of a desk around a change of the clocks, by the machinery of the simulated year."""

import re
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from conftest import START
from wirewatch.store.backup import back_up
from wirewatch.store.database import Store
from wirewatch.store.upkeep import optimize
from year.books import Books
from year.conditions import Conditions
from year.corrections import Corrections
from year.escalations import Escalations
from year.groups import Groups
from year.nothing import EmptyDigests
from year.promises import Promises
from year.reasons import Reasons
from year.references import References
from year.simulation import FORTNIGHT, Lived, live

_VALUE = re.compile(r"'(?:[^']|'')*'|\b\d+\b")
_GROWING = re.compile(
    r"SCAN (files|articles|arrivals|matches|spans|alerts|deliveries|attempts|bundles|m|a|al|d|t)\b"
    r"(?!.*deliveries_(due|sending|escalating|recalling))"
    r"|deliveries_created \(channel=\?\)"
)


@pytest.fixture(scope="module")
def asked() -> dict[str, str]:
    """Give what the store was asked over the fortnight, each kind of statement once."""
    return {}


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory, asked: dict[str, str]) -> Iterator[Lived]:
    """Live through the fortnight."""

    def opened(path: Path) -> Store:
        store = Store.open(path)
        store.db.conn.set_trace_callback(lambda sql: asked.setdefault(_VALUE.sub("?", sql), sql))
        return store

    with patch("year.simulation.Store") as door:
        door.open = opened
        lived = live(tmp_path_factory.mktemp("fortnight"), "fortnight", *FORTNIGHT)
    lived.store.db.conn.set_trace_callback(None)
    yield lived
    lived.store.close()


@pytest.fixture(params=["as-made", "analyzed", "analyzed-and-grown"])
def planning(request: pytest.FixtureRequest, lived: Lived, tmp_path: Path) -> Iterator[Store]:
    """Give the store that was lived in, or a copy of it of which SQLite knows how values spread.

    Grown, its figures are those of a store a thousand times as large.
    """
    if request.param == "as-made":
        yield lived.store
        return
    store = Store.open(back_up(lived.store.path, tmp_path / "copy.db", START).path)
    optimize(store)
    assert store.db["sqlite_stat1"].count > 20
    if request.param == "analyzed-and-grown":
        store.db.execute(
            "UPDATE sqlite_stat1 SET stat = CAST(stat AS INTEGER) * 1000"
            " || substr(stat, instr(stat || ' ', ' '))"
        )
    again = store.sibling()  # which reads the figures as it opens
    yield again
    again.close()
    store.close()


def test_nothing_walks_through_the_past(planning: Store, asked: dict[str, str]) -> None:
    """What is asked at work is answered by indexes, however many years the store holds.

    Also when SQLite has been told how values spread, and takes other ways.
    """
    plans = {
        sql: [row[3] for row in planning.db.execute(f"EXPLAIN QUERY PLAN {sql}")]
        for sql in asked.values()
        if sql.startswith(("SELECT", "UPDATE", "DELETE"))
    }
    walks = {sql: plan for sql, plan in plans.items() if any(map(_GROWING.search, plan))}
    assert len(plans) > 50
    assert not walks, "\n".join(f"{sql}\n  {plan}" for sql, plan in walks.items())


def test_a_fortnight_of_a_desk(lived: Lived) -> None:
    """Whatever fails, each alert ends as it should, at its time, and once."""
    books = Books(lived)
    promises, reasons, references = Promises(books), Reasons(books), References(books)
    groups, escalations = Groups(books), Escalations(books)
    conditions, digests = Conditions(books), EmptyDigests(books)
    checks = (
        books.unbalanced, books.repeated, books.misprinted, references.reused, references.misled,
        promises.missed, promises.doubled, promises.disturbed, promises.hurried, promises.flooded,
        reasons.buried, reasons.hushed, reasons.overheard, reasons.deceived, reasons.uninformed,
        reasons.unexplained, groups.misplaced, groups.crowded, groups.parted,
        escalations.hasty, escalations.sleepy, escalations.needless, escalations.untaken,
        conditions.doubted, conditions.misjudged, digests.untrue, digests.untold,
        Corrections(books).early,
    )  # fmt: skip
    faults = [f"{check.__name__}: {fault}" for check in checks for fault in check()]
    assert len(books.deliveries) > 500
    assert lived.diary.down
    assert not faults, "\n".join(faults[:10])
