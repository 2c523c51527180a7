"""What can go wrong, said so that a person knows where and what to do."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from wirewatch.states import FileReason

EXIT_DAMAGED = 3
"""What a process ends with whose store is damaged: only restoring a backup helps."""

_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


class WirewatchError(Exception):
    """The one base of every error that Wirewatch raises itself."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a configuration: where, what, and what to do."""

    place: str
    problem: str
    remedy: str = ""

    def __str__(self) -> str:
        """Give the fault as one line (a query's caret may follow on its own lines)."""
        head, *drawing = self.problem.split("\n")
        line = f"{self.place}: {head}" + (f"; {self.remedy}" if self.remedy else "")
        return "\n".join([line, *drawing])


class ConfigError(WirewatchError):
    """A configuration cannot be used; `faults` holds every reason at once."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


class RuleError(WirewatchError):
    """A query cannot be read.

    `column` counts from 1 in `query`, `remedy` says what to write instead.
    """

    def __init__(self, problem: str, query: str, column: int, remedy: str = "") -> None:
        self.problem = problem
        self.query = query
        self.column = column
        self.remedy = remedy
        super().__init__(f"{self.drawn()}\n{remedy}" if remedy else self.drawn())

    def drawn(self) -> str:
        """Draw the query's line with a caret under the fault."""
        before = self.query[: self.column - 1]
        line_no = before.count("\n")
        column = len(before) - (before.rfind("\n") + 1)
        line = (self.query.split("\n") or [""])[line_no]
        shown_from = max(0, column - 60)
        shown = line[shown_from : shown_from + 100]
        where = f"line {line_no + 1}, column {column + 1}"
        return f"{self.problem} ({where})\n    {shown}\n    {' ' * (column - shown_from)}^"


class Unreadable(WirewatchError):  # noqa: N818 - said of a file, it is an adjective
    """A file holds nothing that can be stored; it is quarantined for `reason`.

    What is quoted of the file in `detail` can be printed: nothing in it commands a terminal.
    """

    def __init__(self, reason: FileReason, detail: str) -> None:
        self.reason = reason
        self.detail = _UNPRINTABLE.sub("\ufffd", " ".join(detail.split()))
        super().__init__(f"{reason}: {self.detail}")


class StoreError(WirewatchError):
    """The store cannot be opened or used; the message says what to do."""


class StoreDamagedError(StoreError):
    """The file is damaged: nothing may be added to it any more, and a backup has to be restored."""
