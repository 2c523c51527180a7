"""The clock jumps by a day, ahead and back."""

import random
import sys
import threading
from pathlib import Path

import pytest

from trials.agency import Load
from trials.trial import Trial

_LAUNCHER = Path(__file__).with_name("launcher.py")
_DAY = 86_400
_JUMPS = (_DAY, 0, -_DAY, 0)


@pytest.mark.fault(
    "the clock jumps by a day",
    "the clock of the program and of its scheduler, ahead, back, back and ahead again, under load",
)
def test_clock_jumps(trial: Trial, tmp_path: Path, seed: int) -> None:
    """Wherever the clock goes, all that comes is stored and told, once, and within a minute."""
    ahead = tmp_path / "ahead"
    trial.agency.in_place = False  # the times of files come from the kernel, whose clock stays
    trial.program = lambda _: (sys.executable, "-P", str(_LAUNCHER), f"clock:{ahead}")
    refusals = random.Random(seed)  # noqa: S311 - no secret
    trial.receiver.refuses = lambda _: refusals.random() < 0.1
    daemon = trial.start()
    assert daemon.wait_ready()
    for seconds in _JUMPS:
        with Load(trial.agency, random.Random(f"{seed} {seconds}")):  # noqa: S311 - no secret
            trial.receiver.wait_for(len(trial.receiver.receipts) + 10, 20)
            ahead.with_suffix(".new").write_text(str(seconds))
            ahead.with_suffix(".new").rename(ahead)
            threading.Event().wait(1.0)
        assert trial.is_settled(daemon, 90), daemon.log()
        trial.gone_through()
    trial.close(daemon, "the clock jumps by a day")
    assert trial.verdict() == ""
