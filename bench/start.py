"""How long the daemon takes to be ready, and to stop: with many rules, on a large store.

The store is made once, by `wirewatch ingest`; a desk's own short lists stand for the world's
parliaments while it is. The other side is the interpreter that imports what the daemon imports and
loads Apprise's plugins, and does nothing.
"""

import json
import os
import random
import statistics
import subprocess
import time
from pathlib import Path

from deployed import Daemon, command, configure, installed
from footprint import processor
from generate import Stories, vocabulary
from report import Row, Table, Target, progress

_IMPORTS = "import wirewatch.service, wirewatch.notify.send; wirewatch.notify.send.load_plugins()"
_RULES = 10_000
_FULL, _QUICK = 5_000_000_000, 200_000_000  # bytes of the store
_TEXT = 5  # stories of 2 KB in one article
_PER_FILE = 2_000  # articles in one file
_FILES = 12  # files for each call of ingest
_TURNS = 5
_READY = Target(1.0, of_ratio=False)
_STOPPED = Target(5.0, of_ratio=False)
_QUICKLY = '[stories]\nwithin = "0s"\n[limits]\nfile_size = "500MB"\n'


def run(home: Path, *, quick: bool) -> list[Table]:
    """Fill a store, then start and stop a daemon on it by turns with the other side."""
    config = configure(home, "", small=True)
    plain = config.read_text(encoding="utf-8")
    config.write_text(plain + _QUICKLY, encoding="utf-8")
    articles = _fill(home, config, _QUICK if quick else _FULL)
    configure(home, many_rules(_RULES))
    subprocess.run(command(config, "check"), check=True, capture_output=True)  # lists compiled
    size = (home / "store" / "wirewatch.db").stat().st_size
    table = Table(f"start and stop, {_RULES:,} rules, a store of {size / 1e9:.1f} GB", "imports")
    turns = []
    for turn in range(_TURNS):
        progress(f"start: turn {turn + 1} of {_TURNS}")
        turns.append(_turn(config))
    ready, used, stopped, floor, floor_used = (
        statistics.median(one[place] for one in turns) for place in range(len(turns[0]))
    )
    table.rows.append(Row("start to READY", "s", ready, floor, _READY))
    table.rows.append(Row("processor's time to READY", "s", used, floor_used))
    table.rows.append(Row("SIGTERM to the end", "s", stopped, None, _STOPPED))
    table.notes.append(f"{articles:,} articles; medians of {_TURNS} turns")
    return [table]


def _turn(config: Path) -> tuple[float, float, float, float, float]:
    """Start and stop once: seconds and processor's to READY, to the end; both of the floor."""
    floor, floor_used = _measured([installed(), "-c", _IMPORTS])
    begun = time.perf_counter()
    with Daemon(config) as daemon:
        ready, used = time.perf_counter() - begun, processor(daemon.pid)
        begun = time.perf_counter()
    stopped = time.perf_counter() - begun
    config.with_name("notify").unlink()
    return ready, used, stopped, floor, floor_used


def many_rules(count: int) -> str:
    """Write rules of two words each, as desks have them by the thousand."""
    rng, words = random.Random(_RULES), vocabulary()
    return "".join(
        f'[[rule]]\nname = "r{number}"\nquery = \'"{rng.choice(words)} {rng.choice(words)}"\'\n'
        'channels = ["phone"]\n'
        for number in range(count)
    )


def _measured(words: list[str]) -> tuple[float, float]:
    """Give the seconds that a command takes, and the processor's."""
    before, begun = os.times(), time.perf_counter()
    subprocess.run(words, check=True)
    after = os.times()
    used = after.children_user + after.children_system
    return time.perf_counter() - begun, used - before.children_user - before.children_system


def _fill(home: Path, config: Path, size: int) -> int:
    """Ingest articles until the store has a size; give their number."""
    stories, database, made = Stories(), home / "store" / "wirewatch.db", 0
    place = home / "files"
    place.mkdir()
    while not database.exists() or database.stat().st_size < size:
        for _ in range(_FILES):
            _write(place / f"{made}.jsonl", stories, made)
            made += _PER_FILE
        subprocess.run(
            command(config, "ingest", str(place), "--no-deliver"), check=True, capture_output=True
        )
        for file in place.iterdir():
            file.unlink()
        progress(f"start: {made:,} articles, {database.stat().st_size / 1e9:.1f} GB")
    return made


def _write(path: Path, stories: Stories, first: int) -> None:
    """Write one file of articles, as crawlers do."""
    with path.open("w", encoding="utf-8") as file:
        for number in range(first, first + _PER_FILE):
            text = "\n\n".join(stories.text(number * _TEXT + part) for part in range(_TEXT))
            page = {"url": f"https://example.org/{number}", "title": f"Page {number}", "text": text}
            file.write(json.dumps(page, ensure_ascii=False) + "\n")
