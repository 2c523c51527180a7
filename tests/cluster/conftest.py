"""One broker of three nodes for all tests of the suite, whole again after each of them."""

import time
from collections.abc import Callable, Iterator

import pytest

from wirewatch.broker.local import LocalBroker
from wirewatch.broker.local_process import SERVER

PATIENCE = 60.0
"""Seconds that a test waits for what nodes do, before it fails."""
_COMING_BACK = 20.0  # seconds; a few are the rule
_PAUSE = 0.1
_FIGURES = pytest.StashKey[list[str]]()


def until(holds: Callable[[], bool], patience: float = PATIENCE) -> bool:
    """Wait until a condition holds; tell whether it did in time."""
    deadline = time.monotonic() + patience
    while not (held := holds()) and time.monotonic() < deadline:
        time.sleep(_PAUSE)
    return held


def is_whole(broker: LocalBroker) -> bool:
    """Tell whether each node takes connections and sees all others."""
    every = range(len(broker.names))
    return all(broker.takes_connections(n) and broker.running(n) == set(every) for n in every)


def comes_back(broker: LocalBroker, node: int) -> bool:
    """Wait until a node whose line was mended is back; tell whether it is.

    RabbitMQ 3.10.8 on Erlang 25.2, as Debian 12 has them, sometimes waits for ever for Erlang's
    register of global names; later ones know how to go on (rabbitmq-server issue 6034). Operators
    start such a node again, and so do we.
    """
    if not until(lambda: is_whole(broker), _COMING_BACK):
        broker.restart(node)
    return until(lambda: is_whole(broker))


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> list[str]:
    """Give where a trial says what was counted and measured; it is printed at the end."""
    return request.config.stash.setdefault(_FIGURES, [])


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print what trials came to."""
    for said in config.stash.get(_FIGURES, []):
        terminalreporter.section("a trial")
        terminalreporter.write_line(said)


@pytest.fixture(autouse=True, scope="session")
def _installed() -> None:
    """Leave all of it out where there is no RabbitMQ."""
    if not SERVER.is_file():
        pytest.skip("no RabbitMQ (Debian's package rabbitmq-server)")


@pytest.fixture(scope="session")
def running_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalBroker]:
    """Give the broker, as the last test has left it."""
    broker = LocalBroker(tmp_path_factory.mktemp("broker"))
    broker.start()
    yield broker
    broker.stop(0.0)


@pytest.fixture
def broker(running_broker: LocalBroker) -> Iterator[LocalBroker]:
    """Give the broker, whole; afterwards start again what the test has ended."""
    yield running_broker
    running_broker.restart(*running_broker.exit_codes())
    assert until(lambda: is_whole(running_broker))
