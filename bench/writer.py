"""Where a desk's single writer binds: entries of the log as workers make them, read and performed.

Nothing else runs: no broker, no deliveries. What is measured is what each desk must do for each
article, however many desks and workers there are.
"""

import gc
import hashlib
import time
from pathlib import Path

from deployed import DESK_RULES, configure
from generate import Stories, name_of
from report import Row, Table, progress

from wirewatch.clock import utc_now
from wirewatch.cluster.entry import Entry, entry_of, read, written
from wirewatch.deployment import load_deployment
from wirewatch.intake.source import Content
from wirewatch.model import Arrival, Outcome, Stamp
from wirewatch.pipeline.acts import Accept
from wirewatch.store.database import Store
from wirewatch.store.desks import note

_TOGETHER = 32  # arrivals that share an entry, as workers do under load
_COMMITTED = 64  # entries that share a commit, as desks do under load
_PARTS = 4  # of all, each measured by itself: does it slow down as the store grows?

Written = tuple[str, str, bytes]
"""An entry as it lies in the log: its name, its kind, its body."""


def table(home: Path, count: int) -> Table:
    """Measure reading and performing so many articles."""
    progress(f"cluster: accept alone, {count:,} articles")
    log = _log(home, count)
    gc.freeze()  # which a desk's process, that holds no log, need not look through either
    store = Store.open(home / "store" / "wirewatch.db")
    size = -(-len(log) // _PARTS)
    parts = [_followed(store, log[at : at + size]) for at in range(0, len(log), size)]
    store.close()
    room = (home / "store" / "wirewatch.db").stat().st_size
    found = Table(f"a desk's single writer alone: {count:,} wires of 2 KB", "reading only")
    for number, (articles, reading, performing) in enumerate(parts, 1):
        name = f"read and performed, quarter {number}"
        speed = articles / (reading + performing)
        found.rows.append(Row(name, "articles/s", speed, articles / reading))
    bodies = sum(len(body) for _, _, body in log)
    found.notes += [
        f"of each article {bodies / count:,.0f} bytes in the log, {room / count:,.0f} in the store",
        f"on one core; {_TOGETHER} articles an entry, {_COMMITTED} entries a commit",
    ]
    return found


def _log(home: Path, count: int) -> list[Written]:
    """Write the log that workers would write of so many stories."""
    deployment = load_deployment(configure(home, DESK_RULES))
    examiner, stories = deployment.examiner(utc_now), Stories()
    log: list[Written] = []
    group: list[Outcome] = []
    for number in range(count):
        data = stories.text(number).encode()
        name, stamp = name_of(number), Stamp(len(data), number, number)
        sha256 = hashlib.sha256(data).hexdigest()
        arrival = Arrival("wires", name, stamp, utc_now(), sha256)
        group.append(examiner.outcome(arrival, Content(data, sha256, stamp)))
        if len(group) == _TOGETHER or number == count - 1:
            entry = entry_of(Accept(utc_now(), tuple(group), deployment.telling))
            log.append((entry.id, entry.kind, written(entry)))
            group = []
    return log


def _followed(store: Store, log: list[Written]) -> tuple[int, float, float]:
    """Read and perform entries as a desk does; give articles, and the seconds for either."""
    articles, reading, performing = 0, 0.0, 0.0
    for first in range(0, len(log), _COMMITTED):
        begun = time.perf_counter()
        entries = [read(*one) for one in log[first : first + _COMMITTED]]
        midway = time.perf_counter()
        _perform(store, entries)
        reading += midway - begun
        performing += time.perf_counter() - midway
        articles += sum(len(one.act.outcomes) for one in entries if isinstance(one.act, Accept))
    return articles, reading, performing


def _perform(store: Store, entries: list[Entry]) -> None:
    """Perform entries in one transaction."""
    with store.write() as db:
        for entry in entries:
            entry.act.perform(db)
            note(db, entry.id, entry.kind, entry.now)
