"""Sources that fall silent: which are missed, when, and until when."""

from dataclasses import replace
from datetime import timedelta

import pytest

from conftest import ManualClock
from watched import claimed, heard, watching
from wirewatch.alerts.alarms import Tolerance
from wirewatch.pipeline.alarming import Alarming, Outlook
from wirewatch.store import hours
from wirewatch.store.database import Store
from wirewatch.store.hours import Counted

HOUR, DAY, WEEK = (timedelta(hours=n) for n in (1, 24, 168))
OVER = "Wirewatch: source-silent, over"


def four_weeks(store: Store, clock: ManualClock, *agencies: str, inbox: str = "wires") -> None:
    """Let forty articles come of each agency, on four Mondays from noon on; it is the fifth now."""
    for _ in range(4):
        for agency in agencies or ("Kazinform",):
            heard(store, 40, clock, agency, inbox)
        clock.advance(WEEK.total_seconds())


def subjects(watch: Alarming) -> list[str]:
    """Look, and name who is silent."""
    return [alarm.subject for alarm in watch.look() if alarm.kind == "source-silent"]


def titles(store: Store, clock: ManualClock) -> list[str]:
    """Claim what `ops` is to be told; give the titles."""
    return [one.rule_title for one in claimed(store, clock, "ops")]


def test_silence_is_learnt_by_weekday_and_hour(store: Store, clock: ManualClock) -> None:
    """An inbox that normally brings forty an hour is missed after an hour, and heard again is told."""
    four_weeks(store, clock)
    watch = watching(store, clock)
    assert watch.look() == []  # the hour has only begun
    clock.advance(HOUR.total_seconds())
    assert subjects(watch) == ["source wires"]
    [ours] = claimed(store, clock, "ops")
    assert ours.headline.startswith("source wires: nothing since 2026-03-23 12:00Z; normally 40 in")
    heard(store, 1, clock)
    assert watch.look() == []
    assert titles(store, clock) == [OVER]


def test_an_hour_in_which_nothing_ever_comes_is_no_silence(
    store: Store, clock: ManualClock
) -> None:
    """On a Tuesday nobody misses what comes on Mondays."""
    four_weeks(store, clock)
    clock.advance(DAY.total_seconds())
    watch = watching(store, clock)
    clock.advance(2 * HOUR.total_seconds())
    assert watch.look() == []


def test_the_desk_blames_nobody_for_its_own_absence(store: Store, clock: ManualClock) -> None:
    """What came while the daemon did not run is no silence: it counts from the start on."""
    four_weeks(store, clock)
    clock.advance(HOUR.total_seconds())
    assert watching(store, clock).look() == []


def test_an_inbox_that_is_gone_is_not_missed(store: Store, clock: ManualClock) -> None:
    """Silence of an inbox that is configured no more is none, nor is that of who came by it."""
    four_weeks(store, clock)
    watch = watching(store, clock)
    watch.outlook = Outlook(inboxes=("other",))
    clock.advance(HOUR.total_seconds())
    assert subjects(watch) == []


def test_an_agency_is_missed_where_its_inbox_is_heard(store: Store, clock: ManualClock) -> None:
    """An agency of which nothing comes is missed while others come by the same inbox."""
    four_weeks(store, clock, "Kazinform", "Trend")
    watch = watching(store, clock)
    clock.advance(HOUR.total_seconds())
    heard(store, 1, clock, "Trend")
    assert subjects(watch) == ["agency Kazinform"]


def test_a_silent_inbox_is_one_alarm(store: Store, clock: ManualClock) -> None:
    """An inbox that falls silent is told once, not for each of its agencies; nor when it is back."""
    agencies = [f"Agency {number}" for number in range(30)]
    four_weeks(store, clock, *agencies)
    watch = watching(store, clock)
    for minute in range(30):  # one after the other is heard for the last time
        heard(store, 1, clock, agencies[minute])
        clock.advance(60)
    told = set()
    for _ in range(12):
        clock.advance(600)
        told |= set(subjects(watch))
    assert told == {"source wires"}
    heard(store, 1, clock, agencies[0])
    assert subjects(watch) == []
    clock.advance(600)
    assert subjects(watch) == []


