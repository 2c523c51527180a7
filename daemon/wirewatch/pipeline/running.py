"""A running daemon, as those see it who ask how it is: is it alive, is it ready?"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from wirewatch.clock import iso
from wirewatch.intake.watcher import Watcher
from wirewatch.pipeline.arrivals import Arrivals
from wirewatch.pipeline.deliveries import Deliveries
from wirewatch.pulse import Pulses
from wirewatch.store.database import Writing

_PATIENCE = 60.0  # seconds without an end of anything, after which a worker counts as stuck
_UNTIMED = 90.0  # seconds that reading a heavy file may take beyond its time, for a fresh process
_LATELY = 120.0  # seconds; scheduled jobs write twice a minute


@dataclass
class Running:
    """The parts of a running daemon; `rules` and `version` change when rules are taken in anew.

    `stuck` tells since when arrivals wait for the store, and why; `post` says what is wrong with
    what connects it to other machines.
    """

    arrivals: Arrivals
    deliveries: Deliveries
    watcher: Watcher
    writing: Writing
    pulses: Pulses
    stuck: Callable[[], tuple[datetime, str] | None]
    begun: datetime
    rules: int
    version: str
    started: bool = False
    post: Callable[[], list[str]] = list
    monotonic: Callable[[], float] = time.monotonic

    def ailments(self) -> list[str]:
        """Say what a new start may mend: workers that are stuck. Empty while all is well."""
        return self.pulses.ailments()

    def shortcomings(self) -> list[str]:
        """Say why it is not at work as it should be, whether a new start mends it or not."""
        found = [] if self.started else ["it is still starting"]
        found += self.ailments()
        if stuck := self.stuck():
            found.append(f"the store cannot be written since {iso(stuck[0])}: {stuck[1]}")
        elif self.since_write() > _LATELY:
            found.append(f"nothing was written for {self.since_write():.0f} s")
        found += self.post()
        found += [f"inbox {name} is not watched" for name in self.watcher.blind()]
        unseen = [name for name in self.arrivals.inboxes if name not in self.arrivals.listed]
        return found + [f"inbox {name} was not listed yet" for name in unseen]

    def since_write(self) -> float:
        """Give for how many seconds nothing was written."""
        last = self.writing.last
        return 0.0 if last is None else max(0.0, self.monotonic() - last)


def patience(parse_time: float, *, takes_in: bool = True) -> dict[str, float]:
    """Give for each worker after how many seconds it counts as stuck.

    `parse_time` is how long a heavy file may be read, which is tried twice. What a folder hangs in
    that is listed (a network's, that is gone) no new start mends.
    """
    heavy = max(_PATIENCE, 2 * parse_time + _UNTIMED)
    if not takes_in:
        return {"deliver": _PATIENCE}
    known = dict.fromkeys(("intake", "commit", "deliver"), _PATIENCE)
    return known | {"heavy": heavy, "scan": math.inf}
