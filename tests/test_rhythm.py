"""Times of a week on somebody's wall: digests and quiet hours, across changes of the clock."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirewatch.rhythm import next_time, quiet_of, rhythm_of, zone_of

LONDON = ZoneInfo("Europe/London")
ZONES = [ZoneInfo(name) for name in ("UTC", "Europe/London", "Asia/Almaty", "America/New_York")]
moments = st.integers(0, 3 * 365 * 24 * 60).map(
    lambda minutes: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


def at(said: str) -> datetime:
    return datetime.fromisoformat(said).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "cron"),
    [
        ("daily 08:00", "0 8 * * *"),
        ("Mon-Fri 7:30", "30 7 * * mon,tue,wed,thu,fri"),
        ("sat-mon 18:05", "5 18 * * sat,sun,mon"),
        ("tue,thu 23:59", "59 23 * * tue,thu"),
        ("*/15  8-18 * * 1-5", "*/15 8-18 * * 1-5"),
    ],
)
def test_rhythms(said: str, cron: str) -> None:
    """Times of days and cron lines are read, however they are spaced."""
    assert rhythm_of(said) == cron


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ("daily 25:00", "Bad hour"),
        ("every 08:00", "'every' is no day"),
        ("* * * *", "five fields"),
        ("0 0 8 * * *", "five fields"),
        ("0 0 31 2 *", "Bad day-of-month"),
        ("", "five fields"),
    ],
)
def test_no_rhythm(said: str, problem: str) -> None:
    """What is no rhythm is said, with what to write instead."""
    with pytest.raises(ValueError, match=r"is no rhythm: .* \| write 'daily 08:00'") as caught:
        rhythm_of(said)
    assert problem in str(caught.value)


def test_a_day_with_a_skipped_hour() -> None:
    """A time that the clock skips in spring comes when it goes on, and once."""
    rhythm = [rhythm_of("daily 01:30")]
    first = next_time(rhythm, LONDON, at("2026-03-28T12:00"))
    assert first == at("2026-03-29T01:00")
    assert next_time(rhythm, LONDON, first) == at("2026-03-30T00:30")


def test_a_day_with_a_doubled_hour() -> None:
    """A time that comes twice in autumn counts once, also for who starts between the two."""
    rhythm = [rhythm_of("daily 01:30")]
    first = next_time(rhythm, LONDON, at("2026-10-24T12:00"))
    assert first == at("2026-10-25T00:30")
    for between in (first, at("2026-10-25T00:45"), at("2026-10-25T01:10")):
        assert next_time(rhythm, LONDON, between) == at("2026-10-26T01:30")


@given(moments, st.sampled_from(ZONES), st.integers(0, 23), st.integers(0, 59))
def test_each_day_has_one(moment: datetime, zone: ZoneInfo, hour: int, minute: int) -> None:
    """A daily time comes once on each day of the wall, whatever the clocks do."""
    rhythm = [rhythm_of(f"daily {hour}:{minute:02}")]
    days = []
    for _ in range(4):
        moment = next_time(rhythm, zone, moment)
        days.append(moment.astimezone(zone).date())
    assert days == [days[0] + timedelta(days=number) for number in range(4)]


@pytest.mark.parametrize(
    ("moment", "until"),
    [
        ("2026-01-05T21:59", None),
        ("2026-01-05T22:00", "2026-01-06T07:00"),
        ("2026-01-06T06:59", "2026-01-06T07:00"),
        ("2026-01-06T07:00", None),
        ("2026-03-28T23:00", "2026-03-29T06:00"),
        ("2026-10-24T23:00", "2026-10-25T07:00"),
    ],
)
def test_quiet_hours(moment: str, until: str | None) -> None:
    """A night is quiet from its first to its last minute, as long as it is that night."""
    quiet = quiet_of("22:00-07:00")
    assert quiet.until(at(moment), LONDON) == (at(until) if until else None)


def test_quiet_days() -> None:
    """Quiet days begin and end at midnight; a night belongs to the day on which it begins."""
    weekend, friday = quiet_of("sat,sun 00:00-24:00"), quiet_of("fri 22:00-06:00")
    assert weekend.until(at("2026-01-10T12:00"), LONDON) == at("2026-01-11T00:00")
    assert weekend.until(at("2026-01-12T00:00"), LONDON) is None
    assert friday.until(at("2026-01-10T03:00"), LONDON) == at("2026-01-10T06:00")
    assert friday.until(at("2026-01-09T03:00"), LONDON) is None


def test_quiet_hours_that_begin_or_end_in_a_skipped_hour() -> None:
    """They begin, or end, when the clock goes on, not so much later as it has gone on."""
    begins, ends = quiet_of("01:30-06:00"), quiet_of("22:00-01:30")  # from 01:00Z on it is 02:00
    assert begins.until(at("2026-03-29T00:59"), LONDON) is None
    assert begins.until(at("2026-03-29T01:00"), LONDON) == at("2026-03-29T05:00")
    assert ends.until(at("2026-03-29T00:59"), LONDON) == at("2026-03-29T01:00")
    assert ends.until(at("2026-03-29T01:00"), LONDON) is None


@pytest.mark.parametrize("said", ["22-7", "22:00", "mun 22:00-07:00", "25:00-07:00", "22:00-24:01"])
def test_no_quiet_hours(said: str) -> None:
    """What are no quiet hours is said, with what to write instead."""
    with pytest.raises(ValueError, match=r"are no quiet hours: .* \| write '22:00-07:00'"):
        quiet_of(said)


@pytest.mark.parametrize("said", ["", "London", "Europe/Atlantis", "../etc/passwd"])
def test_no_zone(said: str) -> None:
    """What is no time zone of the IANA's is said."""
    with pytest.raises(ValueError, match="is no time zone"):
        zone_of(said)
