"""How often rules are true, and when last: counted without a walk through matches."""

from datetime import timedelta

from conftest import START, told
from wirewatch.clock import iso
from wirewatch.store import rates as module
from wirewatch.store.accept import accept
from wirewatch.store.database import Store
from wirewatch.store.rates import Hit, RuleRate, days_of, rates

DAY = timedelta(days=1)


def rang(store: Store, days: float, body: str) -> None:
    """Take in an article that the rule `r1` is true of, so many days before the end."""
    now = START - days * DAY
    outcome = told(f"{body}.txt", body)
    accept(store, [outcome._replace(arrival=outcome.arrival._replace(seen=now))], now)


def test_rates_are_those_of_the_last_day_week_and_month(store: Store) -> None:
    """Each article counts in the times that it came in, and the last one is named."""
    for days, body in (
        (40, "Oldest a"),
        (29, "Older b"),
        (6, "Old c"),
        (0.5, "Late d"),
        (0, "Now e"),
    ):
        rang(store, days, body)
    assert rates(store.db, ["r1", "r2"], START) == (
        RuleRate("r1", 2, 3, 4, Hit(5, iso(START), "Now e")),
        RuleRate("r2", 0, 0, 0, None),
    )
    assert days_of(store.db, "r1", START - 7 * DAY, START) == {"2026-02-24": 1, "2026-03-02": 2}
    assert days_of(store.db, "r2", START - 7 * DAY, START) == {}


def test_what_the_clock_had_ahead_does_not_count(store: Store) -> None:
    """Hours still to come, of a clock that was ahead, are left out of the rate."""
    rang(store, -3, "Ahead a")
    [rate] = rates(store.db, ["r1"], START)
    assert (rate.day, rate.week, rate.month) == (0, 0, 0)


def test_nothing_is_scanned(store: Store) -> None:
    """Whatever is asked, SQLite seeks by a key: no table is walked through."""
    rang(store, 0, "Now a")
    asked = (
        (module._HOURS, ["rule", "r1", "1", "2", "3", "4"]),
        (module._LAST, ["r1"]),
        (module._DAYS, ["rule", "r1", "1", "2"]),
    )
    for sql, values in asked:
        plan = [row[3] for row in store.db.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
        assert any(line.startswith("SEARCH") for line in plan)
        assert not [line for line in plan if line.startswith("SCAN")], plan
    last = [row[3] for row in store.db.execute(f"EXPLAIN QUERY PLAN {module._LAST}", ["r1"])]
    assert any("USING COVERING INDEX matches_by_rule (rule=?)" in line for line in last)
