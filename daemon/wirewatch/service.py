"""The daemon: its threads, its signals, and the order in which it starts and stops."""

import gc
import logging
import signal
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from wirewatch import systemd
from wirewatch.clock import Clock
from wirewatch.deployment import Deployment
from wirewatch.errors import EXIT_DAMAGED, ConfigError, StoreDamagedError, StoreError
from wirewatch.event import Event
from wirewatch.intake.watcher import Watcher
from wirewatch.jobs import JOBS, Job, Works
from wirewatch.listeners import Grounds, listeners
from wirewatch.memory import give_back
from wirewatch.notify.send import load_plugins
from wirewatch.pipeline.acts import Alone
from wirewatch.pipeline.alarming import Alarming
from wirewatch.pipeline.arrivals import Arrivals
from wirewatch.pipeline.commit import Committer
from wirewatch.pipeline.committing import Committing
from wirewatch.pipeline.damage import is_damaged, tell_of_damage
from wirewatch.pipeline.deliveries import Deliveries
from wirewatch.pipeline.examining import Examining
from wirewatch.pipeline.heavy import HeavyReading
from wirewatch.pipeline.inboxes import folders_of, make_folder
from wirewatch.pipeline.journal import tell_committed
from wirewatch.pipeline.keeping import keeping_of
from wirewatch.pipeline.parsing import Parser
from wirewatch.pipeline.running import Running, patience
from wirewatch.pipeline.scanning import Scanning
from wirewatch.pipeline.storecare import StoreCare
from wirewatch.pulse import Pulses
from wirewatch.reload import Reloading
from wirewatch.scheduler import Scheduler
from wirewatch.store.database import DatabaseError, Store
from wirewatch.store.ledger import retire_inboxes
from wirewatch.store.lock import StoreLock
from wirewatch.wakeup import Wakeup
from wirewatch.web.figures import FiguresPages

_log = logging.getLogger("wirewatch")

