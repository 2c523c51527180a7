"""When the desk is in trouble: pure, by the figures and the time."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from conftest import START
from wirewatch.alerts.alarms import (
    Heard,
    Situation,
    Tolerance,
    alarms,
    silence_of,
)
from wirewatch.clock import spoken
from wirewatch.quantities import Rate
from wirewatch.rhythm import same_hours
from wirewatch.states import AlarmKind

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TOLERANCE = Tolerance()


def kinds(situation: Situation, tolerance: Tolerance = TOLERANCE) -> list[tuple[str, str]]:
    """Give what is trouble, and with whom."""
    return [(alarm.kind, alarm.subject) for alarm in alarms(situation, tolerance)]


def heard(*weeks: float, ago: timedelta = 2 * HOUR) -> dict[str, Heard]:
    """Give a source with what the same hours of past weeks brought."""
    return {"agency Kazinform": Heard(START - ago, weeks)}


def test_a_desk_without_trouble_raises_no_alarm() -> None:
    """Where all is well nothing is said."""
    assert kinds(Situation(START, heard(4, 4, 4), 20, 500_000_000)) == []


@pytest.mark.parametrize(
    ("weeks", "is_silent"),
    [
        ((40, 40, 40), True),
        ((5, 5, 5), True),
        ((4.9, 40, 40), False),  # of three weeks the poorest counts
        ((40, 40), False),  # too few weeks to know what is normal
        ((), False),
        ((0, 40, 40, 40, 40, 40, 40, 40), True),  # a holiday hides nothing
        ((0, 0, 40, 40, 40, 40, 40, 40), False),
    ],
)
def test_a_source_is_silent_when_its_weeks_say_so(
    weeks: tuple[float, ...],
    is_silent: bool,  # noqa: FBT001
) -> None:
    """A source counts as silent when the lower quartile of the same hours brought enough articles."""
    expected = [(AlarmKind.SOURCE_SILENT, "agency Kazinform")] if is_silent else []
    assert kinds(Situation(START, heard(*weeks))) == expected


def test_what_is_said_of_a_silent_source() -> None:
    """It is said since when nothing came, and how much normally comes."""
    [alarm] = alarms(Situation(START, heard(80, 84, 90)), TOLERANCE)
    assert (
        alarm.said == "agency Kazinform: nothing since 2026-03-02 10:00Z; normally 80 in that time"
    )


def test_no_silence_is_looked_for_where_none_is_wanted() -> None:
    """With `missed = 0` nobody hears of silent sources."""
    assert kinds(Situation(START, heard(80, 80, 80)), Tolerance(missed=0)) == []


def test_a_silent_source_is_so_until_it_is_heard() -> None:
    """However quiet the hours are that follow, the alarm is over only when an article comes."""
    standing = {(AlarmKind.SOURCE_SILENT, "agency Kazinform"): START - HOUR}
    assert kinds(Situation(START, heard(0, 0, 0), standing=standing))
    back = heard(0, 0, 0, ago=MINUTE)
    assert kinds(Situation(START, back, standing=standing)) == []


@pytest.mark.parametrize(
    ("silent_for", "begin"),
    [(59 * MINUTE, None), (HOUR, START - HOUR), (5 * DAY, START - DAY)],
)
def test_a_silence_is_compared_over_an_hour_to_a_day(
    silent_for: timedelta, begin: datetime | None
) -> None:
    """Less than an hour is no silence; of a long one the last day is compared."""
    assert silence_of(START - silent_for, START) == ((begin, START) if begin else None)


def test_the_same_hours_are_those_on_the_wall() -> None:
    """A week before a change of the clock, nine in the morning is nine in the morning."""
    london = ZoneInfo("Europe/London")
    nine = datetime(2026, 3, 30, 8, tzinfo=UTC)  # 9:00 in summer time, which began on the 29th
    spans = same_hours((nine, nine + HOUR), london, nine - timedelta(days=15))
    assert spans == [
        (datetime(2026, 3, 23, 9, tzinfo=UTC), datetime(2026, 3, 23, 10, tzinfo=UTC)),
        (datetime(2026, 3, 16, 9, tzinfo=UTC), datetime(2026, 3, 16, 10, tzinfo=UTC)),
    ]
    assert len(same_hours((nine, nine + HOUR), london, nine - 1000 * DAY)) == 8


@pytest.mark.parametrize(
    ("files", "stands", "is_alarm"),
    [(20, False, False), (21, False, True), (11, True, True), (10, True, False)],
)
def test_a_quarantine_that_grows(files: int, stands: bool, is_alarm: bool) -> None:  # noqa: FBT001
    """Too many files in quarantine raise an alarm, which is over at half as many."""
    standing = {(AlarmKind.QUARANTINE, "files"): START} if stands else {}
    expected = [(AlarmKind.QUARANTINE, "files")] if is_alarm else []
    tolerance = Tolerance(quarantined=Rate(20, HOUR))
    assert kinds(Situation(START, quarantined=files, standing=standing), tolerance) == expected


def test_one_file_is_one() -> None:
    """What is said of a quarantine is said of one file, too."""
    standing = {(AlarmKind.QUARANTINE, "files"): START}
    situation = Situation(START, quarantined=1, standing=standing)
    [alarm] = alarms(situation, Tolerance(quarantined=Rate(1, HOUR)))
    assert alarm.said == "1 file could not be read within 1 h"


@pytest.mark.parametrize(
    ("free", "stands", "is_alarm"),
    [(100, False, False), (99, False, True), (119, True, True), (120, True, False)],
)
def test_a_disk_that_fills(free: int, stands: bool, is_alarm: bool) -> None:  # noqa: FBT001
    """Too little room raises an alarm, which is over when there is a fifth more."""
    standing = {(AlarmKind.DISK, "store"): START} if stands else {}
    expected = [(AlarmKind.DISK, "store")] if is_alarm else []
    assert kinds(Situation(START, free=free, standing=standing), Tolerance(free=100)) == expected


def test_a_channel_that_has_failed_for_some_time() -> None:
    """A channel raises an alarm when it has failed for so long, with its last error."""
    situation = Situation(
        START,
        failing={"desk": (START - 15 * MINUTE, "HTTP 500"), "phone": (START - 14 * MINUTE, "")},
    )
    [alarm] = alarms(situation, TOLERANCE)
    assert (alarm.kind, alarm.subject) == (AlarmKind.CHANNEL, "desk")
    assert alarm.said == "desk: no message has gone out since 2026-03-02 11:45Z: HTTP 500"


def test_a_store_that_cannot_be_written() -> None:
    """A store that could not be written for a minute raises an alarm."""
    assert kinds(Situation(START, stuck=(START - 59 * timedelta(seconds=1), "full"))) == []
    assert kinds(Situation(START, stuck=(START - MINUTE, "full"))) == [(AlarmKind.STORE, "store")]


def test_a_configuration_that_is_not_taken_in() -> None:
    """A reload that failed raises an alarm, with the fault."""
    [alarm] = alarms(Situation(START, fault="rules.toml: no such list"), TOLERANCE)
    assert alarm.kind is AlarmKind.RELOAD
    assert "no such list" in alarm.said


@pytest.mark.parametrize(
    ("jumped", "said"),
    [
        (59 * timedelta(seconds=1), None),
        (MINUTE, "the clock was set forward by 1 min"),
        (-DAY, "the clock was set back by 1 d"),
    ],
)
def test_a_clock_that_is_set(jumped: timedelta, said: str | None) -> None:
    """A clock that jumps by a minute or more raises an alarm that says how far, and which way."""
    assert [alarm.said for alarm in alarms(Situation(START, jumped=jumped), TOLERANCE)] == (
        [said] if said else []
    )


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(), "0 s"),
        (timedelta(seconds=61.9), "1 min 1 s"),
        (2 * DAY + 3 * HOUR + 5 * MINUTE, "2 d 3 h"),
        (HOUR, "1 h"),
    ],
)
def test_spans_are_said_in_two_units(span: timedelta, said: str) -> None:
    """A span of time is said in its two largest units."""
    assert spoken(span) == said
