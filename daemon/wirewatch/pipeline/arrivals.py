"""The arrivals' journey in the daemon: its threads examine, read what is heavy, commit, list.

Examining goes on while the last batch is written, so what arrives meanwhile shares the next
commit; an arrival that comes alone is committed alone, at once. The queue between the two holds
one batch: when the store is slow, hints wait, and none is examined before its time.
"""

import contextlib
import queue
import threading
from collections.abc import Sequence
from dataclasses import replace

from wirewatch.clock import Clock
from wirewatch.durations import Durations
from wirewatch.intake.hints import Hint, Hints, Kind
from wirewatch.model import Outcome
from wirewatch.pipeline.examine import Examiner
from wirewatch.pipeline.inboxes import Inbox
from wirewatch.pipeline.parsing import parse_quickly
from wirewatch.pulse import Pulses
from wirewatch.states import FileReason, FileState

IDLE = 5.0
"""Seconds after which a thread that waits looks around, and says that it is well."""


class Arrivals:
    """Shared by the threads of intake: what goes from one to the other."""

    def __init__(
        self,
        inboxes: dict[str, Inbox],
        examiner: Examiner,
        clock: Clock,
        pulses: Pulses,
    ) -> None:
        self.inboxes = inboxes
        self.adopt(examiner)
        self.clock = clock
        self.pulses = pulses
        self.hints = Hints()
        self.took = Durations()
        self.folders: queue.SimpleQueue[Hint | None] = queue.SimpleQueue()
        self.batches: queue.Queue[list[Outcome] | None] = queue.Queue(maxsize=1)
        self.to_parse = threading.Event()
        self.listed: set[str] = set()
        """The inboxes whose folders were looked into since the start."""
        self.stopping = threading.Event()
        self._in_flight: set[tuple[str, str]] = set()
        self._lock = threading.Lock()

    def adopt(self, examiner: Examiner) -> None:
        """Examine by these rules from now on: what is quickly read at once, the rest apart."""
        self.examiner = replace(examiner, parse=parse_quickly)

    def hand_over(self, batch: list[Outcome], worker: str) -> None:
        """Pass a batch on to be committed; waits while the last one is not taken."""
        with self._lock:
            self._in_flight.update((o.arrival.inbox, o.arrival.path) for o in batch)
        while not self.stopping.is_set():
            try:
                self.batches.put(batch, timeout=IDLE)
            except queue.Full:
                self.pulses.held(worker, "what was examined last is not committed yet")
                continue
            self.pulses.moved(worker)
            return

    def landed(self, batch: Sequence[Outcome]) -> None:
        """Note that a batch was committed, and tell those who are to look at what waits of it."""
        with self._lock:
            self._in_flight.difference_update((o.arrival.inbox, o.arrival.path) for o in batch)
        waiting = {outcome.reason for outcome in batch if outcome.state is FileState.PENDING}
        if FileReason.PARSING in waiting:
            self.to_parse.set()
        if waiting - {FileReason.PARSING}:
            self.hints.wake()

    def in_flight(self) -> set[tuple[str, str]]:
        """Give what is on its way to be committed, by inbox and path."""
        with self._lock:
            return set(self._in_flight)

    def all_landed(self) -> bool:
        """Tell whether nothing is on its way to be committed."""
        with self._lock:
            return not self._in_flight

    def pause(self, seconds: float) -> bool:
        """Wait while nothing can be made durable; tell whether to stop instead."""
        self.pulses.held("commit", "the store cannot be written, or the broker takes nothing")
        return self.stopping.wait(seconds)

    def is_in_flight(self, inbox: str, path: str) -> bool:
        """Tell whether an arrival is on its way to be committed."""
        with self._lock:
            return (inbox, path) in self._in_flight

    def rescan(self) -> None:
        """Ask for every inbox to be listed."""
        for inbox in self.inboxes.values():
            self.folders.put(Hint(inbox.name, str(inbox.root), Kind.FOLDER))

    def stop(self) -> None:
        """Ask the threads to end; what is not committed is found again at the next start."""
        self.stopping.set()
        self.hints.wake()
        self.to_parse.set()
        self.folders.put(None)
        with contextlib.suppress(queue.Full):
            self.batches.put_nowait(None)
