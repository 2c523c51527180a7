"""The store loses what was not synced, wherever the daemon is: no disk has to be made for it."""

import ctypes
import random
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from faults.disks import need
from trials.trial import Trial

_SHIM = Path(__file__).with_name("unsynced.py")
_ROUNDS = 12
_MOST = 600  # writes and syncs, more than a start comes to


def _why_no_shim() -> str:
    """Say why nothing can be put between SQLite and its files; nothing when it can."""
    try:
        ctypes.CDLL("libsqlite3.so.0")
    except OSError as error:
        return f"SQLite is no library of its own here: {error}"
    return ""


@pytest.mark.fault(
    "unsynced writes of the store lost",
    "between SQLite and its files: at the n-th write or sync all since each file's last sync is"
    " undone, or the latest half of it, and the process killed; n by chance",
)
def test_unsynced_writes_lost(trial: Trial, seed: int, rounds: Callable[[int], int]) -> None:
    """Whichever write the power goes at, the store is whole, and nothing told of is not in it."""
    need(_why_no_shim())
    trial.program = lambda moment: (sys.executable, "-P", str(_SHIM), moment or "0")
    rng = random.Random(f"unsynced {seed}")  # noqa: S311 - no secret
    gone = 0
    for _ in range(rounds(_ROUNDS)):
        trial.agency.one_each()
        daemon = trial.start(str(rng.randint(1, _MOST)))
        daemon.wait_ready()
        while not daemon.has_ended:
            trial.agency.one_each()
            daemon.wait_lines(daemon.count("") + 4, 2)
        trial.killed(daemon, as_it_should=daemon.wait_killed())
        gone += daemon.count("the power went")
        assert trial.verdict() == ""
    trial.finish("unsynced writes of the store lost")
    assert trial.verdict() == ""
    assert gone, "there never was anything that was not synced"
