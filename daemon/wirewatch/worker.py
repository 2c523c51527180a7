"""A worker of several: it parses and matches what intakes hand over, and keeps nothing itself."""

import logging
import time
import uuid
from collections.abc import Callable
from functools import partial
from pathlib import Path

from wirewatch import __version__, systemd
from wirewatch.broker.topology import of_answering, of_worker
from wirewatch.brokerage import ailments_of, link_of, name_of, settings_of
from wirewatch.clock import Clock
from wirewatch.cluster.account import Account, Question
from wirewatch.cluster.answering import Answering
from wirewatch.cluster.metrics import CLUSTER, sighting
from wirewatch.cluster.working import Terms, Working
from wirewatch.deployment import Deployment, load_deployment
from wirewatch.event import Event
from wirewatch.life import Life
from wirewatch.listeners import figures_listener
from wirewatch.pipeline.families import Reading, read
from wirewatch.pipeline.parsing import Parser
from wirewatch.pulse import Pulses
from wirewatch.reload import Reloading
from wirewatch.states import Role
from wirewatch.web.figures import FiguresPages

_log = logging.getLogger("wirewatch")

_STOP_WITHIN = 4.0  # seconds that all threads together may take to end
_UNTIMED = 150.0  # seconds that one arrival may take beyond twice the time of parsing it


class Worker(Life):
    """One worker process."""

    def __init__(self, path: Path, deployment: Deployment, clock: Clock) -> None:
        patience = 2 * deployment.limits.parse_time + _UNTIMED
        super().__init__(Pulses(dict.fromkeys(("work", "bury", "answer"), patience)))
        settings, name = settings_of(deployment.config), name_of(deployment.config)
        self._name = name
        self._process = uuid.uuid4().hex[:16]
        self._clock = clock
        self._parser = Parser()
        self._alone = Parser()
        stands = (*of_worker(settings), *of_answering(settings, name))
        self._link = link_of(deployment.config, "worker", stands)
        self.working = Working(self._link, settings, self._terms(deployment), self.pulses)
        self.reloading = Reloading(path, deployment, None, clock, self._swap)
        self.reloading.announced = systemd.reloading
        self.reloading.load = partial(load_deployment, tells=False)
        self._answering = Answering(self._link, settings.asked(name), self._tell, self.pulses)
        self.rules, self.version = len(deployment.rules), deployment.version
        self.begun = clock()
        self._settings = settings
        self.servers = figures_listener(deployment, lambda: FiguresPages(self, self._figures))

    def ailments(self) -> list[str]:
        """Say what a new start may mend: threads that are stuck."""
        return self.pulses.ailments()

    def shortcomings(self) -> list[str]:
        """Say why it does not work as it should."""
        return self.ailments() + ailments_of(self._link)

    def _figures(self) -> list[Reading]:
        """Give the metrics of a worker's part in the cluster."""
        return read(CLUSTER, sighting(self._link, self._settings, self._tell(Question())))

    def _tell(self, _question: Question) -> Account:
        """Say how this worker is."""
        known = (self._name, Role.WORKER, self._process, __version__, self.version)
        return Account(*known, self.working.done, "; ".join(ailments_of(self._link)))

    def _terms(self, deployment: Deployment) -> Terms:
        """Give by what arrivals are judged."""
        examiner = deployment.examiner(self._clock)
        return Terms(examiner, deployment.telling, self._parser.read, self._alone.read)

    def _swap(self, deployment: Deployment) -> None:
        """Go on with other rules; what is being examined ends with the old ones."""
        self.working.terms = self._terms(deployment)
        self.rules, self.version = len(deployment.rules), deployment.version

    def _workers(self) -> dict[str, Callable[[], None]]:
        """Give the threads."""
        return {
            "work": self.working.run,
            "bury": self.working.bury,
            "reload": self.reloading.run,
            "answer": self._answering.run,
            **{name: server.run for name, server in self.servers.items()},
        }

    def _start(self) -> None:
        """Connect, and start to work."""
        self._link.open()
        self._start_threads(self._workers())
        systemd.notify("READY=1")
        ports = {f"{name}_port": server.port for name, server in self.servers.items()}
        _log.info(Event("ready", role="worker", rules=self.rules, **ports))

    def _hung_up(self) -> None:
        """Take the rules in anew."""
        self.reloading.ask()

    def _stop(self) -> None:
        """Stop; what is not done goes to other workers."""
        systemd.notify("STOPPING=1")
        deadline = time.monotonic() + _STOP_WITHIN
        self.working.stop()
        self._answering.stop()
        self.reloading.stop()
        for parser in (self._parser, self._alone):
            parser.abandon()
        for server in self.servers.values():
            server.stop()
        if self._join_threads(deadline):
            for server in self.servers.values():
                server.close()
        self._link.close()
        self._wakeup.close()
        _log.info(Event("stopped"))
