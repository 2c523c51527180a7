"""What a channel wants to hear and when: digests, quiet hours, rates, and what breaks them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from wirewatch.alerts.policy import Policy
from wirewatch.rhythm import quiet_of, rhythm_of
from wirewatch.states import DeliveryReason, Severity

LONDON = ZoneInfo("Europe/London")
NIGHT = datetime(2026, 1, 5, 23, 10, tzinfo=UTC)
DIGEST = (rhythm_of("daily 08:00"), rhythm_of("daily 06:00"))
QUIET = (quiet_of("22:00-07:00"),)
HIGH = Severity.HIGH


def clock(hour: int, minute: int = 0, day: int = 6) -> datetime:
    return datetime(2026, 1, day, hour, minute, tzinfo=UTC)


def test_nothing_set_holds_nothing() -> None:
    """A channel without a policy is told at once, whatever it was sent before."""
    policy = Policy()
    assert not policy.holds
    assert policy.held(Severity.LOW, None, NIGHT, [NIGHT] * 99) is None


def test_a_digest() -> None:
    """What comes fresh waits for the next digest; what has waited for one goes."""
    policy = Policy(LONDON, digests=DIGEST)
    assert policy.held(HIGH, None, NIGHT, []) == (clock(6), DeliveryReason.DIGEST)
    assert policy.held(HIGH, None, clock(6), []) == (clock(8), DeliveryReason.DIGEST)
    assert policy.held(HIGH, DeliveryReason.DIGEST, clock(6), []) is None
    assert policy.held(HIGH, DeliveryReason.UNREACHABLE, clock(6, 1), []) is None


def test_a_digest_in_quiet_hours() -> None:
    """A digest whose time is in quiet hours waits for their end, and for no other digest."""
    policy = Policy(LONDON, digests=DIGEST, quiet=QUIET)
    held = policy.held(HIGH, DeliveryReason.DIGEST, clock(6), [])
    assert held == (clock(7), DeliveryReason.QUIET_HOURS)
    assert policy.held(HIGH, DeliveryReason.QUIET_HOURS, clock(7), []) is None


def test_quiet_hours_that_overlap() -> None:
    """The last of the quiet hours that hold at a moment decides; a failed attempt waits too."""
    policy = Policy(LONDON, quiet=(*QUIET, quiet_of("mon 12:00-23:30")))
    held = (clock(7), DeliveryReason.QUIET_HOURS)
    assert policy.held(HIGH, None, NIGHT, []) == held
    assert policy.held(HIGH, DeliveryReason.TIMEOUT, NIGHT, []) == held


def test_a_rate() -> None:
    """So many messages in an hour; what is more waits until the oldest of them is an hour old."""
    policy = Policy(rate=2)
    sent = [NIGHT - timedelta(minutes=ago) for ago in (90, 40, 20)]
    assert policy.held(HIGH, None, NIGHT, sent) == (
        NIGHT + timedelta(minutes=20), DeliveryReason.RATE,
    )  # fmt: skip
    assert policy.held(HIGH, None, NIGHT + timedelta(minutes=20), sent) is None
    assert policy.held(HIGH, None, NIGHT, sent[:2]) is None


@pytest.mark.parametrize(
    ("breaks", "severity", "goes"),
    [
        (Severity.HIGH, Severity.CRITICAL, True),
        (Severity.HIGH, Severity.HIGH, True),
        (Severity.HIGH, Severity.NORMAL, False),
        (None, Severity.CRITICAL, False),
    ],
)
def test_what_breaks_it(breaks: Severity | None, severity: Severity, *, goes: bool) -> None:
    """What is loud enough is held by nothing; where nothing is, all of it waits."""
    policy = Policy(LONDON, DIGEST, QUIET, rate=1, breaks=breaks)
    assert (policy.held(severity, None, NIGHT, [NIGHT]) is None) is goes


def test_a_person_s_wish_goes() -> None:
    """What a person sends again is held by nothing."""
    policy = Policy(LONDON, DIGEST, QUIET, rate=1, breaks=None)
    assert policy.held(Severity.LOW, DeliveryReason.RETRIED_BY_HAND, NIGHT, [NIGHT]) is None


def test_slots() -> None:
    """A digest is named by the wall's date and time, with what the clock is off by."""
    policy = Policy(LONDON)
    assert policy.slot(datetime(2026, 7, 1, 7, tzinfo=UTC)) == "2026-07-01T08:00+01:00"
