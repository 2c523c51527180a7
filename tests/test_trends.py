"""Trends: what is named by month, what with what, when wires come, how soon people are told."""

import sqlite3
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlite_utils import Database

from conftest import START
from kept import DAY, all_sent, came
from wirewatch.store.database import Store
from wirewatch.store.delays import Delay, Step, delays
from wirewatch.store.trends import (
    Matrix,
    Naming,
    Series,
    Total,
    gazetteers,
    last_month,
    months_to,
    naming,
    pairs,
    totals,
)
from wirewatch.store.weekly import Week, weeks

SPRING = ("2026-01", "2026-02", "2026-03")
NOW = START + timedelta(hours=3)


@pytest.fixture
def filled(store: Store) -> Store:
    """Give a store of three months: of Baku, Astana and Budapest, from two inboxes, told of twice."""
    came(store, "A", names=("astana", "baku"), published="2026-01-05")
    came(store, "B", names=("astana", "baku"), published="2026-03-01")
    came(store, "C", names=("astana",), published="2026-03-01")
    came(store, "D", names=("astana", "baku", "budapest"), alert=True)
    came(store, "E", names=("budapest",), published="2025-12-31")
    came(store, "F", names=("x",), alert=True)
    all_sent(store, START + timedelta(seconds=1.9))
    return store


def test_the_most_named_come_first(filled: Store) -> None:
    """Totals are of the months that are asked for only; those alike are in their order."""
    assert totals(filled.db, "words", SPRING)[:3] == (
        Total("astana", 4),
        Total("baku", 3),
        Total("budapest", 1),
    )
    assert totals(filled.db, "words", SPRING[:2]) == (Total("astana", 1), Total("baku", 1))
    assert totals(filled.db, "words", ("2030-01",)) == ()


def test_each_month_has_its_number(filled: Store) -> None:
    """Months in which nothing was named are nought; entries stand as they were asked for."""
    assert naming(filled.db, "words", SPRING, ["baku", "astana", "none"]) == Naming(
        SPRING,
        (Series("baku", (1, 0, 2)), Series("astana", (1, 0, 3)), Series("none", (0, 0, 0))),
    )
    assert naming(filled.db, "parliament", SPRING, ["baku"]).series == (Series("baku", (0, 0, 0)),)


def test_pairs_are_a_matrix(filled: Store) -> None:
    """Alike on both sides, whatever the order of entries; what was named at all in the middle."""
    assert pairs(filled.db, "words", SPRING, ["budapest", "astana", "baku"]) == Matrix(
        ("budapest", "astana", "baku"), ((1, 1, 1), (1, 4, 3), (1, 3, 3))
    )
    assert pairs(filled.db, "words", SPRING[:1], ["astana", "baku"]).articles == ((1, 1), (1, 1))
    assert pairs(filled.db, "words", SPRING, []) == Matrix((), ())


def test_what_there_is_to_ask_for(filled: Store) -> None:
    """The gazetteers, and the newest month of one; of a store that is empty nothing."""
    assert gazetteers(filled.db) == ("words",)
    assert last_month(filled.db, "words") == "2026-03"
    assert last_month(filled.db, "parliament") is None


def test_an_empty_store_has_no_trends(store: Store) -> None:
    """Each answer is empty, none is an error."""
    assert gazetteers(store.db) == ()
    assert weeks(store.db, NOW) == ()
    assert delays(store.db, NOW, 30) == ()


@pytest.mark.parametrize(
    ("last", "number", "months"),
    [
        ("2026-03", 3, SPRING),
        ("2026-01", 2, ("2025-12", "2026-01")),
        ("2026-12", 1, ("2026-12",)),
        ("0001-02", 9, ("0001-01", "0001-02")),
    ],
)
def test_months_go_back_over_years(last: str, number: int, months: tuple[str, ...]) -> None:
    """So many, the last one as asked, each once."""
    assert months_to(last, number) == months


def test_hours_of_the_week_begin_on_monday(filled: Store) -> None:
    """START is a Monday noon; the Sunday before is the last day, and what is too old is left out."""
    came(filled, "Sunday", START - DAY)
    came(filled, "Old", START - 57 * DAY)
    came(filled, "Week", START - 7 * DAY)
    [week] = weeks(filled.db, NOW)
    assert week.source == "wires"
    assert {place: number for place, number in enumerate(week.articles) if number} == {
        12: 7,
        6 * 24 + 12: 1,
    }


