"""Fixtures of the crash suite, and the table that it prints at the end."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crash.agency import Agency
from crash.books import Tally
from crash.daemon import make_site
from crash.receiver import Receiver
from crash.stories import CHANNELS
from crash.trial import Trial

_TALLIES = pytest.StashKey[list[Tally]]()


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """Give the run's seed: set it by `-p randomly --randomly-seed=N`."""
    return int(request.config.getoption("randomly_seed", 1))


@pytest.fixture
def new_trial(
    tmp_path: Path, request: pytest.FixtureRequest, seed: int
) -> Iterator[Callable[[], Trial]]:
    """Make trials, each in a folder of its own with a phone of its own."""
    trials: list[Trial] = []
    tallies = request.config.stash.setdefault(_TALLIES, [])
    settle = getattr(request, "param", "300ms")

    def make() -> Trial:
        number = len(trials)
        receiver = Receiver().__enter__()
        urls = {channel: receiver.url(channel) for channel in CHANNELS}
        site = make_site(tmp_path / str(number), urls, settle)
        rng = random.Random(f"{seed}-{request.node.name}-{number}")  # noqa: S311 - no secret
        trials.append(Trial(site, Agency(site.inboxes, rng), receiver, tallies))
        return trials[-1]

    yield make
    for trial in trials:
        trial.discard()
        trial.receiver.__exit__()


@pytest.fixture
def trial(new_trial: Callable[[], Trial]) -> Trial:
    """Make one trial."""
    return new_trial()


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print what was lost and doubled, by fault point."""
    tallies = config.stash.get(_TALLIES, [])
    if not tallies:
        return
    terminalreporter.section(
        f"killed and started again, seed {config.getoption('randomly_seed', 1)}"
    )
    columns = ("kills", "files", "alerts", "lost", "doubled", "marked repeats")
    width = max(len(tally.point) for tally in tallies)
    terminalreporter.write_line("fault point".ljust(width) + "".join(f"  {c:>7}" for c in columns))
    for tally in sorted(tallies, key=lambda tally: tally.point):
        numbers = (tally.kills, tally.files, tally.alerts, tally.lost, tally.doubled, tally.repeats)
        row = "".join(
            f"  {number:>{max(7, len(column))}}"
            for number, column in zip(numbers, columns, strict=True)
        )
        terminalreporter.write_line(tally.point.ljust(width) + row)
