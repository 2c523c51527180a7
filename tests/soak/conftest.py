"""The soak's trial, and what is printed of it at the end."""

import pytest

from soak.samples import Samples
from trials.fixtures import keep_tallies, new_trial, program, seed, summary, trial

__all__ = ["new_trial", "program", "seed", "trial"]

SAMPLES = pytest.StashKey[Samples]()


def pytest_configure(config: pytest.Config) -> None:
    """Keep what the trials come to."""
    keep_tallies(config)


@pytest.fixture
def samples(request: pytest.FixtureRequest) -> Samples:
    """Give where looks at the daemon are kept."""
    return request.config.stash.setdefault(SAMPLES, Samples())


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print what the daemon held, and what was lost and doubled."""
    summary(terminalreporter, config)
    samples = config.stash.get(SAMPLES, None)
    if samples:
        for line in (*samples.table(), *samples.plot()):
            terminalreporter.write_line(line)
