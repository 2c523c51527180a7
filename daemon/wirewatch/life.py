"""The life of a process that works until it is asked to stop: threads, signals, the watchdog."""

import logging
import signal
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping

from wirewatch import systemd
from wirewatch.errors import StoreDamagedError, WirewatchError
from wirewatch.event import Event
from wirewatch.pulse import Pulses
from wirewatch.store.database import DatabaseError
from wirewatch.wakeup import Wakeup

_log = logging.getLogger("wirewatch")

_LOOK = 1.0  # seconds between two looks at the workers
_ENDING = (signal.SIGTERM, signal.SIGINT)


class Life(ABC):
    """One process. `run` returns its exit code."""

    def __init__(self, pulses: Pulses) -> None:
        self.pulses = pulses
        self._stuck: set[str] = set()
        self._wakeup = Wakeup()
        self._ended = False
        self._failure: BaseException | None = None
        self._threads: list[threading.Thread] = []

    @abstractmethod
    def _start(self) -> None:
        """Start everything."""

    @abstractmethod
    def _stop(self) -> None:
        """Stop everything."""

    @abstractmethod
    def _hung_up(self) -> None:
        """Do what SIGHUP asks for."""

    def _look(self) -> None:  # noqa: B027 - not every life has something to do there
        """Do what is done about every second."""

    def run(self) -> int:
        """Run until asked to stop by a signal or `stop`, or until a worker dies (code 1)."""
        try:
            self._start()
            while not self._ended:
                self._hear(self._wakeup.wait(_LOOK)[0])
                self._look()
                self._pet_watchdog()
        except (StoreDamagedError, DatabaseError) as error:
            self._failure = error
        finally:
            self._stop()
        return self._ended_as()

    def _ended_as(self) -> int:
        """Give the exit code, and say why it is none of success."""
        if self._failure is None:
            return 0
        name = type(self._failure).__name__
        _log.critical(Event("died", error=name, said=str(self._failure)))
        return 1

    def stop(self) -> None:
        """Ask it to stop. Safe to call from any thread, and from a signal."""
        self._ended = True
        self._wakeup.ring()

    def handle_signals(self) -> None:
        """Stop on SIGTERM and SIGINT, reload on SIGHUP. Call it from the main thread."""
        self._wakeup.hear_signals((*_ENDING, signal.SIGHUP))

    def _hear(self, said: bytes) -> None:
        """Do what signals ask for."""
        if any(number in said for number in _ENDING):
            self._ended = True
        if signal.SIGHUP in said:
            self._hung_up()

    def _start_threads(self, workers: Mapping[str, Callable[[], None]]) -> None:
        """Start workers, each in a thread of its name."""
        for name, work in workers.items():
            thread = threading.Thread(target=self._guarded, args=(work,), name=name, daemon=True)
            self._threads.append(thread)
            thread.start()

    def _join_threads(self, deadline: float) -> bool:
        """Wait for the workers until a moment of `time.monotonic`; tell whether all have ended."""
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        stuck = [thread.name for thread in self._threads if thread.is_alive()]
        if stuck:
            _log.warning(Event("not-ended-in-time", workers=stuck))
        return not stuck

    def _guarded(self, work: Callable[[], None]) -> None:
        """Run a worker; should it die, the process ends with its reason."""
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - the top of a thread: there is no half-dead daemon
            worker = threading.current_thread().name
            said = Event("worker-died", worker=worker, error=type(error).__name__)
            _log.error(said, exc_info=not isinstance(error, WirewatchError))  # which speaks itself
            self._failure = error
            self.stop()

    def _pet_watchdog(self) -> None:
        """Tell systemd that all is well, but only while no worker is stuck."""
        stuck = self.pulses.stuck()
        for worker in stuck.keys() - self._stuck:
            _log.critical(Event("stuck", worker=worker, said=stuck[worker]))
        self._stuck = set(stuck)
        if not stuck:
            systemd.notify("WATCHDOG=1")
