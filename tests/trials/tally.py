"""What came of a trial, in figures: printed at the end of a run, and kept for the page of proof."""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import uuid4

FOLDER = "WIREWATCH_TALLIES"
"""The variable that names the folder into which tallies are put, a file each."""


@dataclass(frozen=True)
class Fault:
    """What a daemon is put through, and how that is done; a test's mark says it."""

    name: str
    how: str


@dataclass(frozen=True)
class Tally:
    """What came of one trial."""

    fault: Fault
    point: str
    rounds: int
    files: int
    alerts: int
    lost: int
    doubled: int
    repeats: int
    """Messages that came again and said so."""


@dataclass(frozen=True)
class Skipped:
    """A trial that could not be held here, and why."""

    fault: Fault
    why: str


def keep(one: Tally | Skipped) -> None:
    """Put what came of a trial where it is asked for, if it is."""
    folder = os.environ.get(FOLDER)
    if folder:
        place = Path(folder, f"{uuid4().hex}.json")
        place.write_text(json.dumps(asdict(one), ensure_ascii=False), encoding="utf-8")


def kept(folder: Path) -> list[Tally | Skipped]:
    """Read what was kept in a folder."""
    found: list[Tally | Skipped] = []
    for place in folder.glob("*.json"):
        row = json.loads(place.read_text(encoding="utf-8"))
        fault = Fault(**row.pop("fault"))
        found.append(Skipped(fault, **row) if "why" in row else Tally(fault, **row))
    return found


def table(tallies: Iterable[Tally]) -> list[str]:
    """Write tallies as lines, one for each point."""
    ordered = sorted(tallies, key=lambda tally: tally.point)
    width = max(len(tally.point) for tally in ordered)
    columns = ("rounds", "files", "alerts", "lost", "doubled", "marked repeats")
    lines = ["fault point".ljust(width) + "".join(f"  {column:>7}" for column in columns)]
    for one in ordered:
        numbers = (one.rounds, one.files, one.alerts, one.lost, one.doubled, one.repeats)
        cells = (
            f"  {number:>{max(7, len(column))}}"
            for number, column in zip(numbers, columns, strict=True)
        )
        lines.append(one.point.ljust(width) + "".join(cells))
    return lines
