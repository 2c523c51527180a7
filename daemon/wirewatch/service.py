"""The daemon: its threads, its signals, and the order in which it starts and stops."""

import gc
import logging
import signal
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType

from wirewatch import systemd
from wirewatch.clock import Clock
from wirewatch.deployment import Deployment
from wirewatch.errors import ConfigError, Fault, StoreError
from wirewatch.intake.watcher import Watcher
from wirewatch.jobs import JOBS, Works
from wirewatch.memory import give_back
from wirewatch.notify.send import load_plugins
from wirewatch.pipeline.alarming import Alarming
from wirewatch.pipeline.arrivals import Arrivals
from wirewatch.pipeline.commit import Committer
from wirewatch.pipeline.committing import Committing
from wirewatch.pipeline.deliveries import Deliveries
from wirewatch.pipeline.examining import Examining
from wirewatch.pipeline.heavy import HeavyReading
from wirewatch.pipeline.inboxes import Inbox, folders_of
from wirewatch.pipeline.parsing import Parser
from wirewatch.pipeline.scanning import Scanning
from wirewatch.reload import Reloading
from wirewatch.scheduler import Scheduler
from wirewatch.seal import seal_of
from wirewatch.states import FileState
from wirewatch.store.accept import Accepted
from wirewatch.store.database import Store
from wirewatch.store.ledger import retire_inboxes
from wirewatch.store.lock import StoreLock
from wirewatch.web.acknowledging import Acknowledging, Desk

_log = logging.getLogger("wirewatch")

_ALIVE_WITHIN = 60.0  # seconds since a worker's last beat after which it counts as stuck
_STOP_WITHIN = 5.0  # seconds that a worker may take to end
_LOOK = 1.0  # seconds between two looks at the workers