def test_the_hour_that_has_not_ended_is_left_out(filled: Store) -> None:
    """Else it would stand for less than the others."""
    assert weeks(filled.db, START + timedelta(minutes=59)) == ()
    [week] = weeks(filled.db, START + timedelta(minutes=60))
    assert sum(week.articles) == 6


def test_who_brings_the_most_comes_first(filled: Store) -> None:
    """Inboxes are in the order of what they brought."""
    filled.db.execute("INSERT INTO hours VALUES ('source', 'agency', '2026-03-01T23', 9, '')")
    assert [one.source for one in weeks(filled.db, NOW)] == ["agency", "wires"]
    assert weeks(filled.db, NOW)[0] == Week("agency", (*[0] * 167, 9))


def test_delays_are_steps_by_channel(filled: Store) -> None:
    """Two messages took 1.9 seconds; the step is that of two."""
    [one] = delays(filled.db, NOW, 1)
    assert one == Delay("desk", (Step(2_000, 2),))
    assert delays(filled.db, NOW + 2 * DAY, 2) == ()
    assert delays(filled.db, NOW + 2 * DAY, 3) == (one,)


def test_steps_between_are_not_left_out(filled: Store) -> None:
    """What no message took stands with nought, so that a chart has no gap."""
    filled.db.execute("INSERT INTO delays VALUES ('desk', '2026-03-02', 3150, 5)")
    [one] = delays(filled.db, NOW, 1)
    assert one.steps == (Step(2_000, 2), Step(2_500, 0), Step(3_150, 5))


@pytest.mark.parametrize(
    ("percent", "ms"), [(1, 10), (50, 10), (95, 100), (99, 4_000), (100, 4_000)]
)
def test_percentiles_are_the_ends_of_steps(percent: int, ms: int) -> None:
    """Of a hundred, ninety within 10 ms, five within 100, five within four seconds."""
    one = Delay("desk", (Step(10, 90), Step(100, 5), Step(4_000, 5)))
    assert one.within(percent) == ms
    assert one.deliveries == 100


ASKED: dict[str, Callable[[Database], object]] = {
    "gazetteers": gazetteers,
    "last month": lambda db: last_month(db, "words"),
    "totals": lambda db: totals(db, "words", SPRING),
    "naming": lambda db: naming(db, "words", SPRING, ["baku", "astana"]),
    "pairs": lambda db: pairs(db, "words", SPRING, ["baku", "astana"]),
    "weeks": lambda db: weeks(db, NOW),
    "delays": lambda db: delays(db, NOW, 30),
}


def plans_of(db: Database, ask: Callable[[Database], object]) -> list[str]:
    """Give how SQLite goes about what a question asks."""
    said: list[str] = []
    db.conn.set_trace_callback(said.append)
    ask(db)
    db.conn.set_trace_callback(None)
    assert said
    return [row[3] for statement in said for row in db.execute(f"EXPLAIN QUERY PLAN {statement}")]


@pytest.mark.parametrize("question", ASKED)
def test_trends_read_counts_only(filled: Store, question: str) -> None:
    """No article, mention, alert or delivery is read, and no table of counts is walked through."""
    read: set[str] = set()

    def note(action: int, table: str | None, *_: object) -> int:
        if action == sqlite3.SQLITE_READ and table:
            read.add(table)
        return sqlite3.SQLITE_OK

    filled.db.conn.set_authorizer(note)
    ASKED[question](filled.db)
    filled.db.conn.set_authorizer(None)
    assert read & {"months", "pairs", "hours", "delays"}
    assert read <= {
        "months",
        "pairs",
        "hours",
        "delays",
        "steps",
        "json_each",
        "known",
        "sqlite_master",
    }
    walked = [plan for plan in plans_of(filled.db, ASKED[question]) if plan.startswith("SCAN")]
    assert {plan.split()[1] for plan in walked} <= {"known", "steps", "m", "e", "o", "CONSTANT"}
