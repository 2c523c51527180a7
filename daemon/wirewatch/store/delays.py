"""How long messages take from when their alert is stored until they are sent, by channel."""

from datetime import datetime, timedelta
from itertools import accumulate
from typing import NamedTuple

from sqlite_utils import Database

from wirewatch.clock import iso


class Step(NamedTuple):
    """How many messages took so many milliseconds or less, and more than the step before."""

    ms: int
    deliveries: int


class Delay(NamedTuple):
    """A channel's delays: the steps from the quickest message to the slowest, none left out."""

    channel: str
    steps: tuple[Step, ...]

    @property
    def deliveries(self) -> int:
        """Give how many messages were sent."""
        return sum(step.deliveries for step in self.steps)

    def within(self, percent: int) -> int:
        """Give the milliseconds within which so many of a hundred messages were sent.

        It is the end of a step, so that it may be a quarter more than it was, and never less.
        """
        counted = accumulate(step.deliveries for step in self.steps)
        everything = self.deliveries
        return next(
            step.ms
            for step, number in zip(self.steps, counted, strict=True)
            if number * 100 >= everything * percent
        )


_COUNTED = (
    "WITH RECURSIVE known (name) AS (SELECT min(channel) FROM delays UNION ALL"
    " SELECT (SELECT min(channel) FROM delays WHERE channel > known.name)"
    " FROM known WHERE name IS NOT NULL)"
    " SELECT d.channel, d.ms, sum(d.deliveries) FROM known CROSS JOIN delays d"
    " ON d.channel = known.name AND d.day BETWEEN ?1 AND ?2 GROUP BY 1, 2"
)


def delays(db: Database, now: datetime, days: int) -> tuple[Delay, ...]:
    """Give the delays of all channels that sent anything on the last days, in UTC, today too."""
    found: dict[str, dict[int, int]] = {}
    first = iso(now - timedelta(days=days - 1))[:10]
    for channel, ms, deliveries in db.execute(_COUNTED, [first, iso(now)[:10]]):
        found.setdefault(channel, {})[ms] = deliveries
    steps = [ms for (ms,) in db.execute("SELECT ms FROM steps ORDER BY ms")]
    return tuple(Delay(channel, _filled(known, steps)) for channel, known in found.items())


def _filled(known: dict[int, int], steps: list[int]) -> tuple[Step, ...]:
    """Put in the steps between that no message took."""
    return tuple(Step(ms, known.get(ms, 0)) for ms in steps if min(known) <= ms <= max(known))
