"""The fault suite's trials, each on a site of its own, and what is kept of those not held."""

import os
from collections.abc import Callable, Generator, Iterator

import pytest

from faults.disks import Disk, SmallDisk
from trials.fixtures import keep_tallies, new_trial, note_skipped, program, seed, summary, trial

__all__ = ["new_trial", "program", "seed", "trial"]

AnyDisk = Disk | SmallDisk


def pytest_configure(config: pytest.Config) -> None:
    """Keep what the trials come to."""
    keep_tallies(config)


@pytest.fixture
def rounds() -> Callable[[int], int]:
    """Give how often to go round: what is asked for, times WIREWATCH_ROUNDS."""
    return lambda number: number * int(os.environ.get("WIREWATCH_ROUNDS", "1"))


@pytest.fixture
def mounted() -> Iterator[Callable[[AnyDisk], AnyDisk]]:
    """Mount disks, and leave none of them behind."""
    disks: list[AnyDisk] = []

    def begin(disk: AnyDisk) -> AnyDisk:
        disk.begin()
        disks.append(disk)
        return disk

    yield begin
    for disk in reversed(disks):
        disk.unmount()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep why a trial was not held."""
    report = yield
    note_skipped(item, report)
    return report


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print what was lost and doubled."""
    summary(terminalreporter, config)
