"""Several machines beside one: what an article costs by way of the broker, and what it gains.

Intake, workers and desks are processes of this machine, with a broker of three nodes on loopback;
beside them one process that does everything. Both are given the same files in the same way.
"""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import takeover
import writer
from commits import Commits
from deployed import ALL_RULES, DESK_RULES
from generate import Stories
from machines import PATIENCE, Cast, Machines, broker_used
from receiver import Receiver
from report import Row, Table, percentiles, progress

from wirewatch.broker.local import LocalBroker
from wirewatch.broker.local_process import SERVER

_ALONE = Cast()
_KINDS = ("intake", "worker", "desk", "broker")
_LINKS = 400  # around each page's story, as sites have them
_IDLE = 5.0  # seconds for which the broker is watched doing nothing
_APART = 0.1  # seconds between two files when they come one by one
_WARM = 5  # files before the measuring begins

File = tuple[str, bytes]


@dataclass
class Taken:
    """What a cast took for so many articles: seconds, and those of processors by kind."""

    articles: int
    seconds: float
    used: dict[str, float] = field(default_factory=dict)

    @property
    def speed(self) -> float:
        """Give articles a second."""
        return self.articles / self.seconds

    def each(self, kind: str = "") -> float:
        """Give a processor's milliseconds for each article, of a kind or of all."""
        used = self.used[kind] if kind else sum(self.used.values())
        return used / self.articles * 1e3


def run(home: Path, *, quick: bool) -> list[Table]:
    """Measure one after the other on one broker."""
    if not SERVER.is_file():
        left_out = Table("several machines beside one", "one machine")
        left_out.notes.append(f"left out: there is no {SERVER} (apt install rabbitmq-server)")
        return [left_out]
    with LocalBroker(home / "broker") as broker:
        stories = Stories()
        wires = [(f"{n:07}.txt", stories.text(n).encode()) for n in range(500 if quick else 2_000)]
        pages = [(f"{n:07}.html", _page(stories, n)) for n in range(100 if quick else 400)]
        return [
            _cost(home / "wires", "wires of 2 KB", wires, broker),
            _cost(home / "pages", "pages of 30 KB, parsed in a process apart", pages, broker),
            _latency(home / "latency", 50 if quick else 200, broker),
            takeover.table(home / "takeover", 2 if quick else 5, broker),
            writer.table(home / "writer", 1_000 if quick else 100_000),
        ]


def _cost(home: Path, what: str, files: list[File], broker: LocalBroker) -> Table:
    """Measure files at once with several casts."""
    casts = (_ALONE, Cast(1, 1), Cast(2, 1), Cast(1, 2))
    alone, *others = (_taken(home / f"{at}", one, files, broker) for at, one in enumerate(casts))
    title = f"several machines: {len(files):,} {what}, at once"
    table = Table(title, "one machine")
    for cast, taken in zip(casts[1:], others, strict=True):
        speed = Row(f"{cast}: speed", "articles/s", taken.speed, alone.speed)
        table.rows.append(speed)
        table.rows.append(Row("  processor, all", "ms each", taken.each(), alone.each("all")))
        table.rows += [Row(f"  {kind}", "ms each", taken.each(kind)) for kind in _KINDS]
    table.notes += [
        f"all processes share the {os.cpu_count()} cores of this machine",
        f"the broker's three nodes take {_idle(broker):.1f} % of a core while nothing comes",
    ]
    return table


def _taken(home: Path, cast: Cast, files: list[File], broker: LocalBroker) -> Taken:
    """Measure one cast."""
    progress(f"cluster: {len(files):,} files, {cast}")
    with Receiver() as receiver:
        machines = Machines(home, cast, DESK_RULES, receiver.url, broker)
        waiting = list(_waiting(home / "waiting", files))
        with machines:
            before, begun = machines.used(), time.perf_counter()
            for path in waiting:
                os.rename(path, machines.inbox / path.name)  # noqa: PTH104 - as quick as can be
            machines.await_articles(len(files))
            seconds = time.perf_counter() - begun
            machines.await_told()
            after = machines.used()
    used = {kind: after[kind] - before[kind] for kind in after}
    if not cast.workers:
        del used["broker"]
    return Taken(len(files), seconds, used)


def _waiting(folder: Path, files: list[File]) -> Iterator[Path]:
    """Write files beside the inbox, ready to be renamed into it."""
    folder.mkdir(parents=True)
    for name, data in files:
        (folder / name).write_bytes(data)
        yield folder / name


def _page(stories: Stories, number: int) -> bytes:
    """Write a story as a page of a site."""
    links = "".join(f'<li><a href="/s/{n}">Section {n} of it</a></li>' for n in range(_LINKS))
    opening, *paragraphs = stories.text(number).strip().split("\n\n")
    story = "".join(f"<p>{one}</p>" for one in [opening, *paragraphs])
    return (
        f"<!doctype html><html><head><title>Story {number}</title></head><body><ul>{links}</ul>"
        f"<article><h1>Story {number} of the day</h1>{story}</article></body></html>"
    ).encode()


def _idle(broker: LocalBroker) -> float:
    """Give what a broker's nodes take of a core while nothing happens, in percent."""
    before = broker_used(broker)
    time.sleep(_IDLE)
    return (broker_used(broker) - before) / _IDLE * 100


def _latency(home: Path, number: int, broker: LocalBroker) -> Table:
    """Measure files that come one by one."""
    sides = [
        _moments(home / str(cast.desks), cast, number, broker) for cast in (Cast(1, 2), _ALONE)
    ]
    table = Table(f"several machines: {number} files, one each {_APART:g} s", "one machine")
    for name, ours, other in zip(("row in the desk", "phone"), *sides, strict=True):
        both = percentiles(ours), percentiles(other)
        table.rows += [
            Row(f"rename to {name}, {part}", "ms", both[0][part], both[1][part]) for part in both[0]
        ]
    table.notes.append("the row in the first desk of two; one worker")
    return table


def _moments(
    home: Path, cast: Cast, number: int, broker: LocalBroker
) -> tuple[list[float], list[float]]:
    """Give the milliseconds from each rename to the row and to the phone."""
    progress(f"cluster: one by one, {cast}")
    stories = Stories()
    files = [
        (f"story-{n:07}.txt", stories.text(n, named=True).encode()) for n in range(number + _WARM)
    ]
    with Receiver() as receiver:
        machines = Machines(home, cast, ALL_RULES, receiver.url, broker)
        waiting = list(_waiting(home / "waiting", files))
        with machines:
            if cast.workers:
                machines.await_election()
            _one_by_one(waiting[:_WARM], machines.inbox)
            machines.await_articles(_WARM)
            commits = Commits(machines.stores[0])
            begun = _one_by_one(waiting[_WARM:], machines.inbox)
            machines.await_articles(len(files))
            if not receiver.wait_for(len(files), PATIENCE):
                raise RuntimeError(f"{receiver.messages()} of {len(files)} messages arrived")
            committed = commits.stop(machines.ids())
            arrived = receiver.arrivals()
    rows = [(committed[n] - begun[n]) / 1e6 for n in begun if n in committed]
    return rows, [(arrived[n] - begun[n]) / 1e6 for n in begun]


def _one_by_one(waiting: list[Path], inbox: Path) -> dict[int, int]:
    """Bring files into the inbox; give when each was renamed, by its number."""
    begun = {}
    for path in waiting:
        begun[int(path.stem[-7:])] = time.monotonic_ns()
        os.rename(path, inbox / path.name)  # noqa: PTH104 - as quick as can be
        time.sleep(_APART)
    return begun
