"""The year, lived through once, and the table that is printed at the end."""

import os
from collections.abc import Iterator

import pytest

from year.books import Books
from year.simulation import YEAR, Lived, live

_TABLE = pytest.StashKey[list[tuple[str, object]]]()
_SEED = "2026"


@pytest.fixture(scope="session")
def year(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Lived]:
    """Live through the year."""
    seed = os.environ.get("WIREWATCH_SEED", _SEED)
    lived = live(tmp_path_factory.mktemp("year"), seed, *YEAR)
    request.config.stash[_TABLE] = lived.table()
    yield lived
    lived.store.close()


@pytest.fixture(scope="session")
def books(year: Lived) -> Books:
    """Open the books of the year."""
    return Books(year)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print what the year came to."""
    table = config.stash.get(_TABLE, [])
    if table:
        terminalreporter.section("a simulated year")
    for name, number in table:
        terminalreporter.write_line(f"{name:<34} {number:>9}")
