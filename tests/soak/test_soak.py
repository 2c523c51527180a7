"""One site for a long while: mixed formats, faults at random, and books that balance."""

import os
import random
import sqlite3
import sys
import threading
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from soak.samples import Samples
from trials.agency import Load
from trials.daemon import Daemon
from trials.trial import Trial

_LAUNCHER = Path(__file__).parents[1] / "faults" / "launcher.py"
_MINUTES = 30.0
_PAUSE = (3.0, 10.0)  # seconds between two faults
_EVERY = 2.0  # seconds between two looks at the process
_MOST_GROWTH = {"megabytes": 2.0, "handles": 0.5}  # a minute, once it has warmed up
_SHORTEST_PROOF = 10.0  # minutes, below which growth is but the rest of the warming up

_FAULTS = {
    "reload": 4, "locked store": 4, "refusing archive": 4, "hanging receiver": 4, "frozen": 3,
    "clock": 4,
}  # fmt: skip
"""Each fault with how often it comes. Killed and stopped it is early on, so that one life is long."""


class _Soak:
    """A daemon under load, and what is done to it."""

    def __init__(self, trial: Trial, folder: Path, rng: random.Random, samples: Samples) -> None:
        self._trial = trial
        self._rng = rng
        self._samples = samples
        self._ahead = folder / "ahead"
        self.done: Counter[str] = Counter()
        trial.books.may_time_out = True
        trial.program = lambda _: (sys.executable, "-P", str(_LAUNCHER), f"clock:{self._ahead}")
        self.daemon = self._started()

    def _started(self) -> Daemon:
        """Start a daemon."""
        daemon = self._trial.start()
        assert daemon.wait_ready(60)
        assert not daemon.has_ended, daemon.log()
        return daemon

    def rest(self, seconds: float) -> None:
        """Let some seconds go by, and look at the daemon meanwhile."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            threading.Event().wait(min(left, _EVERY))
            self._samples.look(self.daemon.pid)

    def put_through(self, load: Load, fault: str) -> None:
        """Do one thing to the daemon."""
        self.done[fault] += 1
        match fault:
            case "kill" | "stop":
                self._end(load, kill=fault == "kill")
            case "reload":
                rules = self._trial.site.root / "rules.toml"
                rules.write_text(f"{rules.read_text()}# {self.done[fault]}\n")
                self.daemon.reload()
            case "locked store":
                self._lock()
            case "refusing archive":
                self._refuse()
            case "hanging receiver":
                self._trial.receiver.hangs = {self._rng.choice(["desk", "night"])}
                self.rest(self._rng.uniform(1, 12))
                self._trial.receiver.let_go()
            case "frozen":
                self.daemon.freeze()
                self.rest(self._rng.uniform(0.5, 4))
                self.daemon.thaw()
            case _:
                part = self._ahead.with_suffix(".new")
                part.write_text(str(self._rng.choice([-86_400, -3600, -60, 0, 60, 3600, 86_400])))
                part.rename(self._ahead)

    def _end(self, load: Load, *, kill: bool) -> None:
        """End the daemon, take stock, and start another."""
        with load.at_work:
            if kill:
                assert self.daemon.kill()
            else:
                assert self.daemon.stop() == 0, self.daemon.log()
            self._trial.ended(complaints=True)
        self.daemon = self._started()
        assert self._trial.verdict() == ""

    def _lock(self) -> None:
        """Hold the store for a while, as another program may."""
        with closing(sqlite3.connect(self._trial.site.store, isolation_level=None)) as writer:
            writer.execute("PRAGMA busy_timeout = 10000")
            writer.execute("BEGIN IMMEDIATE")
            self.rest(self._rng.uniform(0.2, 8))
            writer.execute("ROLLBACK")

    def _refuse(self) -> None:
        """Let nobody make a file in the archive for a while."""
        archive = self._trial.site.archive("other-disk")
        archive.mkdir(parents=True, exist_ok=True)
        away = archive.with_name("away")
        archive.rename(away)
        archive.touch()
        self.rest(self._rng.uniform(0.5, 4))
        archive.unlink()
        away.rename(archive)


@pytest.mark.fault(
    "half an hour of faults at random",
    "kill, stop, reload, locked store, refusing archive,"
    " hanging receiver, SIGSTOP, clock; mixed formats, the seeds among them",
)
def test_soak(trial: Trial, tmp_path: Path, samples: Samples, seed: int) -> None:
    """However long it goes on, nothing is lost or doubled, and memory and handles stay as they are."""
    minutes = float(os.environ.get("MINUTES", _MINUTES))
    rng = random.Random(f"soak {seed}")  # noqa: S311 - no secret
    soak = _Soak(trial, tmp_path, rng, samples)
    trial.agency.has_seeds = True
    trial.agency.in_place = False  # the times of files come from the kernel, whose clock stays
    samples.warm_up = minutes * 60 / 5
    begun = time.monotonic()
    ends = {"kill": begun + minutes * 6, "stop": begun + minutes * 12}
    with Load(trial.agency, random.Random(f"load {seed}")) as load:  # noqa: S311 - no secret
        while (now := time.monotonic()) < begun + minutes * 60:
            soak.rest(rng.uniform(*_PAUSE))
            [fault] = rng.choices(list(_FAULTS), list(_FAULTS.values()))
            over = [end for end, when in ends.items() if now >= when and not soak.done[end]]
            soak.put_through(load, over[0] if over else fault)
            assert not soak.daemon.has_ended, soak.daemon.log()
    counted = ", ".join(f"{count} {fault}" for fault, count in soak.done.most_common())
    trial.close(soak.daemon, f"{minutes:g} minutes: {counted}", complaints=True, patience=180)
    assert trial.verdict() == ""
    for what, most in _MOST_GROWTH.items():
        assert minutes < _SHORTEST_PROOF or samples.slope(what) < most, what
