"""Files that cannot be read just now, and folders that cannot be watched."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from faults.disks import need, tried
from trials.daemon import PROGRAM
from trials.trial import Trial

_LAUNCHER = Path(__file__).with_name("launcher.py")
_FILES = 20
_BOUND = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search")
"""What runs a program as root that may read only what its owner may."""

_FOLDERS = 60
_WATCHES = 40  # fewer than folders


@pytest.mark.fault("EBUSY from arrivals", "os.open refuses what lies in the inbox, then does not")
def test_busy_arrivals(trial: Trial) -> None:
    """A file that is busy waits, and is read when it is free."""
    inbox = trial.site.inboxes["moved"]
    trial.program = lambda _: (sys.executable, "-P", str(_LAUNCHER), f"busy:{inbox}")
    (inbox / ".busy").touch()
    daemon = trial.start()
    assert daemon.wait_ready()
    for _ in range(_FILES):
        trial.agency.one_each()
    assert trial.waits_for("SELECT count(*) FROM files WHERE reason = 'retrying'", _FILES)
    (inbox / ".busy").unlink()
    trial.gone_through()
    trial.close(daemon, "EBUSY from arrivals")
    assert trial.verdict() == ""


@pytest.mark.fault(
    "EACCES from arrivals", "files of mode 000, and a daemon without CAP_DAC_OVERRIDE"
)
def test_arrivals_without_permission(trial: Trial) -> None:
    """A file that may not be read waits, and is read when it may be."""
    if os.geteuid() == 0:
        done = tried(*_BOUND, "true")
        need("" if done.returncode == 0 else f"root keeps its rights: {done.stderr.strip()}")
        trial.program = lambda _: (*_BOUND, *PROGRAM)
    trial.agency.mode = 0o000
    daemon = trial.start()
    assert daemon.wait_ready()
    for _ in range(_FILES):
        trial.agency.one_each(["left", "moved"])
    assert trial.waits_for("SELECT count(*) FROM files WHERE reason = 'retrying'", 2 * _FILES)
    for inbox in trial.site.inboxes.values():
        for path in inbox.rglob("*.txt"):
            path.chmod(0o644)
    trial.gone_through()
    trial.close(daemon, "EACCES from arrivals")
    assert trial.verdict() == ""


@pytest.mark.fault(
    "inotify overflow",
    "20,000 files are delivered while the daemon is stopped by SIGSTOP, into a queue of 16,384",
)
def test_inotify_overflow(trial: Trial, rounds: Callable[[int], int]) -> None:
    """Events that the kernel dropped cost no file."""
    daemon = trial.start()
    assert daemon.wait_ready()
    daemon.freeze()
    for _ in range(rounds(1)):
        for _ in range(10):
            trial.agency.one_each()
        for _ in range(20_000):
            trial.agency.rename_in("left", trial.agency.quiet_story())
        for _ in range(10):
            trial.agency.one_each()
        daemon.thaw()
        trial.gone_through()
        assert daemon.wait_ready()
    trial.close(daemon, "inotify overflow", patience=300)
    assert trial.verdict() == ""


def _limited(watches: int) -> tuple[str, ...]:
    """Give what runs the program where it may watch only so many folders."""
    script = f'echo {watches} > /proc/sys/user/max_inotify_watches && exec "$@"'
    return ("unshare", "--user", "--map-root-user", "sh", "-c", script, "-")


@pytest.mark.fault(
    "no more watches",
    f"{_FOLDERS} folders, and a user namespace that may watch {_WATCHES}"
    " (user.max_inotify_watches)",
)
def test_watch_limit(trial: Trial) -> None:
    """Past the limit an inbox is polled, said so, and what comes anywhere below it is found."""
    done = tried(*_limited(_WATCHES), "true")
    need("" if done.returncode == 0 else f"there is no user namespace: {done.stderr.strip()}")
    trial.site.change('name = "left"', 'poll = "500ms"\nname = "left"')
    for number in range(_FOLDERS):
        (trial.site.inboxes["left"] / f"{number:02d}").mkdir()
    trial.program = lambda _: (*_limited(_WATCHES), *PROGRAM)
    daemon = trial.start()
    assert daemon.wait_ready()
    for number in range(_FOLDERS):
        trial.agency.rename_in("left", trial.agency.story(), f"{number:02d}/first.txt")
    assert daemon.wait_said("more folders than the system lets be watched"), daemon.log()
    for number in range(_FOLDERS):
        trial.agency.rename_in("left", trial.agency.story(), f"{number:02d}/second.txt")
    trial.gone_through()
    trial.close(daemon, "no more watches")
    assert trial.verdict() == ""
