"""What a bench found: rows with both sides, their ratio and the target, as a table or as JSON."""

import statistics
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Target:
    """What a row is to reach, at least or at most; of its ratio, or of our own figure."""

    limit: float
    at_most: bool = True
    of_ratio: bool = True

    def is_met(self, ours: float, ratio: float | None) -> bool:
        """Tell whether the target is met."""
        value = ratio if self.of_ratio else ours
        if value is None:
            return False
        return value <= self.limit if self.at_most else value >= self.limit

    def __str__(self) -> str:
        """Write the target."""
        return f"{'≤' if self.at_most else '≥'} {self.limit:g}"


@dataclass(frozen=True)
class Row:
    """One thing measured on both sides; `speed` turns the ratio round: other / ours."""

    name: str
    unit: str
    ours: float
    other: float | None = None
    target: Target | None = None
    speed: bool = False

    @property
    def ratio(self) -> float | None:
        """Give ours / other, or other / ours where the ratio is of speeds."""
        if self.other is None or not self.ours or not self.other:
            return None
        return self.other / self.ours if self.speed else self.ours / self.other

    @property
    def met(self) -> bool | None:
        """Tell whether the target is met; None where there is none."""
        return self.target.is_met(self.ours, self.ratio) if self.target else None


@dataclass
class Table:
    """The rows of one comparison, and what is to be known of how they were measured."""

    title: str
    other: str
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Give the table as JSON can say it."""
        rows = [
            asdict(row)
            | {"ratio": row.ratio, "met": row.met, "target": row.target and str(row.target)}
            for row in self.rows
        ]
        return {"title": self.title, "other": self.other, "rows": rows, "notes": self.notes}

    def __str__(self) -> str:
        """Draw the table."""
        lines = [self._heads(), *(_cells(row) for row in self.rows)]
        widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
        drawn = ["  ".join(_aligned(line, widths)).rstrip() for line in lines]
        rule = "─" * max(map(len, drawn))
        notes = [f"  {note}" for note in self.notes]
        return "\n".join([self.title, rule, drawn[0], rule, *drawn[1:], rule, *notes])

    def _heads(self) -> tuple[str, ...]:
        """Name the columns."""
        return "", "ours", self.other, "unit", "ratio", "target", ""


def _cells(row: Row) -> tuple[str, ...]:
    """Write the cells of one row."""
    ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
    target = str(row.target) if row.target else ""
    verdict = {None: "", True: "met", False: "MISSED"}[row.met]
    return row.name, _figure(row.ours), _figure(row.other), row.unit, ratio, target, verdict


def _aligned(line: Sequence[str], widths: Sequence[int]) -> Iterable[str]:
    """Set names to the left and figures to the right."""
    for column, (cell, width) in enumerate(zip(line, widths, strict=True)):
        yield cell.rjust(width) if column in {1, 2, 4} else cell.ljust(width)


def _figure(value: float | None) -> str:
    """Write a number with three figures or so."""
    if value is None:
        return ""
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value < 100 else f"{value:.0f}"


def percentiles(values: Iterable[float]) -> dict[str, float]:
    """Give p50, p95, p99 and the largest of some values."""
    ordered = sorted(values)
    last = len(ordered) - 1
    found = {f"p{part}": ordered[round(last * part / 100)] for part in (50, 95, 99)}
    return found | {"max": ordered[last]}


def median(values: Iterable[float]) -> float:
    """Give the median."""
    return statistics.median(values)


def progress(text: str) -> None:
    """Say on a terminal what is going on; an empty text wipes the line."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)
