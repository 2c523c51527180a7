"""The metrics of a running daemon itself; those that come from its store stand in `families`."""

import platform

from wirewatch import __version__
from wirewatch.durations import SLOW, Durations
from wirewatch.pipeline.families import Family, Kind
from wirewatch.pipeline.running import Running
from wirewatch.pipeline.samples import Samples
from wirewatch.pulse import Doing
from wirewatch.store.database import SQLITE

_UNSENT = Durations(SLOW)
"""How long it took where nothing was sent yet."""


def _doing(known: Running) -> Samples:
    """Tell what each worker is at."""
    ages = known.pulses.ages()
    return {
        (worker, doing.value): float(doing is is_at)
        for worker, (is_at, _) in ages.items()
        for doing in Doing
    }


def _since(known: Running) -> Samples:
    """Tell for how long each worker has not moved."""
    return {(worker,): age for worker, (_, age) in known.pulses.ages().items()}


def _stuck(known: Running) -> Samples:
    """Tell which workers are stuck."""
    stuck = known.pulses.stuck()
    return {(worker,): float(worker in stuck) for worker in known.pulses.patience}


def _watched(known: Running) -> Samples:
    """Tell which inboxes are watched."""
    blind = known.watcher.blind()
    return {(name,): float(name not in blind) for name in known.arrivals.inboxes}


def _polled(known: Running) -> Samples:
    """Tell which inboxes are watched by polling."""
    return {(name,): float(known.watcher.polls(name)) for name in known.arrivals.inboxes}


def _sends(known: Running) -> Samples:
    """Tell how long sending took on each channel."""
    took = dict(known.deliveries.took)
    return {(name,): took.get(name, _UNSENT).taken() for name in known.deliveries.channels}


_COUNTER, _GAUGE, _HISTOGRAM = Kind.COUNTER, Kind.GAUGE, Kind.HISTOGRAM

VITALS: tuple[Family[Running], ...] = (
    Family(
        "wirewatch_build_info",
        _GAUGE,
        "always 1; its labels say which versions run",
        ("version", "python", "sqlite"),
        lambda _: {(__version__, platform.python_version(), SQLITE): 1},
    ),
    Family(
        "wirewatch_start_time_seconds",
        _GAUGE,
        "when the daemon started",
        (),
        lambda known: {(): known.begun.timestamp()},
    ),
    Family(
        "wirewatch_ready",
        _GAUGE,
        "1 while `/ready` says so, else 0",
        (),
        lambda known: {(): float(not known.shortcomings())},
    ),
    Family(
        "wirewatch_rules",
        _GAUGE,
        "rules at work",
        (),
        lambda known: {(): known.rules},
    ),
    Family(
        "wirewatch_rules_info",
        _GAUGE,
        "always 1; its label is the version of the rules and lists at work",
        ("version",),
        lambda known: {(known.version,): 1},
    ),
    Family(
        "wirewatch_worker_doing",
        _GAUGE,
        "1 for what the worker is at, else 0",
        ("worker", "doing"),
        _doing,
    ),
    Family(
        "wirewatch_worker_unmoved_seconds",
        _GAUGE,
        "how long ago the worker finished something, or last looked around in vain",
        ("worker",),
        _since,
    ),
    Family(
        "wirewatch_worker_stuck",
        _GAUGE,
        "1 when the worker has had something to do for too long and finished none of it, else 0",
        ("worker",),
        _stuck,
    ),
    Family(
        "wirewatch_inbox_watched",
        _GAUGE,
        "1 while the inbox is watched, by events or by polling, else 0",
        ("inbox",),
        _watched,
    ),
    Family(
        "wirewatch_inbox_polled",
        _GAUGE,
        "1 while the inbox is watched by polling, else 0",
        ("inbox",),
        _polled,
    ),
    Family(
        "wirewatch_watches",
        _GAUGE,
        "folders that inotify watches",
        (),
        lambda known: {(): known.watcher.watches()},
    ),
    Family(
        "wirewatch_inotify_overflows_total",
        _COUNTER,
        "times that the system had more events than it could keep; each is answered by a scan",
        (),
        lambda known: {(): known.watcher.overflows},
    ),
    Family(
        "wirewatch_hints_waiting",
        _GAUGE,
        "hints of arrivals that nobody has looked at yet",
        (),
        lambda known: {(): known.arrivals.hints.waiting()},
    ),
    Family(
        "wirewatch_store_unwritten_seconds",
        _GAUGE,
        "how long ago something was last written to the store",
        (),
        lambda known: {(): known.since_write()},
    ),
    Family(
        "wirewatch_examine_duration_seconds",
        _HISTOGRAM,
        "how long it took to read, parse and match a file that is no heavy one",
        (),
        lambda known: {(): known.arrivals.took.taken()},
    ),
    Family(
        "wirewatch_transaction_duration_seconds",
        _HISTOGRAM,
        "how long transactions took, from their beginning until they were durable",
        (),
        lambda known: {(): known.writing.took.taken()},
    ),
    Family(
        "wirewatch_commit_duration_seconds",
        _HISTOGRAM,
        "how long it took of that to make them durable: the disk's part",
        (),
        lambda known: {(): known.writing.syncing.taken()},
    ),
    Family(
        "wirewatch_send_duration_seconds",
        _HISTOGRAM,
        "how long attempts took, those that failed too",
        ("channel",),
        _sends,
    ),
)
"""All metrics of a daemon."""
