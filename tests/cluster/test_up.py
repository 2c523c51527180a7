"""`wirewatch cluster up`: a broker to try a cluster on, until Ctrl-C."""

import os
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from cluster.conftest import PATIENCE, until
from wirewatch.broker.local import LocalBroker
from wirewatch.broker.local_process import left_behind, sweep

Up = subprocess.Popen[str]


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    """Give the command, just started."""
    words = ["cluster", "up", "--local", "1", "--folder", "broker"]
    with subprocess.Popen(
        [sys.executable, "-m", "wirewatch", *words],
        cwd=tmp_path, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        yield process
        process.kill()
    sweep(tmp_path / "broker")


def table(up: Up) -> dict[str, list[str]]:
    """Read the table that it prints when all nodes are up."""
    assert up.stdout
    lines = [up.stdout.readline() for _ in range(5)]
    found: dict[str, list[str]] = tomllib.loads("".join(lines))["cluster"]
    return found


def test_the_table_is_printed_and_all_ends(up: Up, tmp_path: Path) -> None:
    """It prints the table for wirewatch.toml, and SIGTERM ends it and all nodes, well."""
    keys = table(up)
    assert list(keys) == ["addresses", "user", "password", "management"]
    assert keys["addresses"][0].startswith("127.0.0.1:")
    assert keys["management"][0].startswith("http://127.0.0.1:")
    assert left_behind(tmp_path / "broker")
    up.send_signal(signal.SIGTERM)
    _, said = up.communicate(timeout=PATIENCE)
    assert up.returncode == 0
    assert said.endswith("all nodes are up; Ctrl-C stops them\nstopping\n")
    assert left_behind(tmp_path / "broker") == []


def test_ctrl_c_ends_a_start(up: Up, tmp_path: Path) -> None:
    """Who does not want to wait until all nodes are up is heard."""
    assert until(lambda: bool(left_behind(tmp_path / "broker")))
    up.send_signal(signal.SIGINT)
    assert up.communicate(timeout=PATIENCE)[0] == ""
    assert up.returncode == 0
    assert left_behind(tmp_path / "broker") == []


def test_a_node_that_dies_is_told_of(up: Up, tmp_path: Path) -> None:
    """A dead node is named with what ended it, is not started again, and the last one is the end."""
    table(up)
    number = (tmp_path / "broker" / "n0" / "pid").read_text()
    os.kill(int(number), signal.SIGKILL)
    _, said = up.communicate(timeout=PATIENCE)
    assert up.returncode == 1
    assert "n0@127.0.0.1 ended by SIGKILL; see " in said


def test_nodes_left_behind_are_no_obstacle(up: Up, tmp_path: Path) -> None:
    """Nodes of a command that was killed are ended by the next one, which finds their data."""
    table(up)
    up.kill()
    up.wait()
    assert left_behind(tmp_path / "broker")
    with LocalBroker(tmp_path / "broker", 1) as broker:
        assert broker.takes_connections(0)
    assert left_behind(tmp_path / "broker") == []