def test_an_agency_with_two_inboxes_is_missed_while_either_is_heard(
    store: Store, clock: ManualClock
) -> None:
    """An agency that comes by two inboxes can be silent as long as one of them is heard."""
    four_weeks(store, clock, "Kazinform")
    heard(store, 1, clock, "Kazinform", "feeds")
    watch = watching(store, clock)
    clock.advance(HOUR.total_seconds())
    heard(store, 1, clock, None, "feeds")
    assert subjects(watch) == ["source wires", "agency Kazinform"]


def test_who_is_never_heard_again_is_not_over(store: Store, clock: ManualClock) -> None:
    """After nine weeks nobody knows a silent source any more: the alarm ends without a word."""
    four_weeks(store, clock)
    watch = watching(store, clock)
    clock.advance(HOUR.total_seconds())
    watch.look()
    assert titles(store, clock) == ["Wirewatch: source-silent"]
    clock.advance((10 * WEEK).total_seconds())
    assert subjects(watch) == []
    assert titles(store, clock) == []
    [row] = store.db["alarms"].rows_where("kind = 'source-silent'")
    assert row["cleared"]


def test_nobody_is_missed_any_more(store: Store, clock: ManualClock) -> None:
    """`missed = 0` ends what stands too, without saying that it is over."""
    four_weeks(store, clock)
    watch = watching(store, clock)
    clock.advance(HOUR.total_seconds())
    assert subjects(watch)
    assert titles(store, clock)
    watch.outlook = replace(watch.outlook, limits=Tolerance(missed=0, free=0))
    assert watch.look() == []
    assert titles(store, clock) == []
    assert watch.look() == []


def test_an_alarm_of_a_clock_that_was_ahead_ends(store: Store, clock: ManualClock) -> None:
    """What was raised while the clock was ahead is over when the source is heard."""
    four_weeks(store, clock)
    watch = watching(store, clock)
    right = clock.advance(HOUR.total_seconds())
    clock.advance(3 * HOUR.total_seconds())
    assert subjects(watch) == ["source wires"]
    clock.now = right
    assert subjects(watch) == ["source wires"]
    heard(store, 1, clock)
    clock.advance(30)
    assert subjects(watch) == []


def test_what_came_in_future_does_not_count(store: Store, clock: ManualClock) -> None:
    """One article received while the clock was a year ahead makes nobody loud for a year."""
    four_weeks(store, clock)
    now = clock()
    clock.now = now + 52 * WEEK
    heard(store, 1, clock)
    watch = watching(store, clock)  # which began in the future too
    clock.now = now
    assert subjects(watch) == []
    clock.advance(HOUR.total_seconds())
    assert subjects(watch) == ["source wires"]


@pytest.mark.parametrize(
    ("agency", "subject"),
    [
        ("Evil\x1b[31m\u202eAgency\n", "agency Evil[31mAgency"),
        ("A" * 101, f"agency {'A' * 99}…"),
    ],
)
def test_an_agency_may_be_named_anything(
    store: Store, clock: ManualClock, agency: str, subject: str
) -> None:
    """A name that an article gives becomes an alarm's without control characters, and is cut."""
    four_weeks(store, clock, agency, "Trend")
    watch = watching(store, clock)
    clock.advance(HOUR.total_seconds())
    heard(store, 1, clock, "Trend")
    assert subjects(watch) == [subject]
    [message] = claimed(store, clock, "ops")
    assert message.headline.startswith(f"{subject}: nothing since")


def test_names_are_found_without_walking_through_all_hours(
    store: Store, clock: ManualClock
) -> None:
    """Who is known is sought name by name: a year of hours is not read twice a minute."""
    heard(store, 1, clock)
    steps: list[str] = []
    store.db.conn.set_trace_callback(steps.append)
    assert set(hours.names(store.db, Counted.SOURCE, clock() - WEEK, clock())) == {"wires"}
    store.db.conn.set_trace_callback(None)
    [query] = steps
    plan = [row[3] for row in store.db.execute(f"EXPLAIN QUERY PLAN {query}")]
    assert any("SEARCH" in step for step in plan)
    assert not [step for step in plan if step.startswith("SCAN") and step != "SCAN known"]
