"""The daemon: its threads, its signals, and the order in which it starts and stops."""

import gc
import logging
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
from wirewatch.life import Life
from wirewatch.listeners import Grounds, listeners
from wirewatch.memory import give_back
from wirewatch.notify.send import load_plugins
from wirewatch.pipeline.alarming import Alarming
from wirewatch.pipeline.arrivals import Arrivals
from wirewatch.pipeline.commit import Committer
from wirewatch.pipeline.committing import Committing
from wirewatch.pipeline.damage import is_damaged, tell_of_damage
from wirewatch.pipeline.deliveries import Deliveries
from wirewatch.pipeline.examining import Examining
from wirewatch.pipeline.families import read
from wirewatch.pipeline.heavy import HeavyReading
from wirewatch.pipeline.inboxes import folders_of, make_folder
from wirewatch.pipeline.journal import tell_committed
from wirewatch.pipeline.keeping import keeping_of
from wirewatch.pipeline.parsing import Parser
from wirewatch.pipeline.parts import PARTS
from wirewatch.pipeline.running import Running, patience
from wirewatch.pipeline.scanning import Scanning
from wirewatch.pipeline.storecare import StoreCare
from wirewatch.post import Place, Post, Stuck
from wirewatch.pulse import Pulses
from wirewatch.reload import Reloading
from wirewatch.scheduler import Scheduler
from wirewatch.store.database import Store
from wirewatch.store.desks import refuse_alone
from wirewatch.store.ledger import retire_inboxes
from wirewatch.store.lock import StoreLock
from wirewatch.web.figures import FiguresPages, StoreFigures

_log = logging.getLogger("wirewatch")

_STOP_WITHIN = 4.0  # seconds that all workers together may take to end


