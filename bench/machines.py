"""Wirewatch as several machines run it, each a process here, or as one machine does, beside it.

All share the cores of this machine: what a process takes holds elsewhere too, how quickly they are
done together does not.
"""

import sqlite3
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Self

from deployed import Daemon, configure
from footprint import processor

from wirewatch.broker.access import Access
from wirewatch.broker.link import Link
from wirewatch.broker.local import LocalBroker
from wirewatch.broker.topology import Settings, of_joining
from wirewatch.tables import ClusterTable

PATIENCE = 120.0
"""Seconds that anything here may take."""
_PAUSE = 0.02
_NUMBERS = count()
_CLUSTER = """
[cluster]
name = "{name}"
addresses = {addresses}
prefix = "{prefix}"
"""


@dataclass(frozen=True)
class Cast:
    """How many of each kind there are; no workers is one machine by itself."""

    workers: int = 0
    desks: int = 1

    def __str__(self) -> str:
        """Name it."""
        if not self.workers:
            return "one machine"
        return f"1 intake, {self.workers} worker(s), {self.desks} desk(s)"

    def roles(self) -> list[tuple[str, str]]:
        """Give the name and the role of each process, those that others wait for first."""
        if not self.workers:
            return [("all", "all")]
        desks = [(f"desk{number}", "desk") for number in range(self.desks)]
        workers = [(f"worker{number}", "worker") for number in range(self.workers)]
        return [*desks, *workers, ("intake", "intake")]


class Machines:
    """Processes of a cast, for a `with` block; files go into `inbox`.

    Each process has a folder of its own with its store. The channel's URL ends in the name of who
    sends. Queues of several casts on one broker are kept apart by their prefix.
    """

    def __init__(self, home: Path, cast: Cast, rules: str, url: str, broker: LocalBroker) -> None:
        self.inbox = home / "inbox"
        self.daemons: dict[str, Daemon] = {}
        self._cast = cast
        self._broker = broker
        sizes = ClusterTable()
        self._settings = Settings(
            f"bench{next(_NUMBERS)}", sizes.replicas, sizes.tries, sizes.arrivals, sizes.desk
        )
        self._ending = ExitStack()
        self._home = home
        for name, role in cast.roles():
            config = configure(home / name, rules, f"{url}/{name}")
            table = _CLUSTER.format(
                name=name, addresses=list(broker.addresses), prefix=self._settings.prefix
            ).replace("'", '"')
            text = config.read_text().replace('path = "inbox"', f'path = "{self.inbox}"')
            config.write_text(text + table)
            self.daemons[name] = Daemon(config, role, sys.executable)

    def __enter__(self) -> Self:
        """Start all, and wait until they are joined."""
        self.inbox.mkdir(parents=True)
        if self._cast.workers:
            self._declare()
        with ExitStack() as ending:
            for daemon in self.daemons.values():
                ending.enter_context(daemon)
            if self._cast.workers:
                queues = self._desk_queues()
                self.await_takers(dict.fromkeys([*queues, self._settings.arrivals], 1))
            self._ending = ending.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop all."""
        self._ending.__exit__(kind, error, trace)

    @property
    def stores(self) -> list[Path]:
        """Give the store of each desk."""
        return [self.store(name) for name in self.daemons if name.startswith(("all", "desk"))]

    def store(self, name: str) -> Path:
        """Give the store of a process."""
        return self._home / name / "store" / "wirewatch.db"

    def await_articles(self, count: int) -> None:
        """Wait until each desk has so many articles. Raises RuntimeError."""
        self._await_rows("SELECT coalesce(max(id), 0) FROM articles", lambda found: found >= count)

    def await_told(self) -> None:
        """Wait until nothing is to be told any more. Raises RuntimeError."""
        waits = "state IN ('pending', 'sending', 'failed')"
        asked = f"SELECT count(*) FROM deliveries WHERE {waits}"  # noqa: S608 - our own words
        self._await_rows(asked, lambda found: not found)

    def await_election(self) -> str:
        """Wait until every desk follows and one of them sends; give its name."""
        self.await_takers(dict.fromkeys(self._desk_queues(), 1))
        _until(lambda: len(self._leads() | {""}) == 2, "one that sends, for all desks")
        [lead] = self._leads()
        return lead.split()[1]

    def _leads(self) -> set[str]:
        """Give the epoch and the desk that sends, as far as each desk is; "" for none."""
        asked = "SELECT coalesce(max(epoch) || ' ' || desk, '') FROM cluster_leads"
        return {str(_asked(store, asked)) for store in self.stores}

    def _declare(self) -> None:
        """Make the queue of each desk before the log brings anything, so that none misses it."""
        names = [name for name, role in self._cast.roles() if role == "desk"]
        stands = [one for name in names for one in of_joining(self._settings, name)]
        link = Link(Access(self._broker.addresses), "bench", stands)
        link.open()
        connected = link.wait(PATIENCE)
        link.close()
        if not connected:
            raise RuntimeError(f"the broker is not reached: {link.trouble}")

    def await_takers(self, wanted: dict[str, int]) -> None:
        """Wait until so many take from each queue. Raises RuntimeError."""
        link = Link(Access(self._broker.addresses), "bench")
        link.open()
        try:
            link.wait(PATIENCE)
            _until(lambda: _are_taken(link, wanted), f"takers {wanted}")
        finally:
            link.close()

    def used(self) -> dict[str, float]:
        """Give the processor's seconds that each kind of process has used, the broker's too."""
        found: dict[str, float] = {}
        for name, daemon in self.daemons.items():
            kind = name.rstrip("0123456789")
            found[kind] = found.get(kind, 0.0) + _with_children(daemon.pid)
        return found | {"broker": broker_used(self._broker)}

    def ids(self) -> dict[int, int]:
        """Give the id of each story's article in the first desk."""
        asked = "SELECT a.id, f.path FROM articles a JOIN files f ON f.id = a.file_id"
        with closing(_reader(self.stores[0])) as connection:
            return {int(path[-11:-4]): article for article, path in connection.execute(asked)}

    def _desk_queues(self) -> Iterable[str]:
        """Name the queues of all desks."""
        return [self._settings.desk(f"desk{number}") for number in range(self._cast.desks)]

    def _await_rows(self, asked: str, holds: Callable[[int], bool]) -> None:
        """Wait until each desk answers a question as it should. Raises RuntimeError."""
        for store in self.stores:
            _until(partial(_holds, store, asked, holds), f"{asked} in {store}")


