"""Fixtures of the suites that put the daemon on trial, and the table that they print at the end."""

import os
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from trials.agency import Agency
from trials.daemon import PROGRAM
from trials.receiver import Receiver
from trials.site import make_site
from trials.stories import CHANNELS
from trials.tally import FOLDER, Fault, Skipped, Tally, keep, kept, table
from trials.trial import Trial

_OWN = pytest.StashKey[TemporaryDirectory[str]]()
TALLIES = pytest.StashKey[list[Tally]]()


def keep_tallies(config: pytest.Config) -> None:
    """Keep a folder for tallies; who names none has one for a while, his tests' processes too."""
    if FOLDER not in os.environ:
        folder = config.stash.setdefault(_OWN, TemporaryDirectory(prefix="tallies-"))
        os.environ[FOLDER] = folder.name


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """Give the run's seed: set it by `-p randomly --randomly-seed=N`."""
    return int(request.config.getoption("randomly_seed", 1))


@pytest.fixture
def program() -> Callable[[str], Sequence[str]]:
    """Give what runs the program with a fault built in; here nothing is."""
    return lambda _: PROGRAM


@pytest.fixture
def new_trial(
    tmp_path: Path,
    request: pytest.FixtureRequest,
    seed: int,
    program: Callable[[str], Sequence[str]],
) -> Iterator[Callable[[], Trial]]:
    """Make trials, each in a folder of its own with a phone of its own."""
    trials: list[Trial] = []
    tallies = request.config.stash.setdefault(TALLIES, [])
    settle = getattr(request, "param", "300ms")
    fault = fault_of(request.node)

    def make() -> Trial:
        number = len(trials)
        receiver = Receiver().__enter__()
        urls = {channel: receiver.url(channel) for channel in CHANNELS}
        site = make_site(tmp_path / str(number), urls, settle)
        rng = random.Random(f"{seed}-{request.node.name}-{number}")  # noqa: S311 - no secret
        agency = Agency(site.inboxes, rng)
        trials.append(Trial(site, agency, receiver, fault, tallies, program))
        return trials[-1]

    yield make
    for trial in trials:
        trial.discard()
        trial.receiver.__exit__()


@pytest.fixture
def trial(new_trial: Callable[[], Trial]) -> Trial:
    """Make one trial."""
    return new_trial()


def fault_of(node: pytest.Item) -> Fault:
    """Read the mark that says what a test puts the daemon through."""
    mark = node.get_closest_marker("fault")
    assert mark, f"{node.name} does not say by a mark what fault it is of"
    return Fault(*mark.args)


def note_skipped(item: pytest.Item, report: pytest.TestReport) -> None:
    """Keep why a trial was not held; call it with each report of a test."""
    if report.skipped and isinstance(report.longrepr, tuple):
        keep(Skipped(fault_of(item), report.longrepr[2].removeprefix("Skipped: ")))


def summary(reporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print what was lost and doubled, by fault point."""
    found = kept(Path(os.environ[FOLDER]))
    tallies = config.stash.get(TALLIES, [one for one in found if isinstance(one, Tally)])
    if tallies:
        reporter.section(f"faults gone through, seed {config.getoption('randomly_seed', 1)}")
        for line in table(tallies):
            reporter.write_line(line)