class Service(Life):
    """One daemon on one store; its `post` says what of all the work is done here."""

    def __init__(
        self, path: Path, deployment: Deployment, clock: Clock, post: Post | None = None
    ) -> None:
        self._post = post or Post()
        self._path = path
        self._clock = clock
        self._deployment = deployment
        config = deployment.config
        self._lock = StoreLock(config.store, self._post.command, clock)
        self._lock.acquire()
        try:
            self._store = self._opened(config.store)
        except StoreError as error:
            self._lock.release()
            if is_damaged(config.store, error):
                tell_of_damage(config, deployment.outlook, str(error), clock)
            raise
        known = patience(deployment.limits.parse_time, takes_in=self._post.takes_in)
        super().__init__(Pulses(known | self._post.patience()))
        self._begun = clock()
        try:
            self._build()
        except ConfigError:
            self._wakeup.close()
            self._store.close()
            self._lock.release()
            raise

    def _opened(self, path: Path) -> Store:
        """Open the store. Raises StoreError when it is that of a desk, and this is none."""
        store = Store.open(path)
        try:
            if self._post.keeps_outbox:
                refuse_alone(store.db)
        except StoreError:
            store.close()
            raise
        return store

    def _build(self) -> None:
        """Make the workers, each with a connection of its own."""
        deployment, clock, post = self._deployment, self._clock, self._post
        config = deployment.config
        inboxes = deployment.inboxes if post.takes_in else {}
        self.arrivals = Arrivals(inboxes, post.examiner(deployment, clock), clock, self.pulses)
        self.watcher = Watcher(
            folders_of(config.inboxes if post.takes_in else ()), self.arrivals.hints.put
        )
        self._scheduler = Scheduler(clock)
        self._parser = Parser()
        self._housekeeping = self._store.sibling()
        self.deliveries = self._outbox()
        committer = Committer(
            self._store,
            inboxes,
            clock,
            self.arrivals.pause,
            self.deliveries,
            deployment.telling,
            post.hand_over,
        )
        self._alarming = self._watch(lambda: committer.stuck or post.stuck())
        self._scanning = Scanning(self.arrivals, self._store.sibling())
        self.reloading = Reloading(self._path, deployment, self._store.sibling(), clock, self._swap)
        self.reloading.announced = systemd.reloading
        self.running = self._described(lambda: committer.stuck)
        grounds = Grounds(self._store, clock, post.performer)
        self.servers = listeners(deployment, grounds, self._pages, self.deliveries.wake)
        own = self._store if not post.takes_in else self._store.sibling()
        pause, running = self.arrivals.pause, self.running
        version = lambda: running.version  # noqa: E731 - it changes when rules are taken in anew
        post.join(Place(own, self.deliveries, clock, self.pulses, pause, version))
        self._workers = self._intake(committer) if post.takes_in else {}
        self._workers |= {"deliver": self.deliveries.run, "reload": self.reloading.run}
        self._workers |= post.workers()
        self._workers |= {name: server.run for name, server in self.servers.items()}

    def _outbox(self) -> Deliveries:
        """Make what keeps the outbox."""
        known, store = self._deployment, self._store.sibling()
        made = Deliveries(store, known.channels, known.patience, self._clock, self.pulses)
        made.mandate, made.performer = self._post.mandate, self._post.performer(store)
        return made

    def _watch(self, stuck: Callable[[], Stuck | None]) -> Alarming:
        """Make what watches over the desk."""
        store, outlook = self._store.sibling(), self._deployment.outlook
        made = Alarming(store, outlook, self._clock, stuck, self.deliveries.wake)
        made.performer = self._post.performer(store)
        return made

    def _care(self) -> StoreCare:
        """Make what cares for the store."""
        config, store = self._deployment.config, self._store.sibling()
        made = StoreCare(store, self._clock, keeping_of(config), config.backup)
        made.mandate, made.performer = self._post.mandate, self._post.performer(store)
        return made

    def _described(self, stuck: Callable[[], Stuck | None]) -> Running:
        """Make what tells how this daemon is."""
        return Running(
            self.arrivals,
            self.deliveries,
            self.watcher,
            self._store.writing,
            self.pulses,
            stuck,
            self._begun,
            len(self._deployment.rules),
            self._deployment.version,
            post=self._post.shortcomings,
        )

    def _intake(self, committer: Committer) -> dict[str, Callable[[], None]]:
        """Make the workers that take files in."""
        return {
            "intake": Examining(self.arrivals, self._store.sibling()).run,
            "heavy": HeavyReading(self.arrivals, self._store.sibling(), self._parser).run,
            "commit": Committing(self.arrivals, committer, tell_committed).run,
            "scan": self._scanning.run,
        }

    def _pages(self) -> FiguresPages:
        """Make the pages for operators."""
        of_store = StoreFigures(
            self._store.sibling(),
            self._clock,
            lambda: (self.arrivals.inboxes, self._deployment.channels),
            self._scheduler.runs,
        )
        running = self.running
        return FiguresPages(running, lambda: read(PARTS, running), of_store, self._post.figures)

    def _ended_as(self) -> int:
        """Give the exit code; a damaged store has one of its own, and people are told of it."""
        config, outlook = self._deployment.config, self._deployment.outlook
        if is_damaged(config.store, self._failure):
            tell_of_damage(config, outlook, str(self._failure), self._clock)
            return EXIT_DAMAGED
        return super()._ended_as()

    def _look(self) -> None:
        """See to it that jobs run when they should, though the clock was set."""
        self._scheduler.keep_time()

    def _hung_up(self) -> None:
        """Take the configuration in anew."""
        self.reloading.ask()

    def _swap(self, deployment: Deployment) -> None:
        """Go on with other rules and channels; what is being examined ends with the old ones."""
        self.arrivals.adopt(self._post.examiner(deployment, self._clock))
        self.deliveries.replace(deployment.channels, deployment.patience)
        self._alarming.outlook = deployment.outlook
        self.running.rules, self.running.version = len(deployment.rules), deployment.version
        self.pulses.patience |= patience(deployment.limits.parse_time, takes_in=self._post.takes_in)
        self._deployment = deployment
        _settle()

    def _start(self) -> None:
        """Start everything: the outbox first, then what fills it, the watching last."""
        for inbox in self.arrivals.inboxes.values():
            make_folder(inbox)
        if self._post.takes_in:
            with self._store.write() as db:
                retire_inboxes(db, self.arrivals.inboxes, self._clock())
        self._scanning.prepare()
        if self._post.keeps_outbox:
            self.deliveries.start()
        self._start_threads(self._workers)
        self.watcher.start()
        self.arrivals.rescan()
        config = self._deployment.config
        works = Works(
            self.arrivals,
            self.deliveries,
            self.watcher,
            self._housekeeping,
            self._post.performer(self._housekeeping),
            self._clock,
            config.intake.rescan,
            config.stories.within,
            self._alarming,
            self._scheduler.runs,
            self._care(),
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
        self._post.stop()
        if self._join_threads(deadline):
            for server in self.servers.values():
                server.close()  # also where its thread was never started
            self._store.close()
        self._post.close()
        self._lock.release()
        self._wakeup.close()
        _log.info(Event("stopped"))

    def _job(self, job: Job, works: Works) -> None:
        """Run a scheduled job; one that finds the store damaged ends the daemon."""
        try:
            job.run(works)
        except StoreDamagedError as error:
            self._failure = error
            self.stop()
            raise


def _settle() -> None:
    """Leave what is compiled out of every later look for garbage: it stays, and is large."""
    gc.unfreeze()
    give_back()
    gc.freeze()
