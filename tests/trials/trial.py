"""One trial: daemons that live and die on one store, and what is found wrong with it."""

import threading
from collections.abc import Callable, Sequence
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
        self._books = Books(self.site, self.agency, self.receiver)

    def start(self, fault: str = "") -> Daemon:
        """Start a daemon; while it comes up, look at what the last one left."""
        self._daemon = Daemon(self.site, self.program(fault))
        self._look_back()
        return self._daemon

    def _look_back(self) -> None:
        """Check the last stop, if that is not done yet."""
        if self._last:
            stop, self._last = self._last, None
            self.wrong += [f"after round {self._rounds}: {w}" for w in self._books.faults(stop)]
            stop.drop()

    def killed(self, daemon: Daemon, *, as_it_should: bool) -> None:
        """Take stock after a daemon was killed."""
        assert as_it_should, "\n".join([*self.wrong, daemon.log()])
        self.wrong += daemon.complaints()
        self._rounds += 1
        self._last = self._stock.stop()

    def take_stock(self) -> Stop:
        """Look at what there is, while no daemon runs; drop it when it is of no more use."""
        return self._stock.stop()

    def is_settled(self, daemon: Daemon, timeout: float = _PATIENCE) -> bool:
        """Wait until all is dealt with; False when the daemon ended before, or never got there."""
        pause = threading.Event()
        for _ in range(int(timeout / 0.05)):
            if daemon.has_ended:
                return False
            if self._books.is_settled():
                return True
            pause.wait(0.05)
        return False

    def finish(self, point: str) -> Tally:
        """Let a last daemon deal with everything, then close the books."""
        daemon = self.start()
        settled = daemon.wait_ready() and self.is_settled(daemon)
        code = daemon.stop()
        self.wrong += daemon.complaints()
        if not settled:
            self.wrong.append(f"never done with everything:\n{daemon.log()}")
        if code != 0:
            self.wrong.append(f"the last daemon ended with {code}")
        self.wrong += self._books.faults_at_the_end(self._stock.stop())
        code, said = status(self.site)
        if code != 0 or not said["conserved"]:
            self.wrong.append(f"`wirewatch status` ends with {code}: {said}")
        tally = self._books.tally(self.fault, point, self._rounds)
        self.tallies.append(tally)
        keep(tally)
        if tally.lost or tally.doubled:
            self.wrong.append(f"{tally.lost} alerts lost, {tally.doubled} doubled")
        return tally

    def verdict(self) -> str:
        """Say all that is wrong, a line each; nothing when all is well."""
        return "\n".join(self.wrong)

    def discard(self) -> None:
        """Leave nothing running."""
        if self._daemon:
            self._daemon.discard()
