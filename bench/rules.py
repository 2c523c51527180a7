"""Rules: texts of 2 KB held against 10 to 1,000,000 of them, beside what others do with them.

The floor is `casefold` and one raw scan for the phrases of all rules, nothing evaluated.
"""

import json
from importlib.util import find_spec
from pathlib import Path

import desk
import postgres
from report import Row, Table, Target, progress
from rivals import measured

_TEXTS = 20_000
_COUNTS = (10, 100, 1_000, 10_000, 100_000, 1_000_000)
_TARGETS = {100_000: 0.7} | dict.fromkeys((10, 100, 1_000, 10_000), 0.9)
_FEW = 4_000  # texts that another side gets at most
_MOST = {"compiled": 1_000, "hyperscan": 10_000, "flashtext2": 100_000}  # rules that it gets
_PAIRS = 200_000  # rules × texts of the sides that try each rule


def run(home: Path, *, quick: bool) -> list[Table]:
    """Measure each side for each number of rules."""
    texts = 2_000 if quick else _TEXTS
    counts = [count for count in _COUNTS if count <= 10_000 or not quick]
    desk.write(home, texts, max(counts))
    title = f"rules over {texts:,} texts of 2 KB"
    floor = Table(f"{title}, beside the bare scan", "floor")
    rivals = Table(f"{title}, beside others", "other")
    load = Table("loading rules", "")
    for count in counts:
        progress(f"rules: {count:,}")
        _compare(count, texts, home, (floor, rivals, load))
    floor.notes.append("ours gives all matches with their spans; floor: casefold and scan alone")
    rivals.notes.append(
        "compiled: one re a phrase; flashtext2, hyperscan: phrases alone; tsquery: NEAR as AND"
    )
    return [floor, rivals, load]


def _compare(count: int, texts: int, home: Path, tables: tuple[Table, Table, Table]) -> None:
    """Measure all sides for one number of rules, ours and the floor twice, in turns."""
    floor, rivals, load = tables
    turns = [(measured("ours", count, texts, home), measured("floor", count, texts, home))
             for _ in range(2)]  # fmt: skip
    ours = min(turn[0]["text"] for turn in turns)
    bare = min(turn[1]["text"] for turn in turns)
    name = f"{count:,} rules"
    target = Target(_TARGETS[count], at_most=False) if count in _TARGETS else None
    floor.rows.append(Row(name, "µs a text", ours, bare, target, speed=True))
    each = max(50, min(texts, _FEW, _PAIRS // count))
    for side, most in _MOST.items():
        if count <= most and (side == "compiled" or find_spec(side)):
            few = each if side == "compiled" else min(texts, _FEW)
            other = measured(side, count, few, home)["text"]
            rivals.rows.append(Row(f"{name}, {side}", "µs a text", ours, other, speed=True))
    programs = postgres.installed()
    if programs and count <= 10_000:
        stories = json.loads((home / "texts.json").read_text())[:each]
        other = postgres.microseconds(programs, count, stories, home)
        rivals.rows.append(Row(f"{name}, tsquery", "µs a text", ours, other, speed=True))
    if count >= 10_000:
        found = turns[0][0]
        limits = (60.0, 1_500.0) if count == 1_000_000 else (None, None)
        for what, unit, limit in zip(("load", "peak"), ("s", "MB"), limits, strict=True):
            bound = Target(limit, of_ratio=False) if limit else None
            load.rows.append(Row(f"{name}, {what}", unit, found[what], None, bound))
