"""The metrics of any process: what it is, since when, and whether its workers move."""

import platform
from datetime import datetime
from typing import Protocol

from wirewatch import __version__
from wirewatch.pipeline.families import Family, Kind
from wirewatch.pipeline.samples import Samples
from wirewatch.pulse import Doing, Pulses
from wirewatch.store.database import SQLITE


class Living(Protocol):
    """A running process, as those see it who ask how it is."""

    begun: datetime
    pulses: Pulses
    rules: int
    version: str

    def ailments(self) -> list[str]:
        """Say what a new start may mend."""

    def shortcomings(self) -> list[str]:
        """Say why it is not at work as it should be."""


def _doing(known: Living) -> Samples:
    """Tell what each worker is at."""
    ages = known.pulses.ages()
    return {
        (worker, doing.value): float(doing is is_at)
        for worker, (is_at, _) in ages.items()
        for doing in Doing
    }


def _since(known: Living) -> Samples:
    """Tell for how long each worker has not moved."""
    return {(worker,): age for worker, (_, age) in known.pulses.ages().items()}


def _stuck(known: Living) -> Samples:
    """Tell which workers are stuck."""
    stuck = known.pulses.stuck()
    return {(worker,): float(worker in stuck) for worker in known.pulses.patience}


_GAUGE = Kind.GAUGE

VITALS: tuple[Family[Living], ...] = (
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
)
"""The metrics that every process has."""
