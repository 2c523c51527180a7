"""The crash suite's daemons run with a fault built in, at which they kill themselves."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from trials.fixtures import keep_tallies, new_trial, seed, summary, trial

__all__ = ["new_trial", "seed", "trial"]

_LAUNCHER = Path(__file__).with_name("launcher.py")


@pytest.fixture
def program() -> Callable[[str], Sequence[str]]:
    """Give what runs the program with a fault built in, `POINT:N`."""
    return lambda fault: (sys.executable, "-P", str(_LAUNCHER), fault or "none:0")


def pytest_configure(config: pytest.Config) -> None:
    """Keep what the trials come to."""
    keep_tallies(config)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print what was lost and doubled."""
    summary(terminalreporter, config)
