"""What ends a wait from anywhere: from another thread, and from a signal."""

import contextlib
import select
import signal
import socket
from collections.abc import Iterable
from types import FrameType

_MOST = 64  # bytes read at once; what is written while nobody reads adds nothing


class Wakeup:
    """A pair of sockets: one is waited on, the other is written to.

    An Event will not do where a signal's handler sets it and the main thread waits on it: the
    handler runs in the middle of that wait, and may want a lock that the wait itself holds.
    To write into a socket takes no lock.
    """

    def __init__(self) -> None:
        self._heard, self._rung = socket.socketpair()
        self._heard.setblocking(False)
        self._rung.setblocking(False)
        self._hears_signals = False

    def ring(self, word: int = 0) -> None:
        """End the wait, or the next one; `word` is a number below 256. Never waits, never fails."""
        with contextlib.suppress(OSError):  # it is full, or closed: nobody needs waking
            self._rung.send(bytes([word]))

    def hear_signals(self, numbers: Iterable[int]) -> None:
        """Let signals ring, each with its number. Call it from the main thread.

        The interpreter itself writes a signal's number here, as it comes: the handlers do nothing.
        """
        for number in numbers:
            signal.signal(number, _noted)
        signal.set_wakeup_fd(self._rung.fileno(), warn_on_full_buffer=False)
        self._hears_signals = True

    def wait(self, timeout: float, *others: socket.socket) -> tuple[bytes, list[socket.socket]]:
        """Wait for a ring, for others to become readable, or for `timeout` seconds.

        Gives what was rung with, and which of the others are readable.
        """
        known = {one.fileno(): one for one in (self._heard, *others)}
        poll = select.poll()  # `select` itself knows no file beyond the first 1,024
        for number in known:
            poll.register(number, select.POLLIN)
        ready = [known[number] for number, _ in poll.poll(timeout * 1000)]
        said = b""
        if self._heard in ready:
            ready.remove(self._heard)
            with contextlib.suppress(BlockingIOError):
                said = self._heard.recv(_MOST)
        return said, ready

    def close(self) -> None:
        """Let go of both ends."""
        if self._hears_signals:
            signal.set_wakeup_fd(-1)  # before its number can be that of another file
        self._heard.close()
        self._rung.close()


def _noted(_number: int, _frame: FrameType | None) -> None:
    """Do nothing about a signal: its number has been written already."""
