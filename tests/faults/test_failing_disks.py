"""A disk fails: every access an error, or nothing may be written to it any more."""

from collections.abc import Callable
from pathlib import Path

import pytest

from faults.conftest import AnyDisk
from faults.disks import Disk, need, why_no_loop_disks
from trials.trial import Trial

_ROUNDS = 1
_RETRYING = "SELECT count(*) FROM files WHERE inbox = 'moved' AND reason = 'retrying'"

Mounted = Callable[[AnyDisk], AnyDisk]


def _disk(mounted: Mounted, image: Path, place: Path) -> Disk:
    """Mount a disk that can be made to fail."""
    need(why_no_loop_disks())
    disk = Disk(image, place)
    mounted(disk)
    return disk


@pytest.mark.fault(
    "EIO from the store's disk",
    "ext4 of the store's own, shut down by FS_IOC_SHUTDOWN while the daemon runs: every access"
    " fails; the daemon waits or ends; the disk is replaced",
)
def test_the_disk_of_the_store_fails(
    trial: Trial, mounted: Mounted, tmp_path: Path, rounds: Callable[[int], int]
) -> None:
    """Where the store's disk gives errors only, nothing is acknowledged, and nothing is lost."""
    disk = _disk(mounted, tmp_path / "disk.img", trial.site.store.parent)
    _go_through(trial, disk, disk.cut, rounds(_ROUNDS))
    trial.finish("EIO from the store's disk")
    assert trial.verdict() == ""


@pytest.mark.fault(
    "the store's disk turns read-only",
    "an error that the kernel finds on ext4 (trigger_fs_error, errors=remount-ro); the disk is"
    " checked and mounted again",
)
def test_the_disk_of_the_store_turns_read_only(
    trial: Trial, mounted: Mounted, tmp_path: Path, rounds: Callable[[int], int]
) -> None:
    """Where the store cannot be written any more, nothing is acknowledged, and nothing is lost."""
    disk = _disk(mounted, tmp_path / "disk.img", trial.site.store.parent)
    _go_through(trial, disk, disk.fail, rounds(_ROUNDS))
    trial.finish("the store's disk turns read-only")
    assert trial.verdict() == ""


def _go_through(trial: Trial, disk: Disk, fail: Callable[[], None], rounds: int) -> None:
    """Let the store's disk fail under a daemon, and the daemon be started in vain until mended."""
    for _ in range(rounds):
        daemon = trial.start()
        assert daemon.wait_ready()
        trial.agency.one_each()
        assert trial.is_settled(daemon), daemon.log()
        trial.agency.one_each()
        daemon.freeze()  # what the kernel does to a write that is under way is not ours to prove
        fail()
        daemon.thaw()
        trial.agency.one_each()
        daemon.wait_said("store-unavailable", 10)
        code = daemon.stop()
        assert code in {0, 1}, daemon.log()
        again = trial.start()
        assert again.wait_ended() == 1, again.log()
        assert "Traceback" not in again.log()
        assert str(trial.site.store) in again.log()
        disk.replace()
        trial.ended()


@pytest.mark.fault(
    "EIO from an inbox's disk", "ext4 of one inbox's own, shut down while the daemon runs, replaced"
)
def test_the_disk_of_an_inbox_fails(
    trial: Trial, mounted: Mounted, tmp_path: Path, rounds: Callable[[int], int]
) -> None:
    """Where an inbox gives errors only, the others go on, and nothing of it is put aside."""
    disk = _disk(mounted, tmp_path / "disk.img", trial.site.inboxes["moved"])
    trial.agency.syncs = True
    daemon = trial.start()
    assert daemon.wait_ready()
    others = [name for name in trial.site.inboxes if name != "moved"]
    for _ in range(rounds(_ROUNDS)):
        daemon.freeze()  # so that there are files which it has not read
        for _ in range(5):
            trial.agency.one_each(["moved"])
        disk.cut()
        daemon.thaw()
        trial.agency.one_each(others)
        assert trial.waits_for(_RETRYING, 1), daemon.log()
        trial.agency.one_each(others)
        disk.force_away()
        disk.mount()
        assert trial.is_settled(daemon), daemon.log()
        trial.gone_through()
    trial.close(daemon, "EIO from an inbox's disk", complaints=True)
    assert trial.verdict() == ""
