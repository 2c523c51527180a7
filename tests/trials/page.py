"""Writes docs/reliability.md from what the trials came to: `python -m trials.page FOLDER`.

Run by `make reliability`, with the folder into which the trials put their tallies.
"""

import importlib
import pkgutil
import platform
import sqlite3
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from trials.tally import Fault, Skipped, Tally, kept

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
SUITES = ("crash", "faults")

_HEAD = """# Reliability

What the real daemon was put through, and what came of it. `make reliability` wrote this page from
what its trials counted; nobody edits it. Each trial runs `python -m wirewatch run` on files of its own
beside an agency that keeps books of what it delivered and a phone on loopback that keeps what it was
told. After every round the suite holds the ledger, the articles, the alerts, the outbox, the folders,
the archive and the phone against those books, and runs SQLite's `integrity_check` and FTS5's; at the
end `wirewatch status` must say `conserved`.

**Lost** are alerts that were owed and never came, **doubled** those that came again and did not say
so. **Repeats** came again and said that they may be repeats: a crash between sending and recording
leaves open whether a message arrived ([operations.md](operations.md)).

"""
_COLUMNS = (
    "fault",
    "how it is injected",
    "rounds",
    "files",
    "alerts",
    "lost",
    "doubled",
    "repeats",
)


def faults() -> list[Fault]:
    """Give the faults that tests put the daemon through, in the order of their modules."""
    return list(dict.fromkeys(fault for suite in SUITES for fault in _of_suite(suite)))


def _of_suite(suite: str) -> Iterator[Fault]:
    """Give the faults of one suite's tests. Raises AssertionError when a test names none."""
    for info in pkgutil.iter_modules(importlib.import_module(suite).__path__):
        if not info.name.startswith("test_"):
            continue
        module = importlib.import_module(f"{suite}.{info.name}")
        for name, test in vars(module).items():
            if name.startswith("test_"):
                marks = getattr(test, "pytestmark", [])
                found = [Fault(*mark.args) for mark in marks if mark.name == "fault"]
                assert found, f"{suite}/{info.name}: {name} does not say what fault it is of"
                yield found[0]


def row(fault: Fault, found: Iterable[Tally | Skipped]) -> str:
    """Write the row of one fault: what all of its trials came to, or why there was none."""
    tallies = [one for one in found if isinstance(one, Tally)]
    cells = [fault.name, fault.how]
    if tallies:
        counted = ("rounds", "files", "alerts", "lost", "doubled", "repeats")
        cells += [f"{sum(getattr(one, name) for one in tallies):,}" for name in counted]
    else:
        why = next((one.why for one in found if isinstance(one, Skipped)), "it was not run")
        cells += [f"not held: {why}", *[""] * 5]
    return f"| {' | '.join(cells)} |"


def page(found: list[Tally | Skipped], now: datetime) -> str:
    """Write the page."""
    lines = [
        f"| {' | '.join(_COLUMNS)} |",
        f"|---|---|{'---:|' * 6}",
        *(row(fault, [one for one in found if one.fault == fault]) for fault in faults()),
    ]
    made = (
        f"\nMade on {now:%d %B %Y} with CPython {platform.python_version()}, SQLite"
        f" {sqlite3.sqlite_version} and Linux {platform.release().split('-')[0]}.\n"
    )
    return _HEAD + "\n".join(lines) + "\n" + made


def main(folder: Path) -> None:
    """Write the page of what lies in a folder."""
    PAGE.write_text(page(kept(folder), datetime.now(UTC)), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
