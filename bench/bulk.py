"""Bulk ingest of generated files, beside two bare floors, taken in turns.

Ours does all that the product does: ledger, parsing, matching, mentions, matches and alerts. It is
measured as a whole process, as a person types it, and inside, where imports do not count.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import generate
from deployed import DESK_RULES, command, configure
from report import Row, Table, Target, median, progress

_SIDES = ("process", "inside", "small", "triggers", "direct")
_REACH = Target(0.7, at_most=False)


def run(home: Path, *, quick: bool) -> list[Table]:
    """Measure each side three times in turns; give medians."""
    count = 4_000 if quick else 20_000
    progress(f"bulk: writing {count:,} files")
    folder = home / "stories"
    generate.write(folder, range(count))
    whole: dict[str, list[float]] = {side: [] for side in _SIDES}
    within: dict[str, list[float]] = {side: [] for side in _SIDES}
    made = ""
    for turn in range(3):
        for side in _SIDES:
            progress(f"bulk: turn {turn + 1} of 3, {side}")
            place = home / f"{side}-{turn}"
            elapsed, inside = _measure(side, place, folder)
            whole[side].append(elapsed)
            within[side].append(inside)
            made = made or _counted(place / "store" / "wirewatch.db")
            shutil.rmtree(place)
    return [_table(count, whole, within, made)]


def _measure(side: str, place: Path, folder: Path) -> tuple[float, float]:
    """Run one side once; give the seconds of the process, and those that it counted inside."""
    config = configure(place, DESK_RULES, small=side == "small")
    script = Path(__file__).parent
    if side == "process":
        words = command(config, "ingest", "--no-deliver", str(folder))
    elif side in {"inside", "small"}:
        words = [sys.executable, str(script / "inside.py"), str(config), str(folder)]
    else:
        words = [
            sys.executable,
            str(script / "floors.py"),
            side,
            str(place / "floor.db"),
            str(folder),
        ]
    os.sync()
    begun = time.perf_counter()
    done = subprocess.run(words, check=False, capture_output=True, text=True)
    elapsed = time.perf_counter() - begun
    if done.returncode:
        raise RuntimeError(f"{side} failed:\n{done.stderr}")
    return elapsed, elapsed if side == "process" else float(json.loads(done.stdout))


def _counted(database: Path) -> str:
    """Say what was made of the files."""
    if not database.exists():
        return ""
    connection = sqlite3.connect(database)
    counts = {
        table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
        for table in ("articles", "mentions", "matches", "alerts")
    }
    connection.close()
    return "ours wrote " + ", ".join(f"{number:,} {table}" for table, number in counts.items())


def _table(
    count: int, whole: dict[str, list[float]], within: dict[str, list[float]], made: str
) -> Table:
    """Put the medians side by side."""
    fastest = min(("triggers", "direct"), key=lambda side: median(within[side]))
    table = Table(f"bulk ingest of {count:,} files of 2 KB", "floor")
    for name, ours, sides in (
        ("a desk's list, beside triggers", within["small"], within["triggers"]),
        ("a desk's list, beside direct", within["small"], within["direct"]),
        ("inside, beside triggers", within["inside"], within["triggers"]),
        ("inside, beside direct", within["inside"], within["direct"]),
        ("process, beside triggers", whole["process"], whole["triggers"]),
        ("process, beside direct", whole["process"], whole["direct"]),
    ):
        target = _REACH if name == f"a desk's list, beside {fastest}" else None
        table.rows.append(Row(name, "s", median(ours), median(sides), target, speed=True))
    rates = ", ".join(f"{side} {count / median(within[side]):,.0f}" for side in _SIDES)
    spread = ", ".join(
        f"{side} {min(within[side]):.2f} to {max(within[side]):.2f}" for side in _SIDES
    )
    table.notes += [
        "ratio: the floor's time / ours; medians of three, taken in turns; floors: WAL, FULL, 256",
        f"files a second: {rates}",
        f"spread in seconds: {spread}",
        made,
    ]
    return table