_STOP_WITHIN = 4.0  # seconds that all workers together may take to end
_LOOK = 1.0  # seconds between two looks at the workers
_ENDING = (signal.SIGTERM, signal.SIGINT)


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
        except StoreError as error:
            self._lock.release()
            if is_damaged(config.store, error):
                tell_of_damage(config, deployment.outlook, str(error), clock)
            raise
        self._begun = clock()
        self.pulses = Pulses(patience(deployment.limits.parse_time))
        self._stuck: set[str] = set()
        self._wakeup = Wakeup()
        self._ended = False
        self._failure: BaseException | None = None
        self._threads: list[threading.Thread] = []
        try:
            self._build()
        except ConfigError:
            self._wakeup.close()
            self._store.close()
            self._lock.release()
            raise

    def _build(self) -> None:
        """Make the workers, each with a connection of its own."""
        deployment, clock = self._deployment, self._clock
        inboxes = deployment.inboxes
        self.arrivals = Arrivals(inboxes, deployment.examiner(clock), clock, self.pulses)
        self.deliveries = Deliveries(
            self._store.sibling(), deployment.channels, deployment.patience, clock, self.pulses
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
        self.running = Running(
            self.arrivals,
            self.deliveries,
            self.watcher,
            self._store.writing,
            self.pulses,
            lambda: committer.stuck,
            self._begun,
            len(deployment.rules),
            deployment.version,
        )
        self.servers = listeners(
            deployment, Grounds(self._store, clock), self._pages, self.deliveries.wake
        )
        self.reloading.announced = systemd.reloading
        self._workers: dict[str, Callable[[], None]] = {
            "intake": Examining(self.arrivals, self._store.sibling()).run,
            "heavy": HeavyReading(self.arrivals, self._store.sibling(), self._parser).run,
            "commit": Committing(self.arrivals, committer, tell_committed).run,
            "scan": self._scanning.run,
            "deliver": self.deliveries.run,
            "reload": self.reloading.run,
        } | {name: server.run for name, server in self.servers.items()}

    def _pages(self) -> FiguresPages:
        """Make the pages for operators."""
        return FiguresPages(
            self._store.sibling(),
            self.running,
            self._clock,
            lambda: (self.arrivals.inboxes, self._deployment.channels),
            self._scheduler.runs,
        )

    def run(self) -> int:
        """Run until asked to stop by a signal or `stop`, or until a worker dies (code 1)."""
        try:
            self._start()
            while not self._ended:
                self._hear(self._wakeup.wait(_LOOK)[0])
                self._scheduler.keep_time()
                self._pet_watchdog()
        except (StoreDamagedError, DatabaseError) as error:
            self._failure = error
        finally:
            self._stop()
        if is_damaged(self._deployment.config.store, self._failure):
            config, outlook = self._deployment.config, self._deployment.outlook
            tell_of_damage(config, outlook, str(self._failure), self._clock)
            return EXIT_DAMAGED
        if self._failure:
            name = type(self._failure).__name__
            _log.critical(Event("died", error=name, said=str(self._failure)))
            return 1
        return 0

    def stop(self) -> None:
        """Ask the daemon to stop. Safe to call from any thread, and from a signal."""
        self._ended = True
        self._wakeup.ring()

    def _swap(self, deployment: Deployment) -> None:
        """Go on with other rules and channels; what is being examined ends with the old ones."""
        self.arrivals.adopt(deployment.examiner(self._clock))
        self.deliveries.replace(deployment.channels, deployment.patience)
        self._alarming.outlook = deployment.outlook
        self.running.rules, self.running.version = len(deployment.rules), deployment.version
        self.pulses.patience |= patience(deployment.limits.parse_time)
        self._deployment = deployment
        _settle()

    def handle_signals(self) -> None:
        """Stop on SIGTERM and SIGINT, reload on SIGHUP. Call it from the main thread."""
        self._wakeup.hear_signals((*_ENDING, signal.SIGHUP))

    def _hear(self, said: bytes) -> None:
        """Do what signals ask for."""
        if any(number in said for number in _ENDING):
            self._ended = True
        if signal.SIGHUP in said:
            self.reloading.ask()

    def _start(self) -> None:
        """Start everything: the outbox first, then what fills it, the watching last."""
        for inbox in self.arrivals.inboxes.values():
            make_folder(inbox)
        with self._store.write() as db:
            retire_inboxes(db, self.arrivals.inboxes, self._clock())
        self._scanning.prepare()
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
            Alone(self._housekeeping),
            self._clock,
            config.intake.rescan,
            config.stories.within,
            self._alarming,
            self._scheduler.runs,
            StoreCare(self._store.sibling(), self._clock, keeping_of(config), config.backup),
        )
        self._scheduler.start(
            (job.name, job.every(works), partial(self._job, job, works)) for job in JOBS
        )
        systemd.notify("READY=1")
        self.running.started = True
        _log.info(
            Event(
                "ready",
                inboxes=list(self.arrivals.inboxes),
                rules=len(self._deployment.rules),
                **{f"{name}_port": one.port for name, one in self.servers.items() if one.port},
            )
        )
        self._warm_up()

    def _warm_up(self) -> None:
        """Do what no file has to wait for: templates, and a look for garbage (see `run`)."""
        load_plugins(self._deployment.channels.values())
        _settle()
        gc.enable()

    def _stop(self) -> None:
        """Stop everything: what brings work first, the outbox last."""
        deadline = time.monotonic() + _STOP_WITHIN
        systemd.notify("STOPPING=1")
        self._scheduler.stop()
        self.watcher.stop()
        self.arrivals.stop()
        self._parser.abandon()
        self.deliveries.stop()
        self.reloading.stop()
        for server in self.servers.values():
            server.stop()
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        stuck = [thread.name for thread in self._threads if thread.is_alive()]
        if stuck:
            _log.warning(Event("not-ended-in-time", workers=stuck))
        else:
            for server in self.servers.values():
                server.close()  # also where its thread was never started
            self._store.close()
        self._lock.release()
        self._wakeup.close()
        _log.info(Event("stopped"))

    def _guarded(self, work: Callable[[], None]) -> None:
        """Run a worker; should it die, the daemon ends with its reason."""
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - the top of a thread: there is no half-dead daemon
            worker = threading.current_thread().name
            _log.exception(Event("worker-died", worker=worker, error=type(error).__name__))
            self._failure = error
            self.stop()

    def _job(self, job: Job, works: Works) -> None:
        """Run a scheduled job; one that finds the store damaged ends the daemon."""
        try:
            job.run(works)
        except StoreDamagedError as error:
            self._failure = error
            self.stop()
            raise

    def _pet_watchdog(self) -> None:
        """Tell systemd that all is well, but only while no worker is stuck."""
        stuck = self.pulses.stuck()
        for worker in stuck.keys() - self._stuck:
            _log.critical(Event("stuck", worker=worker, said=stuck[worker]))
        self._stuck = set(stuck)
        if not stuck:
            systemd.notify("WATCHDOG=1")


def _settle() -> None:
    """Leave what is compiled out of every later look for garbage: it stays, and is large."""
    gc.unfreeze()
    give_back()
    gc.freeze()
