"""The samples of metrics, read from a store's figures: every state is there from the start."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import TypeVar

from wirewatch.clock import from_iso
from wirewatch.durations import Taken
from wirewatch.model import JobRun
from wirewatch.pipeline.figures import Figures
from wirewatch.states import REASONS_OF_DELIVERIES, REASONS_OF_FILES, DeliveryState
from wirewatch.store.channels import Health
from wirewatch.store.notices import Notice
from wirewatch.store.tallies import Tallied, Tally, Tried

Labels = tuple[str, ...]
Samples = Mapping[Labels, float | Taken]
Name = TypeVar("Name", bound=str)
Read = Callable[[Figures], Samples]

_OPEN = (DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.FAILED)
_ZERO = timedelta()


def files(read: Callable[[Tally], int]) -> Read:
    """Give what counts files by inbox, state and reason."""

    def samples(known: Figures) -> Samples:
        pairs = REASONS_OF_FILES.items()
        places = [(str(state), str(reason)) for state, of in pairs for reason in of or ("",)]
        found: dict[Labels, float] = {
            (inbox, *place): 0 for inbox in known.inboxes for place in places
        }
        return found | {t[1:4]: read(t) for t in known.of(Tallied.FILE)}

    return samples


def deliveries(read: Callable[[Tally], int]) -> Read:
    """Give what counts deliveries by channel, state and reason.

    Why one that is being sent has waited before does not matter any more.
    """

    def samples(known: Figures) -> Samples:
        pairs = REASONS_OF_DELIVERIES.items()
        places = [(str(state), str(reason or "")) for state, of in pairs for reason in of]
        found: Counter[Labels] = Counter()
        found.update({(name, *place): 0 for name in known.channels for place in places})
        for tally in known.of(Tallied.DELIVERY):
            reason = "" if tally.state == DeliveryState.SENDING else tally.reason
            found[tally.name, tally.state, reason] += read(tally)
        return dict(found)

    return samples


def waiting(known: Figures) -> Samples:
    """Count what a channel is still to be told."""
    found: dict[Labels, float] = {(channel,): 0 for channel in known.channels}
    for tally in known.of(Tallied.DELIVERY):
        if tally.state in _OPEN:
            found[tally.name,] = found.get((tally.name,), 0) + tally.present
    return found


def by(what: Tallied, *labels: Iterable[str]) -> Read:
    """Give what counts rows of a kind that ever came, by two labels."""
    first, second = map(tuple, labels)

    def samples(known: Figures) -> Samples:
        found: dict[Labels, float] = {(one, other): 0 for one in first for other in second}
        return found | {(tally.name, tally.state): tally.ever for tally in known.of(what)}

    return samples


def attempts(known: Figures) -> Samples:
    """Count attempts by channel, outcome and reason."""
    reasons = REASONS_OF_DELIVERIES[DeliveryState.FAILED]
    found: dict[Labels, float] = {}
    for name in known.channels:
        found[name, Tried.SENT.value, ""] = 0
        found |= {(name, Tried.FAILED.value, str(reason)): 0 for reason in reasons}
    return found | {tally[1:4]: tally.ever for tally in known.of(Tallied.ATTEMPT)}


def articles(read: Callable[[Tally], int]) -> Read:
    """Give what counts articles by inbox."""

    def samples(known: Figures) -> Samples:
        found: dict[Labels, float] = {(inbox,): 0 for inbox in known.inboxes}
        return found | {(tally.name,): read(tally) for tally in known.of(Tallied.ARTICLE)}

    return samples


def ages(moments: Mapping[Name, datetime], names: Iterable[Name], now: datetime) -> Samples:
    """Give how many seconds ago things were, 0 where they never were."""
    return {
        (str(name),): max(_ZERO, now - moments.get(name, now)).total_seconds() for name in names
    }


def of_channels(read: Callable[[Health], float | None]) -> Read:
    """Give what is read of how each channel fares; nothing where there is nothing to be read."""

    def samples(known: Figures) -> Samples:
        values = {name: read(known.fares.get(name, Health())) for name in known.channels}
        return {(name,): value for name, value in values.items() if value is not None}

    return samples


def of_jobs(read: Callable[[JobRun], float | None]) -> Read:
    """Give what is read of each job's last run; nothing of one that has not run."""

    def samples(known: Figures) -> Samples:
        values = {run.name: read(run) for run in known.jobs if run.last_run}
        return {(name,): value for name, value in values.items() if value is not None}

    return samples


def reloads(known: Figures) -> Samples:
    """Tell whether the configuration's files are at work as they are."""
    return {(): float(Notice.RELOAD_FAULT not in known.notices)}


def last_reload(known: Figures) -> Samples:
    """Give when the rules at work were taken in."""
    rules = known.notices.get(Notice.RULES)
    return {(): from_iso(rules[1]).timestamp()} if rules else {}


def stamp(moment: str | None) -> float | None:
    """Give a moment of the store as Prometheus writes it."""
    return from_iso(moment).timestamp() if moment else None


def single(read: Callable[[Figures], float]) -> Read:
    """Give what has one sample."""
    return lambda known: {(): read(known)}
