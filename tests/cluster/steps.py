"""The steps of a trial: what it waits for between two faults, each with a deadline."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from cluster.books import Books
from cluster.conftest import until
from cluster.house import Member

_STEP = 90.0  # seconds for one of them
_WHOLE = 240.0  # seconds for all that is left at the end
_SPARE = 2  # parts that are delivered beyond the one that is waited for
_ABREAST = 300  # files that a desk may be behind the other
_ON = 100  # files that others deal with before a process is started again


@dataclass
class Steps:
    """Goes through a trial, and keeps what took how long."""

    books: Books
    parts: int = 12
    """Into how many the files are parted, of which `advance` waits for one more."""
    took: dict[str, float] = field(default_factory=dict)
    """Seconds by what they were for."""
    _gone: int = 0
    _began: float = field(default_factory=time.monotonic)

    def need(self, holds: Callable[[], bool], what: str, patience: float = _STEP) -> None:
        """Wait until something holds, or fail with all that is known."""
        held = until(holds, patience)
        assert held, f"not within {patience:.0f} s: {what}\n{self.books.found()}"

    def advance(self) -> None:
        """Wait until the next part of the files is dealt with."""
        self._gone += 1
        self._let_come(self._gone + _SPARE)
        goal = self.books.feeder.total * self._gone // self.parts
        self.need(lambda: self.books.house.done() >= goal, f"{goal} files are dealt with")

    def _let_come(self, parts: int) -> None:
        """Let so many parts be delivered: what is left is for the steps to come."""
        feeder = self.books.feeder
        feeder.most = feeder.total * min(parts, self.parts) // self.parts

    def go_on(self, without: str) -> None:
        """Wait until more is dealt with, although something is not there."""
        house, total, began = self.books.house, self.books.feeder.total, time.monotonic()
        now = house.done()
        self.need(lambda: house.done() > now, f"anything goes on without {without}")
        self.took[f"without {without} until more is stored"] = time.monotonic() - began
        goal = min(now + _ON, total)
        self.need(lambda: house.done() >= goal, f"others go on without {without}")

    def are_abreast(self) -> None:
        """Wait until no desk is far behind the other: who has to catch up first tells nothing."""
        house, query = self.books.house, "SELECT max(id) FROM files"
        self.need(
            lambda: all(desk.number(query) + _ABREAST > house.done() for desk in house.desks),
            "all desks are abreast",
        )
        self._let_come(self._gone + _SPARE + 1)  # something is to be told when one of them ends

    def taken_over(self, victim: Member, end: Callable[[], None], how: str) -> None:
        """Let the desk that sends end somehow, and see how soon another sends."""
        phone = self.books.phone
        other = next(desk for desk in self.books.house.desks if desk is not victim)
        calls = len(phone.calls)
        self.need(lambda: len(phone.calls) > calls, "something is told")
        began = time.monotonic()
        end()
        self.need(lambda: phone.first_of(other.name, began) is not None, "another desk sends")
        first = phone.first_of(other.name, began) or began
        self.took[f"{victim.name}, {how}, until {other.name} tells"] = first - began

    def finish(self) -> list[str]:
        """Wait until all is dealt with, end all, and say what is wrong."""
        self._let_come(self.parts)
        self.need(self.books.is_settled, "all is dealt with, and desks hold the same", _WHOLE)
        total, seconds = self.books.feeder.total, time.monotonic() - self._began
        self.took["in all"] = seconds
        self.took["for 1,000 files"] = 1000 * seconds / total
        return self.books.closed()

    def figures(self) -> str:
        """Give what was counted and measured."""
        lines = [f"{what}: {seconds:.2f} s" for what, seconds in self.took.items()]
        return "\n".join(["", self.books.figures(), *lines])
