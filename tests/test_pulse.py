"""Pulses: a worker moves, rests by right, is held, or is stuck."""

import pytest

from wirewatch.pulse import Doing, Pulses

PATIENCE = 60.0


class Moments:
    """A clock of seconds that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def moments() -> Moments:
    return Moments()


@pytest.fixture
def pulses(moments: Moments) -> Pulses:
    return Pulses({"intake": PATIENCE, "deliver": PATIENCE}, moments)


def test_who_has_just_begun_is_well(pulses: Pulses, moments: Moments) -> None:
    """A worker that has said nothing yet has as long as any other."""
    moments.now += PATIENCE
    assert pulses.stuck() == {}
    moments.now += 1
    assert set(pulses.stuck()) == {"intake", "deliver"}


def test_a_loop_that_turns_and_ends_nothing_is_stuck(pulses: Pulses, moments: Moments) -> None:
    """Who says again and again that there is something to do has not moved by saying it."""
    for _ in range(61):
        pulses.works("intake")
        pulses.rests("deliver")
        moments.now += 1
    assert pulses.stuck() == {"intake": "working for 61 s without an end"}


def test_who_ends_something_moves(pulses: Pulses, moments: Moments) -> None:
    """However much there is to do, who finishes some of it in time is not stuck."""
    for _ in range(10):
        pulses.works("intake")
        moments.now += PATIENCE
        pulses.moved("intake")
        pulses.rests("deliver")
        assert pulses.stuck() == {}
    moments.now += PATIENCE + 1
    assert "intake" in pulses.stuck()


def test_resting_is_by_right_while_one_looks_around(pulses: Pulses, moments: Moments) -> None:
    """Who has nothing to do is well for ever, if it says so now and then; else it hangs."""
    for _ in range(100):
        moments.now += PATIENCE
        pulses.rests("intake")
        pulses.rests("deliver")
        assert pulses.stuck() == {}
    moments.now += PATIENCE + 1
    assert pulses.stuck()["intake"] == "resting for 61 s without an end"


def test_work_after_a_rest_has_its_own_time(pulses: Pulses, moments: Moments) -> None:
    """The time in which nothing waited does not count against a worker."""
    pulses.rests("intake")
    moments.now += PATIENCE - 1
    pulses.works("intake")
    moments.now += PATIENCE
    assert "intake" not in pulses.stuck()


def test_who_is_held_is_not_stuck_while_it_tries(pulses: Pulses, moments: Moments) -> None:
    """A full disk holds a worker for days, which no new start mends; it says why."""
    for _ in range(100):
        pulses.held("intake", "the disk is full")
        pulses.rests("deliver")
        moments.now += 30
    assert pulses.stuck() == {}
    assert pulses.holding() == {"intake": "the disk is full"}
    moments.now += PATIENCE
    assert "intake" in pulses.stuck()


def test_ages_are_told(pulses: Pulses, moments: Moments) -> None:
    """Anybody may ask what each worker is at, and since when."""
    pulses.works("intake")
    moments.now += 5
    assert pulses.ages() == {"intake": (Doing.WORKING, 5.0), "deliver": (Doing.RESTING, 5.0)}


def test_nobody_waits_for_whom_nobody_watches(pulses: Pulses, moments: Moments) -> None:
    """A worker without a patience may say what it likes."""
    pulses.works("other")
    moments.now += 10 * PATIENCE
    assert "other" not in pulses.stuck()
    assert "other" not in pulses.ages()
