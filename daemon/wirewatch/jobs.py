"""Every scheduled job: a name, a rhythm, and a function. Add a job by adding a line to `JOBS`."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from wirewatch.clock import Clock
from wirewatch.event import Event
from wirewatch.intake.watcher import Watcher
from wirewatch.model import JobRun
from wirewatch.pipeline.acts import ForgetSentences, Performer, TellOfNothing
from wirewatch.pipeline.alarming import Alarming
from wirewatch.pipeline.arrivals import Arrivals
from wirewatch.pipeline.deliveries import Deliveries
from wirewatch.pipeline.storecare import StoreCare
from wirewatch.store.database import Store
from wirewatch.store.digests import untold
from wirewatch.store.jobs import note_runs

_log = logging.getLogger("wirewatch.jobs")

_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Works:
    """The running parts that jobs work on."""

    arrivals: Arrivals
    deliveries: Deliveries
    watcher: Watcher
    store: Store
    performer: Performer
    clock: Clock
    rescan: timedelta
    within: timedelta
    alarming: Alarming
    runs: Callable[[], list[JobRun]]
    care: StoreCare


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
        _log.warning(Event("not-watched", problem=problem))


def _heartbeat(works: Works) -> None:
    works.arrivals.hints.wake()
    works.deliveries.wake()


def _alarms(works: Works) -> None:
    if works.deliveries.mandate().held:
        works.alarming.look()


def _note_runs(works: Works) -> None:
    with works.store.write() as db:
        note_runs(db, works.runs())


def _tell_of_nothing(works: Works) -> None:
    policies, now = works.deliveries.policies, works.clock()
    if works.deliveries.mandate().held and untold(works.store.db, policies, now):
        works.performer.perform(TellOfNothing(now, policies))
        works.deliveries.wake()


def _forget_sentences(works: Works) -> None:
    if works.deliveries.mandate().held:
        works.performer.perform(ForgetSentences(now := works.clock(), now - works.within))


def _backup(works: Works) -> None:
    works.care.back_up(works.arrivals.stopping.is_set)


def _retention(works: Works) -> None:
    works.care.prune(works.arrivals.pause)


def _optimize(works: Works) -> None:
    works.care.optimize()


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
        "alarms",
        "looks how the desk stands (silent sources, quarantine, disk, channels), and raises alarms",
        lambda _: timedelta(seconds=30),
        _alarms,
    ),
    Job(
        "empty-digests",
        "tells channels that want to know that nothing waited for their digest",
        lambda _: timedelta(seconds=30),
        _tell_of_nothing,
    ),
    Job(
        "note-runs",
        "notes when each job ran and runs next, for `wirewatch status`",
        lambda _: timedelta(seconds=30),
        _note_runs,
    ),
    Job(
        "forget-sentences",
        "forgets the sentences of stories that no copy joins any more",
        lambda _: timedelta(hours=1),
        _forget_sentences,
    ),
    Job(
        "backup",
        "makes a verified backup in `backup.folder` when the newest is older than `backup.every`",
        lambda works: min(works.care.every, _HOUR),
        _backup,
    ),
    Job(
        "retention",
        "lets go what `[retention]` keeps no longer, and gives room in the file back",
        lambda _: _HOUR,
        _retention,
    ),
    Job(
        "optimize",
        "lets SQLite know how values spread, so that it takes the right index",
        lambda _: timedelta(hours=6),
        _optimize,
    ),
)
"""All jobs; docs/operations.md lists them, and a test holds the two together."""
