"""One trial: daemons that live and die on one store, and what is found wrong with it."""

import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from trials.agency import Agency
from trials.books import Books
from trials.daemon import PROGRAM, Daemon, status
from trials.receiver import Receiver
from trials.site import Site
from trials.stock import Stocktaker, Stop
from trials.tally import Fault, Tally, keep

_PATIENCE = 60  # seconds in which a daemon that nobody kills has dealt with everything


@dataclass
class Trial:
    """One store with its inboxes and its phone, and daemons that live and die on it."""

    site: Site
    agency: Agency
    receiver: Receiver
    fault: Fault
    tallies: list[Tally]
    program: Callable[[str], Sequence[str]] = lambda _: PROGRAM
    """What runs the program with a fault built in, by its name."""
    wrong: list[str] = field(default_factory=list)
    _rounds: int = 0
    _daemon: Daemon | None = None
    _last: Stop | None = None

    def __post_init__(self) -> None:
        """Open the books."""
        self._stock = Stocktaker(self.site, self.agency, self.receiver)
        self.books = Books(self.site, self.agency, self.receiver)

    def start(self, fault: str = "") -> Daemon:
        """Start a daemon; while it comes up, look at what the last one left."""
        self._daemon = Daemon(self.site, self.program(fault))
        self._look_back()
        return self._daemon

    def _look_back(self) -> None:
        """Check the last stop, if that is not done yet."""
        if self._last:
            stop, self._last = self._last, None
            self.wrong += [f"after round {self._rounds}: {w}" for w in self.books.faults(stop)]
            stop.drop()

    def killed(self, daemon: Daemon, *, as_it_should: bool) -> None:
        """Take stock after a daemon was killed."""
        assert as_it_should, "\n".join([*self.wrong, daemon.log()])
        self.wrong += daemon.complaints()
        self._rounds += 1
        self._last = self._stock.stop()

    def ended(self, *, complaints: bool = True) -> None:
        """Take stock after a daemon has ended of itself; with reason it may have complained."""
        if self._daemon and not complaints:
            self.wrong += self._daemon.complaints()
        self._rounds += 1
        self._last = self._stock.stop()

    def gone_through(self) -> None:
        """Count a round that the daemon lived through."""
        self._rounds += 1

    def count(self, query: str) -> int:
        """Ask the store of a running daemon for a number, and touch nothing; 0 before there is one."""
        if not self.site.store.exists():
            return 0
        uri = f"{self.site.store.as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True)) as db:
            return int(db.execute(query).fetchone()[0])

    def waits_for(self, query: str, least: int, timeout: float = 20) -> bool:
        """Wait until the store answers with so large a number."""
        pause = threading.Event()
        deadline = time.monotonic() + timeout
        while (begun := time.monotonic()) < deadline:
            if self.count(query) >= least:
                return True
            pause.wait(0.05 + 5 * (time.monotonic() - begun))  # who looks costs time, too
        return False

    def take_stock(self) -> Stop:
        """Look at what there is, while no daemon runs; drop it when it is of no more use."""
        return self._stock.stop()

    def is_settled(self, daemon: Daemon, timeout: float = _PATIENCE) -> bool:
        """Wait until all is dealt with; False when the daemon ended before, or never got there."""
        pause = threading.Event()
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline and not daemon.has_ended:
            begun = time.monotonic()
            if self.books.is_settled():
                return True
            pause.wait(
                0.05 + time.monotonic() - begun
            )  # looking takes its time where there is much
        return False

    def finish(self, point: str) -> Tally:
        """Let a last daemon deal with everything, then close the books."""
        daemon = self.start()
        daemon.wait_ready()
        return self.close(daemon, point)

    def close(
        self, daemon: Daemon, point: str, *, complaints: bool = False, patience: float = _PATIENCE
    ) -> Tally:
        """Let a daemon deal with everything, stop it, and close the books."""
        settled = self.is_settled(daemon, patience)
        code = daemon.stop()
        if not complaints:
            self.wrong += daemon.complaints()
        if not settled:
            self.wrong.append(f"never done with everything:\n{daemon.log()}")
        if code != 0:
            self.wrong.append(f"the last daemon ended with {code}:\n{daemon.log()}")
        self.wrong += self.books.faults_at_the_end(self._stock.stop())
        code, said = status(self.site)
        if code != 0 or not said["conserved"]:
            self.wrong.append(f"`wirewatch status` ends with {code}: {said}")
        tally = self.books.tally(self.fault, point, self._rounds)
        self.record(tally)
        if tally.lost or tally.doubled:
            self.wrong.append(f"{tally.lost} alerts lost, {tally.doubled} doubled")
        return tally

    def record(self, tally: Tally) -> None:
        """Keep what came of the trial."""
        self.tallies.append(tally)
        keep(tally)

    def verdict(self) -> str:
        """Say all that is wrong, a line each; nothing when all is well."""
        return "\n".join(self.wrong)

    def discard(self) -> None:
        """Leave nothing running."""
        if self._daemon:
            self._daemon.discard()
