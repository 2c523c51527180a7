"""The metrics of a running daemon's own parts; those from its store stand in `families`."""

from wirewatch.durations import SLOW, Durations
from wirewatch.pipeline.families import Family, Kind
from wirewatch.pipeline.running import Running
from wirewatch.pipeline.samples import Samples

_UNSENT = Durations(SLOW)
"""How long it took where nothing was sent yet."""


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

PARTS: tuple[Family[Running], ...] = (
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
"""The metrics of what a daemon consists of."""
