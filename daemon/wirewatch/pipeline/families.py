"""The metrics that come from the store: a name, what it means, and how its samples are read.

docs/operations.md lists them; a test holds the two together. Labels are names of the
configuration and of `states`, never what an article or a file is called.
"""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Generic, NamedTuple, TypeVar, cast

from wirewatch.pipeline.figures import Figures
from wirewatch.pipeline.samples import (
    Labels,
    Samples,
    ages,
    articles,
    attempts,
    by,
    deliveries,
    files,
    last_reload,
    of_channels,
    of_jobs,
    reloads,
    single,
    stamp,
    waiting,
)
from wirewatch.states import AlarmKind, Severity
from wirewatch.store.tallies import PENDING_REASONS, Cause, Outcome, Tallied

Source = TypeVar("Source")


class Kind(StrEnum):
    """What a metric is, in Prometheus' words."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


class Family(NamedTuple, Generic[Source]):
    """A metric: its name, kind, meaning, labels, and how its samples are read."""

    name: str
    kind: Kind
    help: str
    labels: Labels
    samples: Callable[[Source], Samples]


Reading = tuple[Family[object], Samples]
"""A metric with its samples."""


def read(families: Iterable[Family[Source]], source: Source) -> list[Reading]:
    """Read the samples of metrics."""
    return [(cast("Family[object]", one), one.samples(source)) for one in families]


_COUNTER, _GAUGE = Kind.COUNTER, Kind.GAUGE
_ON_FILE = ("inbox", "state", "reason")
_ON_DELIVERY = ("channel", "state", "reason")

FAMILIES: tuple[Family[Figures], ...] = (
    Family(
        "wirewatch_files_total",
        _COUNTER,
        "files that came to be in a state, for a reason",
        _ON_FILE,
        files(lambda tally: tally.ever),
    ),
    Family(
        "wirewatch_ledger_files",
        _GAUGE,
        "files that are in a state, for a reason",
        _ON_FILE,
        files(lambda tally: tally.present),
    ),
    Family(
        "wirewatch_ledger_oldest_seconds",
        _GAUGE,
        "how long ago the file was first seen that has waited longest, for each reason to wait",
        ("reason",),
        lambda known: ages(known.waiting, PENDING_REASONS, known.now),
    ),
    Family(
        "wirewatch_articles_total",
        _COUNTER,
        "articles stored",
        ("inbox",),
        articles(lambda tally: tally.ever),
    ),
    Family(
        "wirewatch_store_articles",
        _GAUGE,
        "articles in the store",
        ("inbox",),
        articles(lambda tally: tally.present),
    ),
    Family(
        "wirewatch_matches_total",
        _COUNTER,
        "matches, by what came of them: an alert, the echo of one, or nothing, as a condition"
        " over time did not hold",
        ("severity", "outcome"),
        by(Tallied.MATCH, Severity, Outcome),
    ),
    Family(
        "wirewatch_alerts_total",
        _COUNTER,
        "alerts, by what raised them: a rule, the recall of another, or an alarm of the desk's own",
        ("severity", "cause"),
        by(Tallied.ALERT, Severity, Cause),
    ),
    Family(
        "wirewatch_deliveries_total",
        _COUNTER,
        "deliveries that came to be in a state, for a reason",
        _ON_DELIVERY,
        deliveries(lambda tally: tally.ever),
    ),
    Family(
        "wirewatch_outbox_deliveries",
        _GAUGE,
        "deliveries that are in a state, for a reason",
        _ON_DELIVERY,
        deliveries(lambda tally: tally.present),
    ),
    Family(
        "wirewatch_outbox_waiting",
        _GAUGE,
        "deliveries that are still to be told (pending, sending or failed)",
        ("channel",),
        waiting,
    ),
    Family(
        "wirewatch_outbox_overdue_seconds",
        _GAUGE,
        "how long ago the delivery was due that is longest due; 0 when none is",
        ("channel",),
        lambda known: ages(known.due, known.channels, known.now),
    ),
    Family(
        "wirewatch_attempts_total",
        _COUNTER,
        "attempts to send a delivery; of those that failed, why",
        ("channel", "outcome", "reason"),
        attempts,
    ),
    Family(
        "wirewatch_channel_failures",
        _GAUGE,
        "attempts that failed since the channel's last success",
        ("channel",),
        of_channels(lambda fares: fares.failures),
    ),
    Family(
        "wirewatch_channel_resting",
        _GAUGE,
        "1 while the channel rests after failures, else 0",
        ("channel",),
        lambda known: {(name,): float(known.rests(name)) for name in known.channels},
    ),
    Family(
        "wirewatch_channel_last_sent_timestamp_seconds",
        _GAUGE,
        "when the channel last took a message",
        ("channel",),
        of_channels(lambda fares: stamp(fares.last_sent)),
    ),
    Family(
        "wirewatch_alarms",
        _GAUGE,
        "alarms that stand",
        ("kind",),
        lambda known: {(kind.value,): known.alarms.get(kind, 0) for kind in AlarmKind},
    ),
    Family(
        "wirewatch_job_last_run_timestamp_seconds",
        _GAUGE,
        "when the job last began",
        ("job_name",),
        of_jobs(lambda run: run.last_run.timestamp() if run.last_run else None),
    ),
    Family(
        "wirewatch_job_next_run_timestamp_seconds",
        _GAUGE,
        "when the job begins next",
        ("job_name",),
        of_jobs(lambda run: run.next_run.timestamp() if run.next_run else None),
    ),
    Family(
        "wirewatch_job_last_duration_seconds",
        _GAUGE,
        "how long the job's last run took",
        ("job_name",),
        of_jobs(lambda run: (run.took_ms or 0.0) / 1000),
    ),
    Family(
        "wirewatch_job_failed",
        _GAUGE,
        "1 when the job's last run failed, else 0",
        ("job_name",),
        of_jobs(lambda run: float(bool(run.error))),
    ),
    Family(
        "wirewatch_reload_successful",
        _GAUGE,
        "1 while rules, lists, channels and templates are at work as their files are, 0 when these"
        " are at fault",
        (),
        reloads,
    ),
    Family(
        "wirewatch_reload_last_success_timestamp_seconds",
        _GAUGE,
        "when the rules at work were taken in",
        (),
        last_reload,
    ),
    Family(
        "wirewatch_store_bytes",
        _GAUGE,
        "size of the store's file",
        (),
        single(lambda known: known.room.store),
    ),
    Family(
        "wirewatch_store_log_bytes",
        _GAUGE,
        "size of the store's write-ahead log",
        (),
        single(lambda known: known.room.log),
    ),
    Family(
        "wirewatch_store_free_bytes",
        _GAUGE,
        "what is free on the disk of the store",
        (),
        single(lambda known: known.room.free),
    ),
)
"""All metrics of a store."""
