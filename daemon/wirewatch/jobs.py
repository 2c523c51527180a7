"""Every scheduled job: a name, a rhythm, and a function. Add a job by adding a line to `JOBS`."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from wirewatch.clock import Clock, iso
from wirewatch.intake.watcher import Watcher
from wirewatch.pipeline.arrivals import Arrivals
from wirewatch.pipeline.deliveries import Deliveries
from wirewatch.store.database import Store
from wirewatch.store.stories import forget

_log = logging.getLogger("wirewatch.jobs")


@dataclass(frozen=True)
class Works:
    """The running parts that jobs work on."""

    arrivals: Arrivals
    deliveries: Deliveries
    watcher: Watcher
    store: Store
    clock: Clock
    rescan: timedelta
    within: timedelta


@dataclass(frozen=True, slots=True)
class Job:
    """Something done again and again; `every` is the time between two beginnings."""

    name: str
    does: str
    every: Callable[[Works], timedelta]
    run: Callable[[Works], None]


def _rescan(works: Works) -> None:
    _report(works.watcher.check(count=True))
    works.arrivals.rescan()


def _check_watching(works: Works) -> None:
    _report(works.watcher.check())


def _report(problems: list[str]) -> None:
    for problem in problems:
        _log.warning("%s", problem)


def _heartbeat(works: Works) -> None:
    works.arrivals.hints.wake()
    works.deliveries.wake()


def _forget_sentences(works: Works) -> None:
    with works.store.write() as db:
        forget(db, iso(works.clock() - works.within))


JOBS = (
    Job(
        "rescan",
        "lists every inbox and compares it with the ledger",
        lambda works: works.rescan,
        _rescan,
    ),
    Job(
        "check-watching",
        "finds inboxes that are not watched any more, and watches them anew",
        lambda _: timedelta(seconds=5),
        _check_watching,
    ),
    Job(
        "heartbeat",
        "wakes intake and delivery, so that a jump of the clock costs half a minute at most",
        lambda _: timedelta(seconds=30),
        _heartbeat,
    ),
    Job(
        "forget-sentences",
        "forgets the sentences of stories that no copy joins any more",
        lambda _: timedelta(hours=1),
        _forget_sentences,
    ),
)
"""All jobs; docs/operations.md lists them, and a test holds the two together."""
