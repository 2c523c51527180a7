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
        patience: float | None = IDLE
        while patience and not self._arrivals.stopping.is_set():
            patience = self._turn(patience)

    def _turn(self, patience: float) -> float | None:
        """Commit what comes within some seconds; give those to wait for more, None at the end.

        What was committed is let go with this frame: it may be large, and the next may be long in
        coming.
        """
        pulses = self._arrivals.pulses
        pulses.rests("commit")
        try:
            batch = self._arrivals.batches.get(timeout=patience)
        except queue.Empty:
            self._committer.store.checkpoint()
            return IDLE
        if batch is None:
            return None
        pulses.works("commit")
        try:
            accepted = self._committer.commit(batch)
        except StoppedError:
            return None
        self._arrivals.landed(batch)
        pulses.moved("commit")
        self._told(accepted)
        return _QUIET
