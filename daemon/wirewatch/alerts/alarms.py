"""The desk's own alarms: what it is in trouble with. Pure: how things stand goes in.

An alarm is told when it is raised and when it is over, each once. What stands is let go a little
later than it was raised, so that a figure that wavers around a limit tells nobody ten times.
"""

from collections.abc import Iterator, Mapping
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


@dataclass(frozen=True, slots=True)
class Tolerance:
    """From when on things are trouble."""

    missed: int = 5
    quarantined: Rate = _A_LOT
    free: int = 500_000_000
    failing: timedelta = timedelta(minutes=15)


class Heard(NamedTuple):
    """When a source was last heard, and how many articles the same hours of past weeks brought."""

    last: datetime
    weeks: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Situation:
    """How things stand; `standing` are the alarms that were raised and are not over.

    `free` are bytes, `failing` channels with when that began and their last error, `stuck` is since
    when nothing can be written and why, `fault` what keeps a configuration from being taken in,
    `jumped` by how much the clock was set.
    """

    now: datetime
    sources: Mapping[str, Heard] = field(default_factory=dict)
    quarantined: int = 0
    free: int | None = None
    failing: Mapping[str, tuple[datetime, str]] = field(default_factory=dict)
    stuck: tuple[datetime, str] | None = None
    fault: str = ""
    jumped: timedelta = timedelta()
    standing: Mapping[tuple[AlarmKind, str], datetime] = field(default_factory=dict)

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
    if situation.stuck and situation.now - situation.stuck[0] >= STUCK:
        since, why = situation.stuck
        said = f"nothing can be stored since {_at(since)}, arrivals wait: {why}"
        yield Alarm(AlarmKind.STORE, "store", said)
    for channel, (since, error) in situation.failing.items():
        if situation.now - since >= limits.failing:
            why = f": {error}" if error else ""
            said = f"{channel}: no message has gone out since {_at(since)}{why}"
            yield Alarm(AlarmKind.CHANNEL, channel, said)
    if situation.fault:
        said = f"the old configuration stays at work: {situation.fault}"
        yield Alarm(AlarmKind.RELOAD, "configuration", said)
    if abs(situation.jumped) >= _JUMP:
        way = "forward" if situation.jumped > timedelta() else "back"
        said = f"the clock was set {way} by {spoken(abs(situation.jumped))}"
        yield Alarm(AlarmKind.CLOCK, "clock", said)


def _silent(situation: Situation, limits: Tolerance) -> Iterator[Alarm]:
    """Find sources of which nothing comes at a time when it always does.

    Normal is the lower quartile of the same hours of past weeks: a holiday among them does not
    hide a silence, nor does a busy week make one. What is silent is so until it is heard again.
    """
    for source, heard in situation.sources.items():
        raised = situation.standing.get((AlarmKind.SOURCE_SILENT, source))
        normal = _normal(heard.weeks) if limits.missed else 0.0
        begins = raised is None and normal >= max(1, limits.missed)
        if begins or (raised is not None and heard.last < raised):
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
        said = f"{situation.quarantined} files could not be read within {within}"
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
