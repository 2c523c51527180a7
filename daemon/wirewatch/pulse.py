"""Pulses: does a worker move, does it rest by right, or is it stuck?

A loop that turns is no sign of life: what counts is that something was finished. So a worker says
when it begins to have something to do, when it has done some of it, and when there is nothing more.
"""

import time
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import NamedTuple


class Doing(StrEnum):
    """What a worker is at."""

    RESTING = "resting"
    """Nothing waits for it; it says so again each time that it has looked around."""
    WORKING = "working"
    """It has something to do."""
    HELD = "held"
    """It has, and cannot go on for a reason that no new start would mend; it tries again."""


class Pulse(NamedTuple):
    """How a worker is. `since` is in seconds of a clock that only goes on.

    Of one that works it is when it last finished something, or began to have something to do; of
    others when they last said so.
    """

    doing: Doing
    since: float
    why: str = ""

    def working(self, now: float) -> "Pulse":
        """Have something to do; whoever has had that all along has not moved by saying it."""
        return self if self.doing is Doing.WORKING else Pulse(Doing.WORKING, now)

    def age(self, now: float) -> float:
        """Give for how many seconds it has not moved."""
        return max(0.0, now - self.since)

    def is_stuck(self, now: float, patience: float) -> bool:
        """Tell whether it has had something to do, or not looked around, for too long."""
        return self.age(now) > patience


def moved(now: float) -> Pulse:
    """Have finished something, and perhaps have more to do."""
    return Pulse(Doing.WORKING, now)


def resting(now: float) -> Pulse:
    """Have nothing to do."""
    return Pulse(Doing.RESTING, now)


def held(now: float, why: str) -> Pulse:
    """Have something to do that cannot be done now, as was just seen again."""
    return Pulse(Doing.HELD, now, why)


class Pulses:
    """The pulses of all workers. Each says how it is from its own thread; anybody may ask.

    `patience` is for each worker the seconds after which it counts as stuck.
    """

    def __init__(
        self,
        patience: Mapping[str, float] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.patience = dict(patience or {})
        self._monotonic = monotonic
        self._pulses = dict.fromkeys(self.patience, resting(monotonic()))

    def works(self, worker: str) -> None:
        """Say that a worker has something to do."""
        now = self._monotonic()
        self._pulses[worker] = self._pulses.get(worker, resting(now)).working(now)

    def moved(self, worker: str) -> None:
        """Say that a worker has finished something."""
        self._pulses[worker] = moved(self._monotonic())

    def rests(self, worker: str) -> None:
        """Say that a worker has nothing to do."""
        self._pulses[worker] = resting(self._monotonic())

    def held(self, worker: str, why: str) -> None:
        """Say that a worker cannot go on for now, and why."""
        self._pulses[worker] = held(self._monotonic(), why)

    def ages(self) -> dict[str, tuple[Doing, float]]:
        """Give what each worker is at, and for how many seconds it has not moved."""
        now = self._monotonic()
        return {name: (one.doing, one.age(now)) for name, one in self._known().items()}

    def ailments(self) -> list[str]:
        """Say of each worker that is stuck for how long, and at what."""
        return [f"{worker} is stuck: {said}" for worker, said in self.stuck().items()]

    def stuck(self) -> dict[str, str]:
        """Give the workers that are stuck, each with what is to be said of it."""
        now = self._monotonic()
        return {
            name: f"{one.doing} for {one.age(now):.0f} s without an end"
            for name, one in self._known().items()
            if one.is_stuck(now, self.patience[name])
        }

    def holding(self) -> dict[str, str]:
        """Give the workers that cannot go on for now, and why."""
        return {name: one.why for name, one in self._known().items() if one.doing is Doing.HELD}

    def _known(self) -> dict[str, Pulse]:
        """Give the pulses of the workers that somebody watches."""
        return {name: self._pulses[name] for name in self.patience}
