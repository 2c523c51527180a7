"""The daemon is killed at random moments while files keep coming."""

import random
import threading

import pytest

from trials.agency import Load
from trials.daemon import Daemon
from trials.trial import Trial

_SERIES = 4
_KILLS = 50  # in each series, on one store

_START = 3.0  # seconds in which a daemon is at work, its lists read


@pytest.mark.fault("killed at random", "SIGKILL at random moments under load, a phone that refuses")
@pytest.mark.parametrize("series", range(_SERIES))
@pytest.mark.parametrize("new_trial", ["1s"], indirect=True)
def test_killed_at_random_under_load(trial: Trial, series: int, seed: int) -> None:
    """Kills at random moments under load lose no file and no alert, and double nothing."""
    rng = random.Random(f"{seed}-{series}")  # noqa: S311 - no secret
    refusals = random.Random(seed)  # noqa: S311 - no secret
    trial.receiver.refuses = lambda _: refusals.random() < 0.05
    with Load(trial.agency, random.Random(f"load {seed}-{series}")):  # noqa: S311 - no secret
        for _ in range(_KILLS):
            daemon = trial.start()
            _wait(rng, trial, daemon)
            trial.killed(daemon, as_it_should=daemon.kill())
            assert trial.verdict() == ""
    tally = trial.finish(f"random moments, series {series}")
    assert trial.verdict() == ""
    assert tally.alerts > _KILLS, "there was no load"
    assert tally.repeats, "no kill came between sending and recording"


def _wait(rng: random.Random, trial: Trial, daemon: Daemon) -> None:
    """Wait for a random moment: while it starts, after lines of its log, or after messages."""
    kind = rng.random()
    if kind < 0.2:
        threading.Event().wait(rng.uniform(0.0, _START))
        return
    if kind < 0.6:
        daemon.wait_lines(rng.randint(1, 20), _START + 1)
    else:
        trial.receiver.wait_for(len(trial.receiver.receipts) + rng.randint(1, 8), _START + 1)
    threading.Event().wait(rng.uniform(0.0, 0.03))