def broker_used(broker: LocalBroker) -> float:
    """Give the processor's seconds that the broker's nodes have used."""
    return sum(processor(broker.pid(node)) for node in range(len(broker.names)))


def _are_taken(link: Link, wanted: dict[str, int]) -> bool:
    """Tell whether so many take from each queue."""
    found = link.depths(wanted)
    return all((found[queue] or (0, 0))[1] >= takers for queue, takers in wanted.items())


def _reader(store: Path) -> sqlite3.Connection:
    """Open a store to read."""
    return sqlite3.connect(f"file:{store}?mode=ro", uri=True)


def _asked(store: Path, question: str) -> object:
    """Ask a store for one value."""
    with closing(_reader(store)) as connection:
        return connection.execute(question).fetchone()[0]


def _holds(store: Path, question: str, holds: Callable[[int], bool]) -> bool:
    """Tell whether a store answers a question as it should."""
    return holds(int(str(_asked(store, question))))


def _until(holds: Callable[[], bool], what: str) -> None:
    """Wait until a condition holds. Raises RuntimeError where it does not in time."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > deadline:
            raise RuntimeError(f"did not come in {PATIENCE:.0f} s: {what}")
        time.sleep(_PAUSE)


def _with_children(pid: int) -> float:
    """Give the processor's seconds of a process and of those that it has started."""
    used = processor(pid)
    for place in Path(f"/proc/{pid}/task").glob("*/children"):
        used += sum(processor(int(child)) for child in place.read_text().split())
    return used
