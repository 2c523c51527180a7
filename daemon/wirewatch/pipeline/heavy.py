"""The thread that has time: it lets a worker process read what is heavy, file after file."""

import time
from dataclasses import replace

from wirewatch.memory import give_back
from wirewatch.pipeline.arrivals import IDLE, Arrivals
from wirewatch.pipeline.examine import given_up
from wirewatch.pipeline.parsing import Parser
from wirewatch.store.database import Store
from wirewatch.store.ledger import Waiting, to_parse

_AT_ONCE = 16  # rows looked up together
_LANDING = 0.02  # seconds until what was handed over may have landed
_REST = 60.0  # seconds without work after which the worker process ends


class HeavyReading:
    """The thread that lets what is heavy be read apart, in the order of the files' age."""

    def __init__(self, arrivals: Arrivals, store: Store, parser: Parser) -> None:
        self._arrivals = arrivals
        self._db = store.db
        self._parser = parser

    def run(self) -> None:
        """Read what waits for it, until asked to stop."""
        worked = time.monotonic()
        while not self._arrivals.stopping.is_set():
            self._arrivals.to_parse.clear()
            patience = self.turn()
            if not patience:
                worked = time.monotonic()
                continue
            if time.monotonic() - worked > _REST and self._parser.rest():
                give_back()
            self._arrivals.pulses.rests("heavy")
            self._arrivals.to_parse.wait(patience)
        self._parser.rest()

    def turn(self) -> float:
        """Read some of what waits; give the seconds to wait for more, 0 when there was some."""
        flying = self._arrivals.in_flight()  # asked first: what has landed, the ledger knows
        rows = to_parse(self._db, _AT_ONCE)
        ready = [row for row in rows if (row.inbox, row.path) not in flying]
        for row in ready:
            if not self._arrivals.stopping.is_set():
                self._arrivals.pulses.works("heavy")
                self._read(row)
                self._arrivals.pulses.moved("heavy")
        if ready:
            return 0
        return _LANDING if rows else IDLE

    def _read(self, row: Waiting) -> None:
        """Let one file be read, by the rules as they are now."""
        inbox = self._arrivals.inboxes.get(row.inbox)
        if inbox is None:
            self._arrivals.hand_over([given_up(row, self._arrivals.clock())], "heavy")
            return
        examiner = replace(self._arrivals.examiner, parse=self._parser.read)
        outcome = examiner.examine(inbox, row.path, closed=False, before=row)
        if outcome:
            self._arrivals.hand_over([outcome], "heavy")
