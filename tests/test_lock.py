"""One daemon for one store: the lock names its holder and ends with its process."""

import subprocess
import sys
from pathlib import Path

import pytest

from conftest import PATIENCE, ManualClock
from wirewatch.errors import StoreError
from wirewatch.store.lock import StoreLock

HOLD = """
import sys
from pathlib import Path
from wirewatch.clock import utc_now
from wirewatch.store.lock import StoreLock
lock = StoreLock(Path(sys.argv[1]), "run", utc_now)
lock.acquire()
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "wirewatch.db"


def test_the_second_is_refused_and_told_who_holds_it(path: Path, clock: ManualClock) -> None:
    """A second holder is refused with the purpose, process and time of the first, and a remedy."""
    first = StoreLock(path, "run", clock)
    first.acquire()
    with pytest.raises(StoreError) as refused:
        StoreLock(path, "ingest", clock).acquire()
    said = str(refused.value)
    for part in (
        str(path),
        "`wirewatch run`",
        "pid ",
        "since 2026-03-02T12:00:00",
        "stop it first",
    ):
        assert part in said
    assert "`wirewatch run`" in (StoreLock.holder(path) or "")
    first.release()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path, clock: ManualClock) -> None:
    """Where no folder can be, the start is refused with the folder and a remedy."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"file/deep/.+ cannot be used: .*store\.path"):
        StoreLock(tmp_path / "file" / "deep" / "wirewatch.db", "run", clock).acquire()


def test_a_released_lock_can_be_taken(path: Path, clock: ManualClock) -> None:
    """After a release nobody holds the lock, whatever its file says, and the next may take it."""
    assert StoreLock.holder(path) is None
    for purpose in ("run", "ingest"):
        lock = StoreLock(path, purpose, clock)
        lock.acquire()
        assert purpose in (StoreLock.holder(path) or "")
        lock.release()
        lock.release()
        assert StoreLock.holder(path) is None


def test_asking_does_not_take_the_lock(path: Path, clock: ManualClock) -> None:
    """To ask who holds a store changes nothing for the holder, nor for the next."""
    lock = StoreLock(path, "run", clock)
    lock.acquire()
    before = StoreLock.holder(path)
    assert StoreLock.holder(path) == before
    lock.release()
    StoreLock.holder(path)
    lock.acquire()
    lock.release()


def test_the_lock_ends_with_its_process(path: Path, clock: ManualClock) -> None:
    """A process that is killed leaves no lock behind; until then it is named by its id."""
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with child:
        assert child.stdout
        assert child.stdout.readline() == "held\n"
        lock = StoreLock(path, "run", clock)
        with pytest.raises(StoreError, match=f"pid {child.pid} on "):
            lock.acquire()
        child.kill()
        child.wait(PATIENCE)
    assert StoreLock.holder(path) is None
    lock.acquire()
    lock.release()
