"""A disk is full: the store's, the archive's, the log's."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from faults.conftest import AnyDisk
from faults.disks import SmallDisk, need, why_no_mounts
from trials.daemon import PROGRAM
from trials.trial import Trial

_MOST_INTO_THE_LOG = 200
_ROUNDS = 2

Mounted = Callable[[AnyDisk], AnyDisk]


def _small_disk(mounted: Mounted, place: Path, kilobytes: int) -> SmallDisk:
    """Mount a disk that is soon full."""
    need(why_no_mounts())
    disk = SmallDisk(place, kilobytes)
    mounted(disk)
    return disk


@pytest.mark.fault(
    "no room for the store", "a tmpfs of the store's own, filled to the last page and emptied again"
)
def test_no_room_for_the_store(
    trial: Trial, mounted: Mounted, rounds: Callable[[int], int]
) -> None:
    """While nothing can be stored, files stay in their inboxes; then all is done, once."""
    disk = _small_disk(mounted, trial.site.store.parent, 60_000)
    for _ in range(rounds(_ROUNDS)):
        daemon = trial.start()  # anew each round: SQLite's log keeps the room that it once had
        assert daemon.wait_ready()
        trial.agency.one_each()
        assert trial.is_settled(daemon), daemon.log()
        ballast = disk.fill()
        for _ in range(_MOST_INTO_THE_LOG):  # what its last pages have room for goes in
            if daemon.count("store-unavailable"):
                break
            trial.agency.one_each()
            daemon.wait_lines(daemon.count("") + 1, 1)
        assert daemon.count("store-unavailable"), daemon.log()
        trial.agency.one_each()
        ballast.unlink()
        assert trial.is_settled(daemon), daemon.log()
        assert daemon.stop() == 0
        trial.ended()
    trial.finish("no room for the store")
    assert trial.verdict() == ""


@pytest.mark.fault(
    "killed while there is no room", "the same, SIGKILL while it is full, starts in vain"
)
def test_killed_while_there_is_no_room_for_the_store(
    trial: Trial, mounted: Mounted, rounds: Callable[[int], int]
) -> None:
    """A daemon that was killed on a full disk goes on where it was when there is room."""
    disk = _small_disk(mounted, trial.site.store.parent, 60_000)
    for _ in range(rounds(_ROUNDS)):
        daemon = trial.start()
        assert daemon.wait_ready()
        trial.agency.one_each()
        ballast = disk.fill()
        trial.agency.one_each()
        daemon.wait_said("store-unavailable")
        assert daemon.kill()
        trial.ended()
        daemon = trial.start()
        if daemon.wait_ended(2) is None:
            assert daemon.kill()
        trial.ended()
        ballast.unlink()
    trial.finish("killed while there is no room")
    assert trial.verdict() == ""


@pytest.mark.fault(
    "no room for the archive", "a tmpfs of one archive's own, filled and emptied again"
)
def test_no_room_for_the_archive(
    trial: Trial, mounted: Mounted, rounds: Callable[[int], int]
) -> None:
    """What cannot be archived stays in its inbox, stored and told of, until it can."""
    disk = _small_disk(mounted, trial.site.archive("other-disk"), 2_000)
    daemon = trial.start()
    assert daemon.wait_ready()
    for _ in range(rounds(_ROUNDS)):
        ballast = disk.fill()
        complaints = daemon.count("not-archived")
        trial.agency.one_each()
        assert daemon.wait_counted("not-archived", complaints + 1)
        trial.agency.one_each()
        ballast.unlink()
        assert trial.is_settled(daemon), daemon.log()
        trial.gone_through()
    trial.close(daemon, "no room for the archive")
    assert trial.verdict() == ""


def _logging_to(log: Path) -> Sequence[str]:
    """Give what runs the program with its log in a file."""
    return ("sh", "-c", f'exec "$@" 2>>{log}', "-", *PROGRAM)


@pytest.mark.fault(
    "no room for the log", "standard error is /dev/full, where every write is ENOSPC"
)
def test_never_any_room_for_the_log(trial: Trial) -> None:
    """A log that takes nothing holds nothing up."""
    trial.program = lambda _: _logging_to(Path("/dev/full"))
    trial.agency.one_each()
    daemon = trial.start()
    assert trial.receiver.wait_for(1, 20)
    for _ in range(5):
        trial.agency.one_each()
    trial.gone_through()
    trial.close(daemon, "no room for the log, ever")
    assert trial.verdict() == ""


@pytest.mark.fault(
    "no room for the log for a while", "a tmpfs of the log's own, filled and emptied"
)
def test_no_room_for_the_log_for_a_while(trial: Trial, mounted: Mounted, tmp_path: Path) -> None:
    """A log goes on when there is room again, and nothing was held up meanwhile."""
    disk = _small_disk(mounted, tmp_path / "log", 1_000)
    log = disk.place / "wirewatch.log"
    trial.program = lambda _: _logging_to(log)
    log.touch()
    ballast = disk.fill()
    trial.agency.one_each()
    daemon = trial.start()
    assert trial.receiver.wait_for(1, 20)
    assert trial.is_settled(daemon)
    said = log.stat().st_size
    ballast.unlink()
    for _ in range(5):
        trial.agency.one_each()
    trial.gone_through()
    trial.close(daemon, "no room for the log for a while")
    assert trial.verdict() == ""
    assert log.stat().st_size > said
    assert log.read_text().endswith("stopped\n")
