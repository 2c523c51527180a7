"""From a file's close to its commit and to the phone: idle, and in a burst.

Each story goes in by a rename from outside the inbox or by open, write and close inside it, in
turns, and each raises one alert. The clock starts just before the rename or close. The phone is a
process (`receiver.py`); commits are seen from outside (`commits.py`).
"""

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from commits import Commits
from generate import Stories, name_of
from receiver import Receiver
from report import Row, Table, Target, median, percentiles, progress
from sides import Bare, Ours, Shell, Side

_EVERY = 0.1  # seconds between two files when idle
_WARM = 5  # files before the measuring begins
_PATIENCE = 120.0  # seconds for the last message to arrive
_BURST_POLL = 0.001  # seconds; in a burst every core is wanted


@dataclass
class Taken:
    """What one or more runs of one side took, in milliseconds."""

    commit: list[float] = field(default_factory=list)
    received: list[float] = field(default_factory=list)
    all_committed: list[float] = field(default_factory=list)
    all_received: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Load:
    """How many files arrive, and how: seconds apart, or all at once."""

    count: int
    apart: float
    rounds: int


def run(home: Path, *, quick: bool) -> list[Table]:
    """Measure our side beside the bare chain in turns, then the shell pipeline by itself."""
    idle = Load(50 if quick else 200, _EVERY, 1 if quick else 3)
    burst = Load(500 if quick else 2_000, 0.0, 1 if quick else 3)
    tables = []
    for load in (idle, burst):
        taken: dict[type[Side], Taken] = {Ours: Taken(), Bare: Taken()}
        for turn in range(load.rounds):
            for kind in (Bare, Ours):
                _measure(kind, home / f"{kind.__name__}-{load.apart}-{turn}", load, taken[kind])
        table = _idle_table if load.apart else _burst_table
        tables.append(table(load, taken[Ours], taken[Bare]))
    return [*tables, _shell_table(home)]


def _measure(kind: type[Side], home: Path, load: Load, taken: Taken) -> None:
    """Run one side once."""
    progress(f"latency: {kind.name}, {load.count:,} files, {'idle' if load.apart else 'burst'}")
    with Receiver() as receiver, kind(home, receiver.url) as side:
        stories = _prepared(home, range(load.count + _WARM))
        _deliver(side.inbox, stories[:_WARM], _EVERY)
        _expect(receiver, _WARM, kind)
        commits = Commits(side.database, *([] if load.apart else [_BURST_POLL]))
        begun = _deliver(side.inbox, stories[_WARM:], load.apart)
        _expect(receiver, load.count + _WARM, kind)
        arrivals = receiver.arrivals()
        committed = commits.stop(side.ids())
    first = min(begun.values())
    taken.commit += [(committed[n] - begun[n]) / 1e6 for n in begun if n in committed]
    taken.received += [(arrivals[n] - begun[n]) / 1e6 for n in begun]
    taken.all_committed.append((max(committed.values()) - first) / 1e6)
    taken.all_received.append((max(arrivals.values()) - first) / 1e6)


def _expect(receiver: Receiver, count: int, kind: type[Side]) -> None:
    """Wait for messages. Raises RuntimeError when they do not come."""
    if not receiver.wait_for(count, _PATIENCE):
        raise RuntimeError(f"{kind.name}: {receiver.messages()} of {count} messages arrived")


def _prepared(home: Path, numbers: Iterable[int]) -> list[tuple[int, Path, bytes]]:
    """Write stories beside the inbox, ready to be renamed into it."""
    waiting = home / "waiting"
    waiting.mkdir()
    stories = Stories()
    made = []
    for number in numbers:
        path, data = waiting / name_of(number), stories.text(number, named=True).encode()
        path.write_bytes(data)
        made.append((number, path, data))
    return made


def _deliver(inbox: Path, stories: list[tuple[int, Path, bytes]], apart: float) -> dict[int, int]:
    """Bring stories into the inbox; give when each was renamed or closed."""
    begun = {}
    due = time.monotonic()
    for number, path, data in stories:
        target = inbox / path.name
        if number % 2:
            begun[number] = time.monotonic_ns()
            os.rename(path, target)  # noqa: PTH104 - as quick as can be
        else:
            handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
            os.write(handle, data)
            begun[number] = time.monotonic_ns()
            os.close(handle)
        due += apart
        time.sleep(max(0.0, due - time.monotonic()))
    return begun


def _idle_table(load: Load, ours: Taken, bare: Taken) -> Table:
    """Put the latencies side by side."""
    table = Table(
        f"latency, idle: a file every {load.apart:g} s, {len(ours.received)} files", "bare"
    )
    for name, one, other in (
        ("close to commit", percentiles(ours.commit), percentiles(bare.commit)),
        ("close to phone", percentiles(ours.received), percentiles(bare.received)),
    ):
        for part, value in one.items():
            told = name == "close to phone" and part in {"p50", "p99"}
            target = Target(1.3) if told else None
            table.rows.append(Row(f"{name}, {part}", "ms", value, other[part], target))
    table.notes.append(
        "bare: watchdog, queue, the same matching, one INSERT, Apprise; no ledger, no full text"
    )
    table.notes.append("commits are seen by polling from another process, up to 0.2 ms late")
    return table


def _burst_table(load: Load, ours: Taken, bare: Taken) -> Table:
    """Put the burst's times side by side."""
    table = Table(f"latency, a burst of {load.count:,} files", "bare")
    both = ((ours.all_committed, bare.all_committed), (ours.all_received, bare.all_received))
    for name, (one, other), target in zip(
        ("first close to last commit", "first close to last message"),
        both,
        (None, Target(1.0)),
        strict=True,
    ):
        table.rows.append(Row(name, "ms", median(one), median(other), target))
    for name, one, other in (
        ("close to commit", ours.commit, bare.commit),
        ("close to phone", ours.received, bare.received),
    ):
        here, there = percentiles(one), percentiles(other)
        table.rows += [Row(f"{name}, {p}", "ms", here[p], there[p]) for p in ("p50", "p99")]
    table.notes.append(f"medians of {load.rounds} round(s), in turns; commits up to 1 ms late")
    return table


def _shell_table(home: Path) -> Table:
    """Measure the shell pipeline with few files, since it is slow, and ours with as many."""
    table = Table("latency, beside inotifywait | sqlite-utils | apprise", "shell")
    missing = Shell.missing()
    if missing:
        table.notes.append(f"left out: {', '.join(missing)} not installed")
        return table
    load = Load(5, 5.0, 1)
    taken: dict[type[Side], Taken] = {Ours: Taken(), Shell: Taken()}
    for kind, took in taken.items():
        _measure(kind, home / f"{kind.__name__}-beside-shell", load, took)
    for name, one, other in (
        ("close to commit", taken[Ours].commit, taken[Shell].commit),
        ("close to phone", taken[Ours].received, taken[Shell].received),
    ):
        table.rows.append(Row(f"{name}, p50", "ms", median(one), median(other)))
    return table
