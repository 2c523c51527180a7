"""Run the benches, all or those named, and print both sides of each with ratio and target.

    python bench/run.py [bulk] [cluster] [latency] [delivery] [footprint] [formats] [names]
        [reading] [rules] [start] [stories]

Figures of a machine that does something else meanwhile are worth little: ratios last longer.
"""

import argparse
import json
import os
import platform
import signal
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bulk
import delivery
import footprint
import formats
import latency
import names
import reading
import rules
import several
import start
import stories
from report import Table, progress

BENCHES: dict[str, Callable[..., list[Table]]] = {
    "bulk": bulk.run,
    "cluster": several.run,
    "latency": latency.run,
    "delivery": delivery.run,
    "footprint": footprint.run,
    "formats": formats.run,
    "names": names.run,
    "reading": reading.run,
    "rules": rules.run,
    "start": start.run,
    "stories": stories.run,
}


def main() -> None:
    """Run what was asked for."""
    options = _options()
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(143))  # and stop what runs
    results: dict[str, Any] = {"machine": _machine()}
    print(results["machine"], end="\n\n")
    for name in options.bench or BENCHES:
        with tempfile.TemporaryDirectory(prefix=f"wirewatch-{name}-", dir=options.dir) as home:
            tables = BENCHES[name](Path(home), quick=options.quick)
        progress("")
        for table in tables:
            print(table, end="\n\n", flush=True)
        results[name] = [table.as_json() for table in tables]
    if options.json:
        words = json.dumps(results, ensure_ascii=False, indent=2)
        options.json.write_text(words + "\n", encoding="utf-8")


def _options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("bench", nargs="*", help=f"one of {', '.join(BENCHES)}; all by default")
    parser.add_argument("--quick", action="store_true", help="smaller sizes, rougher figures")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to a file too")
    parser.add_argument("--dir", type=Path, help="where to work; the disk matters")
    options = parser.parse_args()
    unknown = [name for name in options.bench if name not in BENCHES]
    if unknown:
        parser.error(f"there is no bench {unknown[0]!r}")
    return options


def _machine() -> str:
    """Say what the figures were taken on."""
    return (
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    )


if __name__ == "__main__":
    main()