class Service:
    """One daemon on one store. `run` returns the process's exit code."""

    def __init__(self, path: Path, deployment: Deployment, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._deployment = deployment
        config = deployment.config
        self._lock = StoreLock(config.store, "run", clock)
        self._lock.acquire()
        try:
            self._store = Store.open(config.store)
        except StoreError:
            self._lock.release()
            raise
        self._beats = dict.fromkeys(("intake", "commit", "deliver"), time.monotonic())
        self._ended = threading.Event()
        self._failure: BaseException | None = None
        self._threads: list[threading.Thread] = []
        try:
            self._build()
        except ConfigError:
            self._store.close()
            self._lock.release()
            raise

    def _build(self) -> None:
        """Make the workers, each with a connection of its own."""
        deployment, clock = self._deployment, self._clock
        inboxes = deployment.inboxes
        self.arrivals = Arrivals(inboxes, deployment.examiner(clock), clock, self._beat)
        self.deliveries = Deliveries(
            self._store.sibling(), deployment.channels, deployment.patience, clock, self._beat
        )
        self.watcher = Watcher(folders_of(deployment.config.inboxes), self.arrivals.hints.put)
        self._scheduler = Scheduler(clock)
        self._parser = Parser()
        committer = Committer(
            self._store, inboxes, clock, self.arrivals.pause, self.deliveries, deployment.telling
        )
        self._housekeeping = self._store.sibling()
        self._alarming = Alarming(
            self._store.sibling(),
            deployment.outlook,
            clock,
            lambda: committer.stuck,
            self.deliveries.wake,
        )
        self._scanning = Scanning(self.arrivals, self._store.sibling())
        self.reloading = Reloading(self._path, deployment, self._store.sibling(), clock, self._swap)
        self._acknowledging = _acknowledging(deployment, self._store, clock)
        self._workers: dict[str, Callable[[], None]] = {
            "intake": Examining(self.arrivals, self._store.sibling()).run,
            "heavy": HeavyReading(self.arrivals, self._store.sibling(), self._parser).run,
            "commit": Committing(self.arrivals, committer, self._told).run,
            "scan": self._scanning.run,
            "deliver": self.deliveries.run,
            "reload": self.reloading.run,
        }
        if self._acknowledging:
            self._workers["web"] = self._acknowledging.run

    def run(self) -> int:
        """Run until asked to stop by a signal or `stop`, or until a worker dies (code 1)."""
        self._start()
        try:
            while not self._ended.wait(_LOOK):
                self._pet_watchdog()
        finally:
            self._stop()
        if self._failure:
            _log.critical("stopped: %s: %s", type(self._failure).__name__, self._failure)
            return 1
        return 0

    def stop(self) -> None:
        """Ask the daemon to stop; safe to call from a signal."""
        self._ended.set()

    def _swap(self, deployment: Deployment) -> None:
        """Go on with other rules and channels; what is being examined ends with the old ones."""
        self.arrivals.adopt(deployment.examiner(self._clock))
        self.deliveries.replace(deployment.channels, deployment.patience)
        self._alarming.outlook = deployment.outlook
        _settle()

    def handle_signals(self) -> None:
        """Stop on SIGTERM and SIGINT, reload on SIGHUP. Call it from the main thread."""

        def stop(_number: int, _frame: FrameType | None) -> None:
            self.stop()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        signal.signal(signal.SIGHUP, lambda _number, _frame: self.reloading.ask())

    def _start(self) -> None:
        """Start everything: the outbox first, then what fills it, the watching last."""
        load_plugins(self._deployment.channels.values())
        for inbox in self.arrivals.inboxes.values():
            _make_folder(inbox)
        with self._store.write() as db:
            retire_inboxes(db, self.arrivals.inboxes, self._clock())
        self._scanning.prepare()
        _settle()
        self.deliveries.start()
        for name, work in self._workers.items():
            thread = threading.Thread(target=self._guarded, args=(work,), name=name, daemon=True)
            self._threads.append(thread)
            thread.start()
        self.watcher.start()
        self.arrivals.rescan()
        config = self._deployment.config
        works = Works(
            self.arrivals,
            self.deliveries,
            self.watcher,
            self._housekeeping,
            self._clock,
            config.intake.rescan,
            config.stories.within,
            self._alarming,
            self._scheduler.runs,
        )
        self._scheduler.start((job.name, job.every(works), partial(job.run, works)) for job in JOBS)
        systemd.notify("READY=1")
        names = ", ".join(self.arrivals.inboxes)
        _log.info("ready: inboxes %s; %d rules", names, len(self._deployment.rules))

    def _stop(self) -> None:
        """Stop everything: what brings work first, the outbox last."""
        systemd.notify("STOPPING=1")
        self._scheduler.stop()
        self.watcher.stop()
        self.arrivals.stop()
        self._parser.abandon()
        self.deliveries.stop()
        self.reloading.stop()
        if self._acknowledging:
            self._acknowledging.stop()
        deadline = time.monotonic() + _STOP_WITHIN
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        stuck = [thread.name for thread in self._threads if thread.is_alive()]
        if stuck:
            _log.warning("did not end in time: %s", ", ".join(stuck))
        else:
            self._store.close()
        self._lock.release()
        _log.info("stopped")

    def _guarded(self, work: Callable[[], None]) -> None:
        """Run a worker; should it die, the daemon ends with its reason."""
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - the top of a thread: there is no half-dead daemon
            _log.exception("worker %s died", threading.current_thread().name)
            self._failure = error
            self._ended.set()

    def _beat(self, worker: str) -> None:
        """Note that a worker is alive."""
        self._beats[worker] = time.monotonic()

    def _pet_watchdog(self) -> None:
        """Tell systemd that all is well, but only when every worker has beaten lately."""
        now = time.monotonic()
        if all(now - beat < _ALIVE_WITHIN for beat in self._beats.values()):
            systemd.notify("WATCHDOG=1")

    def _told(self, accepted: list[Accepted]) -> None:
        """Log what was committed."""
        for done in accepted:
            if done.state is not FileState.PENDING:
                _log_arrival(done)


def _acknowledging(deployment: Deployment, store: Store, clock: Clock) -> Acknowledging | None:
    """Make the server of links to take alerts on, if one is wanted. Raises ConfigError."""
    address = deployment.config.listen
    if address is None:
        return None
    seal = seal_of(deployment.config.store)
    try:
        return Acknowledging(address, Desk(store.sibling(), seal, clock))
    except OSError as error:
        problem = f"cannot listen on {address[0]}:{address[1]}: {error.strerror}"
        fault = Fault(f"{deployment.config.path}: web.listen", problem, "choose another port")
        raise ConfigError([fault]) from error


def _settle() -> None:
    """Leave what is compiled out of every later look for garbage: it stays, and is large."""
    gc.unfreeze()
    give_back()
    gc.freeze()


def _make_folder(inbox: Inbox) -> None:
    """Make an inbox's folder. Raises ConfigError when the system refuses."""
    try:
        inbox.root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        problem = f"the folder {inbox.root} cannot be made: {error.strerror}"
        fault = Fault(f"inbox {inbox.name}", problem, "make it, or choose another path")
        raise ConfigError([fault]) from error


def _log_arrival(done: Accepted) -> None:
    """Log one arrival as one line; of a file that was seen twice only for who looks closely."""
    level = logging.WARNING if done.state is FileState.QUARANTINED else logging.INFO
    level = logging.DEBUG if done.again else level
    arrival = done.outcome.arrival
    _log.log(
        level,
        "%s file=%d inbox=%s path=%r articles=%d alerts=%d%s",
        done.state,
        done.file_id,
        arrival.inbox,
        arrival.path,
        done.articles,
        done.alerts,
        f" reason={done.reason}" if done.reason else "",
    )
