"""The daemon is killed just before and just after every commit it makes."""

from collections.abc import Callable

import pytest

from trials.trial import Trial

_MOST = 80  # commits of one life, by far more than there are

pytestmark = pytest.mark.parametrize("side", ["before", "after"])


@pytest.mark.fault(
    "killed at every commit", "SIGKILL just before, or just after, the n-th commit, for every n"
)
def test_killed_at_every_commit(trial: Trial, side: str) -> None:
    """A kill at any commit, from recovery to the last attempt, loses and doubles nothing."""
    for number in range(1, _MOST):
        trial.agency.one_each()
        daemon = trial.start(f"{side}-commit:{number}")
        assert trial.verdict() == ""
        assert daemon.wait_ready()
        trial.agency.one_each()
        survived = trial.is_settled(daemon, 20)
        if survived:
            trial.killed(daemon, as_it_should=daemon.kill())
            break
        trial.killed(daemon, as_it_should=daemon.wait_killed())
    trial.finish(f"{side} each commit")
    assert survived, "the commits of one life have no end"
    assert number > 6, "recovery, arrivals and deliveries make more commits than that"
    assert trial.verdict() == ""


@pytest.mark.fault(
    "killed at every commit of the first start", "the same, on a store that is being made"
)
def test_killed_at_every_commit_of_the_first_start(
    new_trial: Callable[[], Trial], side: str
) -> None:
    """A kill at any commit of the very first start leaves a store that the next start completes."""
    for number in range(1, _MOST):
        trial = new_trial()
        trial.agency.one_each()
        daemon = trial.start(f"{side}-commit:{number}")
        assert daemon.wait_ready()
        if daemon.is_ready:
            break
        trial.killed(daemon, as_it_should=daemon.wait_killed())
        trial.finish(f"{side} commit {number} of the first start")
        assert trial.verdict() == ""
    assert number > 3, "the schema and the recovery make more commits than that"
