"""The desk's own alarms: what it is in trouble with. Pure: how things stand goes in.

An alarm is told when it is raised and when it is over, each once. What stands is let go a little
later than it was raised, so that a figure that wavers around a limit tells nobody ten times.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from wirewatch.clock import spoken
from wirewatch.model import Alarm
from wirewatch.quantities import Rate
from wirewatch.rhythm import LEAST_WEEKS, Span
from wirewatch.states import AlarmKind, Severity

SEVERITIES = {
    AlarmKind.SOURCE_SILENT: Severity.HIGH,
    AlarmKind.QUARANTINE: Severity.HIGH,
    AlarmKind.DISK: Severity.CRITICAL,
    AlarmKind.STORE: Severity.CRITICAL,
    AlarmKind.CHANNEL: Severity.HIGH,
    AlarmKind.RELOAD: Severity.HIGH,
    AlarmKind.CLOCK: Severity.NORMAL,
    AlarmKind.BACKUP: Severity.HIGH,
    AlarmKind.LOG: Severity.HIGH,
}
"""How loudly each kind of alarm speaks."""

SHORTEST_SILENCE = timedelta(hours=1)
"""Silence that is never remarkable."""
_LONGEST_SILENCE = timedelta(days=1)  # that is compared with other weeks
STUCK = timedelta(minutes=1)
"""For how long a store that cannot be written is no trouble yet."""
_A_LOT = Rate(20, timedelta(hours=1))
_QUARTER = 4  # the week at this part of the weeks, the poorest first, says what is normal
_ROOM = 1.2  # times the least free space, from which a disk is well again
_JUMP = timedelta(minutes=1)
_LARGE_LOG = 1_000_000_000  # bytes: a backup of a large store may hold as much for a while
Key = tuple[AlarmKind, str]
"""What an alarm is known by: its kind, and on whom or what it is."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """From when on things are trouble."""

    missed: int = 5
    quarantined: Rate = _A_LOT
    free: int = 500_000_000
    failing: timedelta = timedelta(minutes=15)


class Heard(NamedTuple):
    """When a source was last heard, and how many articles the same hours of past weeks brought.

    There are no weeks where it has not been silent for long enough to compare.
    """

    last: datetime
    weeks: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Situation:
    """How things stand; `standing` are the alarms that were raised and are not over.

    `free` are bytes, `failing` channels with when that began and their last error, on which
    something is to be sent, `idle` those on which nothing is, `stuck` is since when nothing can be
    written and why, `fault` what keeps a configuration from being taken in, `jumped` by how much
    the clock was set. `unsaved` is of when the newest backup is, or since when there should be one,
    where it is overdue; `log` are the bytes of the store's log.
    """

    now: datetime
    sources: Mapping[str, Heard] = field(default_factory=dict)
    quarantined: int = 0
    free: int | None = None
    failing: Mapping[str, tuple[datetime, str]] = field(default_factory=dict)
    stuck: tuple[datetime, str] | None = None
    fault: str = ""
    jumped: timedelta = timedelta()
    standing: Mapping[Key, datetime] = field(default_factory=dict)
    idle: Collection[str] = ()
    unsaved: datetime | None = None
    log: int = 0

    def stands(self, kind: AlarmKind, subject: str) -> bool:
        """Tell whether an alarm has been raised already."""
        return (kind, subject) in self.standing


def silence_of(last: datetime, now: datetime) -> Span | None:
    """Give the span of a silence that is worth comparing with other weeks, or None."""
    if now - last < SHORTEST_SILENCE:
        return None
    return max(last, now - _LONGEST_SILENCE), now


def alarms(situation: Situation, limits: Tolerance) -> Iterator[Alarm]:
    """Give everything that is trouble now."""
    yield from _silent(situation, limits)
    yield from _crowded(situation, limits)
    yield from _full(situation, limits)
    if situation.stuck and lasts(situation.stuck[0], situation.now, STUCK):
        since, why = situation.stuck
        said = f"nothing can be stored since {_at(since)}, arrivals wait: {why}"
        yield Alarm(AlarmKind.STORE, "store", said)
    for channel, (since, error) in situation.failing.items():
        if lasts(since, situation.now, limits.failing):
            why = f": {error}" if error else ""
            said = f"{channel}: no message has gone out since {_at(since)}{why}"
            yield Alarm(AlarmKind.CHANNEL, channel, said)
    if situation.unsaved:
        said = f"no verified backup since {_at(situation.unsaved)}; `wirewatch status` says why"
        yield Alarm(AlarmKind.BACKUP, "store", said)
    if situation.log > _LARGE_LOG // (2 if situation.stands(AlarmKind.LOG, "store") else 1):
        said = f"the store's log has {situation.log / 1e6:,.0f} MB: a program reads without end"
        yield Alarm(AlarmKind.LOG, "store", said)
    if situation.fault:
        said = f"the old configuration stays at work: {situation.fault}"
        yield Alarm(AlarmKind.RELOAD, "configuration", said)
    if abs(situation.jumped) >= _JUMP:
        way = "forward" if situation.jumped > timedelta() else "back"
        said = f"the clock was set {way} by {spoken(abs(situation.jumped))}"
        yield Alarm(AlarmKind.CLOCK, "clock", said)


def lasts(since: datetime, now: datetime, least: timedelta) -> bool:
    """Tell whether something lasts for so long; nobody knows how long, where it began in future."""
    return now < since or now - since >= least


def forgotten(situation: Situation, limits: Tolerance) -> set[Key]:
    """Give the alarms that stand no more, though nobody can say that they are over.

    A source that is silent for too long to be known any more, or that nobody misses now; a channel
    that fails, but on which nothing is to be sent.
    """
    return {
        (kind, subject)
        for kind, subject in situation.standing
        if (kind is AlarmKind.CHANNEL and subject in situation.idle)
        or (
            kind is AlarmKind.SOURCE_SILENT
            and (not limits.missed or subject not in situation.sources)
        )
    }


def _silent(situation: Situation, limits: Tolerance) -> Iterator[Alarm]:
    """Find sources of which nothing comes at a time when it always does.

    Normal is the lower quartile of the same hours of past weeks: a holiday among them does not
    hide a silence, nor does a busy week make one. What is silent is so until it is heard again;
    where the clock was ahead when that was told, until it has been heard within the last hour.
    """
    lately = situation.now - SHORTEST_SILENCE
    for source, heard in situation.sources.items() if limits.missed else ():
        raised = situation.standing.get((AlarmKind.SOURCE_SILENT, source))
        normal = _normal(heard.weeks)
        begins = raised is None and normal >= limits.missed
        since = lately if raised and raised > situation.now else raised
        if begins or (since is not None and heard.last < since):
            said = f"{source}: nothing since {_at(heard.last)}; normally {normal:.0f} in that time"
            yield Alarm(AlarmKind.SOURCE_SILENT, source, said)


def _normal(weeks: tuple[float, ...]) -> float:
    """Give what the same hours of past weeks normally brought; nothing where weeks are too few."""
    if len(weeks) < LEAST_WEEKS:
        return 0.0
    return sorted(weeks)[(len(weeks) - 1) // _QUARTER]


def _crowded(situation: Situation, limits: Tolerance) -> Iterator[Alarm]:
    """Find a quarantine that grows; it is well again at half of what is too much."""
    most = limits.quarantined.number
    if situation.stands(AlarmKind.QUARANTINE, "files"):
        most //= 2
    if situation.quarantined > most:
        within = spoken(limits.quarantined.per)
        files = "file" if situation.quarantined == 1 else "files"
        said = f"{situation.quarantined} {files} could not be read within {within}"
        yield Alarm(AlarmKind.QUARANTINE, "files", said)


def _full(situation: Situation, limits: Tolerance) -> Iterator[Alarm]:
    """Find a disk that is nearly full."""
    least = limits.free * (_ROOM if situation.stands(AlarmKind.DISK, "store") else 1)
    if situation.free is not None and situation.free < least:
        said = f"{situation.free / 1e6:,.0f} MB are left where the store lies"
        yield Alarm(AlarmKind.DISK, "store", said)


def _at(moment: datetime) -> str:
    """Write a moment for people."""
    return f"{moment:%Y-%m-%d %H:%M}Z"
