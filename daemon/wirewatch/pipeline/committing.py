"""The thread that commits what was examined."""

import queue
from collections.abc import Callable

from wirewatch.pipeline.arrivals import IDLE, Arrivals
from wirewatch.pipeline.commit import Committer, StoppedError
from wirewatch.store.accept import Accepted

_QUIET = 0.03  # seconds without an arrival: time to tidy up before the next


class Committing:
    """The thread that commits."""

    def __init__(
        self, arrivals: Arrivals, committer: Committer, told: Callable[[list[Accepted]], None]
    ) -> None:
        self._arrivals = arrivals
        self._committer = committer
        self._told = told

    def run(self) -> None:
        """Commit until asked to stop."""
        patience = IDLE
        while not self._arrivals.stopping.is_set():
            self._arrivals.beat("commit")
            try:
                batch = self._arrivals.batches.get(timeout=patience)
            except queue.Empty:
                self._committer.store.checkpoint()
                patience = IDLE
                continue
            patience = _QUIET
            if batch is None:
                return
            try:
                accepted = self._committer.commit(batch)
            except StoppedError:
                return
            self._arrivals.landed(batch)
            self._told(accepted)
