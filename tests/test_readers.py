"""Reader processes: files examined on other cores, in order, and heard of when one ends."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import PATIENCE, told
from wirewatch.model import Outcome
from wirewatch.pipeline.readers import ReaderError, Readers


def examine(path: str) -> Outcome | None:
    """Make up what becomes of a file; its name says how."""
    if path.startswith("killed"):
        os.kill(os.getpid(), signal.SIGKILL)
    if path.startswith("faulty"):
        raise ValueError(path)
    if path.startswith("none"):
        return None
    size, _, _ = path.partition("-")
    outcome = told(path, f"read by {os.getpid()} " + "x" * min(int(size), 100_000))
    stamp = outcome.arrival.stamp._replace(size=int(size))
    return outcome._replace(arrival=outcome.arrival._replace(stamp=stamp))


def pids(outcomes: list[Outcome]) -> set[str]:
    """Give the processes that read."""
    return {outcome.found[0].article.body.split()[2] for outcome in outcomes}


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("files", [0, 1, 64, 1_000])
def test_every_file_in_order_in_other_processes(count: int, files: int) -> None:
    """However many readers share the work, the files come back whole and in order."""
    paths = [f"{number % 7}-{number}" for number in range(files)]
    with Readers(examine, count) as readers:
        outcomes = list(readers.examined(iter(paths)))
    assert [outcome.arrival.path for outcome in outcomes] == paths
    assert str(os.getpid()) not in pids(outcomes)
    assert len(pids(outcomes)) == min(count, -(-files // 64))


def test_what_is_no_arrival_is_passed_over() -> None:
    """A file that is still being written is not heard of, and none is missed for it."""
    with Readers(examine, 2) as readers:
        paths = ["none", "1-a", "none", *["none"] * 100, "1-b"]
        assert [o.arrival.path for o in readers.examined(paths)] == ["1-a", "1-b"]


def test_the_pipes_hold_what_is_asked_for() -> None:
    """Neither long paths nor large articles can make asker and reader wait for each other."""
    paths = [f"100000-{'я' * 4_000}{number}" for number in range(200)]
    with Readers(examine, 2) as readers:
        assert sum(1 for _ in readers.examined(paths)) == 200


def test_large_files_are_not_gathered() -> None:
    """A reader hands over large files one by one, so that they do not fill the memory."""
    asked = 0

    def paths() -> Iterator[str]:
        nonlocal asked
        for number in range(500):
            asked += 1
            yield f"19000000-{number}"

    with Readers(examine, 1) as readers:
        first = next(readers.examined(paths()))
        assert first.arrival.path == "19000000-0"
        assert asked <= 3 * 64


@pytest.mark.parametrize("files", [1, 400])
@pytest.mark.parametrize(("how", "said"), [("killed", "by SIGKILL"), ("faulty", "exit code 1")])
def test_a_reader_that_ends_is_an_error(
    files: int, how: str, said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """When a reader is killed or fails, ingest ends with an error that says so and what to do."""
    paths = [f"1-{number}" for number in range(files)]
    with Readers(examine, 2) as readers, pytest.raises(ReaderError, match=said) as error:
        list(readers.examined([*paths, how, *paths]))
    assert "ingest again" in str(error.value)
    assert ("ValueError: faulty" in capfd.readouterr().err) == (how == "faulty")


def test_leaving_early_ends_the_readers() -> None:
    """Readers end when nobody wants their answers any more."""
    with Readers(examine, 2) as readers:
        outcomes = readers.examined(f"100000-{number}" for number in range(10_000))
        started = {int(pid) for pid in pids([next(outcomes)])}
    for pid in started:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


_ORPHANING = """
import os, signal, sys
from wirewatch.pipeline.readers import Readers

def examine(path):
    os.write(1, f"{os.getpid()}\\n".encode())

with Readers(examine, 3) as readers:
    list(readers.examined(map(str, range(200))))
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_readers_do_not_outlive_a_kill(tmp_path: Path) -> None:
    """When the process that asks is killed its readers end too, and hold nothing open."""
    script = tmp_path / "orphaning.py"
    script.write_text(_ORPHANING)
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, timeout=PATIENCE, check=False
    )
    assert done.returncode == -signal.SIGKILL
    assert len(set(done.stdout.split())) == 3, "the pipe ended only when the last reader had"
