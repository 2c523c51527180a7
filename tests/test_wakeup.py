"""A wait that is ended from anywhere: by another thread, by a signal, or by others that speak."""

import fcntl
import os
import resource
import signal
import socket
import threading
from collections.abc import Iterator

import pytest

from conftest import PATIENCE
from wirewatch.wakeup import Wakeup


@pytest.fixture
def wakeup() -> Iterator[Wakeup]:
    made = Wakeup()
    yield made
    made.close()


def test_a_ring_ends_the_wait_that_follows(wakeup: Wakeup) -> None:
    """A ring before the wait is not lost, and ends only one."""
    wakeup.ring(7)
    assert wakeup.wait(PATIENCE) == (b"\x07", [])
    assert wakeup.wait(0) == (b"", [])


def test_another_thread_ends_a_wait(wakeup: Wakeup) -> None:
    """Who waits is woken by another thread."""
    thread = threading.Thread(target=wakeup.ring)
    thread.start()
    assert wakeup.wait(PATIENCE)[0] == b"\x00"
    thread.join(PATIENCE)


def test_ringing_without_end_waits_for_nobody(wakeup: Wakeup) -> None:
    """However often it is rung while nobody listens, ringing returns at once, and wakes once more."""
    for _ in range(100_000):
        wakeup.ring(1)
    assert set(wakeup.wait(0)[0]) == {1}


def test_what_is_closed_is_rung_in_vain() -> None:
    """A ring after the end does no harm."""
    made = Wakeup()
    made.close()
    made.ring()


def test_others_end_the_wait_too(wakeup: Wakeup) -> None:
    """A socket that can be read ends the wait, and is named."""
    here, there = socket.socketpair()
    with here, there:
        there.send(b"x")
        assert wakeup.wait(PATIENCE, here) == (b"", [here])


def test_a_signal_in_the_main_thread_ends_its_own_wait(wakeup: Wakeup) -> None:
    """The number of a signal is heard, though its handler does nothing."""
    before = signal.getsignal(signal.SIGUSR1)
    wakeup.hear_signals([signal.SIGUSR1])
    try:
        os.kill(os.getpid(), signal.SIGUSR1)
        assert signal.SIGUSR1 in wakeup.wait(PATIENCE)[0]
    finally:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGUSR1, before)


def test_files_beyond_the_thousandth_are_heard(wakeup: Wakeup) -> None:
    """A daemon with very many files open waits all the same, where select(2) would give up."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(before[0], 1_100), before[1]))
    here, there = socket.socketpair()
    with here, there, socket.socket(fileno=fcntl.fcntl(here, fcntl.F_DUPFD, 1_030)) as far:
        there.send(b"x")
        assert wakeup.wait(PATIENCE, far) == (b"", [far])
    resource.setrlimit(resource.RLIMIT_NOFILE, before)
