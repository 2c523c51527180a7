"""The editors: they take alerts on, begin and end silences, take channels away, and send again."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from wirewatch.store.acknowledgements import acknowledge, alerts_named
from wirewatch.store.outbox import revive
from wirewatch.store.silences import Silence, add, end
from year.desk import INBOXES, RULES, deployed
from year.process import Process, SimulatedClock
from year.wishes import LEAVING, NAMES, SEASONAL

_SILENCES_EVERY = 2.0  # days, in the mean
_RETRIED_EVERY = 6.0
_TAKEN_EVERY = 0.04
_BY_REFERENCE = 0.3  # of the times that somebody takes alerts on


class Editors:
    """Those who sit at the desk."""

    def __init__(
        self, process: Process, folder: Path, clock: SimulatedClock, rng: random.Random
    ) -> None:
        self._process = process
        self._folder = folder
        self._clock = clock
        self._rng = rng

    def plan(self, begin: datetime, days: int) -> None:
        """Plan what they do in so many days."""
        for every, what in (
            (_SILENCES_EVERY, self._silence),
            (_RETRIED_EVERY, self._send_again),
            (_TAKEN_EVERY, self._take_on),
        ):
            at = 0.0
            while (at := at + self._rng.expovariate(1 / every)) < days:
                self._process.plan(begin + timedelta(days=at), what)
        for share, without in (
            (0.319, {LEAVING}),  # in a year a Monday morning, when what came on three days waits
            (0.5, {LEAVING, SEASONAL}),
            (0.6, {LEAVING}),
        ):
            self._process.plan(begin + timedelta(days=days * share), self._changed(without))

    def _changed(self, without: set[str]) -> Callable[[], None]:
        """Give what changes the configuration."""
        return lambda: self._process.reload(deployed(self._folder, without))

    def _silence(self) -> None:
        """Begin a silence, which may be ended before its time."""
        rng, now = self._rng, self._clock.now
        rule, channel, source = rng.choice(
            (
                (f"r{rng.randrange(RULES):03}-*", "*", "*"),
                (f"*-{rng.randrange(10)}", "*", rng.choice(INBOXES)),
                ("*", rng.choice(NAMES), "*"),
                ("*", f"{rng.choice(('night', 'morning', 'at-once'))}-*", rng.choice(INBOXES)),
            )
        )
        lasts = timedelta(hours=rng.choice((0.5, 2, 6, 40)))
        silence = Silence(rule, channel, source, now + lasts, "editor", "known")
        with self._process.store.write() as db:
            number = add(db, silence, now)
        if rng.random() < 0.5:
            self._process.plan(now + lasts * rng.random(), lambda: self._end(number))

    def _end(self, number: int) -> None:
        """End a silence."""
        with self._process.store.write() as db:
            end(db, number, self._clock.now)

    def _take_on(self) -> None:
        """Take on what may be escalated, or all that the reference of a message stands for."""
        now, received = self._clock.now, self._process.receipts()
        with self._process.store.write() as db:
            if self._rng.random() < _BY_REFERENCE and received:
                key = self._rng.choice(received[-60:]).key
                alerts, _ = alerts_named(db, [key])
                self._process.diary.led.append((key, now, alerts))
            else:
                rows = db.execute(
                    "/* an editor's */ SELECT alert_id FROM deliveries WHERE escalation ORDER BY id DESC LIMIT 25"
                ).fetchall()
                alerts = [row[0] for row in self._rng.sample(rows, min(3, len(rows)))]
            acknowledge(db, alerts, "editor", now)
        self._process.wake()

    def _send_again(self) -> None:
        """Send some again that are dead, or were kept silent."""
        rows = self._process.store.db.execute(
            "/* an editor's */"
            " SELECT id FROM deliveries WHERE (state = 'dead' OR reason = 'silenced')"
            " AND channel <> ? ORDER BY id DESC LIMIT 40",
            [LEAVING],
        ).fetchall()
        chosen = [row[0] for row in self._rng.sample(rows, min(3, len(rows)))]
        with self._process.store.write() as db:
            revive(db, chosen, self._clock.now)
        for delivery in chosen:
            self._process.diary.by_hand.setdefault(delivery, []).append(self._clock.now)
        self._process.wake()
