"""The power goes: whatever was not yet synced is gone, on every disk at once."""

import random
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from subprocess import run

import pytest

from faults.conftest import AnyDisk
from faults.disks import Disk, need, why_no_loop_disks
from trials.agency import Delivered, Load
from trials.site import AFTER
from trials.stock import Stop
from trials.trial import Trial

_ROUNDS = 6

Mounted = Callable[[AnyDisk], AnyDisk]


class _Machine:
    """A site on three disks: the store on one, the inboxes on one, an archive on one."""

    def __init__(self, trial: Trial, mounted: Mounted, folder: Path) -> None:
        need(why_no_loop_disks())
        root = trial.site.root
        places = (root / "store", root / "in", root / "archive" / "other-disk")
        self._trial = trial
        self._disks = [Disk(folder / f"{place.name}.img", place) for place in places]
        for disk in self._disks:
            mounted(disk)
        for path in trial.site.inboxes.values():
            path.mkdir(parents=True)
        (root / "in" / "archived").mkdir()
        (root / "archive" / "moved").symlink_to(root / "in" / "archived")
        for place in places:
            run(["sync", "-f", str(place)], check=True)

    def lose_power(
        self, load: Load, rng: random.Random, then: Callable[[Trial], None] = lambda _: None
    ) -> None:
        """Run the daemon for a moment that chance decides, then take the power of everything."""
        daemon = self._trial.start()
        assert daemon.wait_ready()
        if rng.random() < 0.7:
            self._trial.receiver.wait_for(
                len(self._trial.receiver.receipts) + rng.randint(1, 12), 5
            )
        threading.Event().wait(rng.uniform(0.0, 0.05))
        with load.at_work:
            daemon.freeze()
            for disk in self._disks:
                disk.cut()
            as_it_should = daemon.kill()
            for disk in self._disks:
                disk.unmount()
                disk.mount()
            then(self._trial)
            self._trial.killed(daemon, as_it_should=as_it_should)


@pytest.mark.fault(
    "power lost",
    "ext4 on loop devices, one each for store, inboxes and archive, shut down by FS_IOC_SHUTDOWN"
    " without a flush under load, then mounted again: every write that was not synced is gone",
)
def test_power_lost(
    trial: Trial, mounted: Mounted, tmp_path: Path, seed: int, rounds: Callable[[int], int]
) -> None:
    """A loss of power takes no file that was delivered, no alert, and nothing that was archived."""
    trial.agency.syncs = True
    machine = _Machine(trial, mounted, tmp_path)
    rng = random.Random(f"power {seed}")  # noqa: S311 - no secret
    with Load(trial.agency, random.Random(f"load {seed}")) as load:  # noqa: S311 - no secret
        for _ in range(rounds(_ROUNDS)):
            machine.lose_power(load, rng)
            assert trial.verdict() == ""
    tally = trial.finish("power lost under load")
    assert trial.verdict() == ""
    assert tally.alerts > rounds(_ROUNDS), "there was no load"


@pytest.mark.fault(
    "power lost, the agency had synced nothing",
    "the same; what the disk lost of the inbox before anybody took it is sent again",
)
def test_power_lost_with_files_that_nobody_synced(
    trial: Trial, mounted: Mounted, tmp_path: Path, seed: int, rounds: Callable[[int], int]
) -> None:
    """What the daemon says to have archived is whole, though its agency had never synced it."""
    trial.agency.reuses = False
    machine = _Machine(trial, mounted, tmp_path)
    rng = random.Random(f"slack {seed}")  # noqa: S311 - no secret
    with Load(trial.agency, random.Random(f"load {seed}")) as load:  # noqa: S311 - no secret
        for _ in range(rounds(_ROUNDS)):
            machine.lose_power(load, rng, then=_send_again)
            assert trial.verdict() == ""
    trial.finish("power lost, nothing synced by the agency")
    assert trial.verdict() == ""


def _send_again(trial: Trial) -> None:
    """Let the agency send again what the loss of power took from the inboxes."""
    stop = trial.take_stock()
    for inbox, listing in stop.inboxes.items():
        for path, digest in listing.items():
            if digest not in trial.agency.planned:
                (trial.site.inboxes[inbox] / path).unlink()  # torn, and nobody's any more
    for one in list(trial.agency.delivered):
        if not _is_there(one, stop):
            trial.agency.send_again(one)
    stop.drop()


def _is_there(one: Delivered, stop: Stop) -> bool:
    """Tell whether a file lies where it was put, or where it was to be put afterwards."""
    places = stop.inboxes[one.inbox].items() | stop.archives[one.inbox].items()
    stem = Path(one.path).stem
    if any(stem in place and digest == one.sha256 for place, digest in places):
        return True
    if AFTER[one.inbox] != "delete":
        return False
    with closing(sqlite3.connect(stop.store)) as db:
        query = (
            "SELECT 1 FROM files WHERE inbox = ? AND path = ? AND sha256 = ? AND kept = 'deleted'"
        )
        return bool(db.execute(query, (one.inbox, one.path, one.sha256)).fetchone())
