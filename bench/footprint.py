"""What the daemon takes: resident memory, and the processor's time while nothing happens.

Files are fed in slices and left in the inbox, which is the default and the harder case: what is
left is listed again and again.
"""

import os
import sqlite3
import time
from pathlib import Path

from deployed import DESK_RULES, Daemon, configure
from generate import Stories, name_of
from receiver import Receiver
from report import Row, Table, Target, progress

_SLICE = 2_000
_SETTLE = 8.0  # seconds for what was sent last, and for a look at the folders
_PATIENCE = 120.0  # seconds for one slice
_MEMORY = Target(90, of_ratio=False)
_PROCESSOR = Target(0.3, of_ratio=False)
_FLAT = Target(1.1, of_ratio=False)


def run(home: Path, *, quick: bool) -> list[Table]:
    """Feed one daemon, and look at it on the way."""
    steps = (5_000, 20_000) if quick else (20_000, 200_000)
    seconds = 10 if quick else 30
    table = Table("footprint of the daemon, files left in the inbox", "")
    with Receiver() as receiver:
        config = configure(home, DESK_RULES, receiver.url)
        with Daemon(config) as daemon:
            stories = Stories()
            sizes = {0: _look(table, daemon.pid, "after the start", seconds)}
            fed = 0
            for step in steps:
                begun = time.monotonic()
                while fed < step:
                    progress(f"footprint: {fed:,} of {steps[-1]:,} files")
                    _feed(home / "inbox", stories, range(fed, min(fed + _SLICE, step)))
                    fed = min(fed + _SLICE, step)
                    _await(home / "store" / "wirewatch.db", fed)
                rate = step / (time.monotonic() - begun)
                table.notes.append(f"to {step:,} files: {rate:,.0f} files a second, fed in slices")
                sizes[step] = _look(table, daemon.pid, f"after {step:,} files", seconds)
        messages = receiver.messages()
    growth = sizes[steps[-1]] / sizes[steps[0]]
    table.rows.append(Row(f"memory, {steps[-1]:,} / {steps[0]:,}", "×", growth, None, _FLAT))
    table.notes.append(f"{messages:,} messages were sent meanwhile")
    return [table]


def _feed(inbox: Path, stories: Stories, numbers: range) -> None:
    """Write a slice of stories into the inbox."""
    for number in numbers:
        (inbox / name_of(number)).write_bytes(stories.text(number).encode())


def _await(database: Path, count: int) -> None:
    """Wait until so many files are stored. Raises RuntimeError when they are not in time."""
    deadline = time.monotonic() + _PATIENCE
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, isolation_level=None)
    while connection.execute("SELECT max(id) FROM articles").fetchone()[0] != count:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{count:,} files were not stored in {_PATIENCE:.0f} s")
        time.sleep(0.05)
    connection.close()


def _look(table: Table, pid: int, when: str, seconds: float) -> float:
    """Note memory and idle processor time; give the memory in MB."""
    progress(f"footprint: {when}, idle for {seconds:.0f} s")
    _until_quiet(pid)
    used = processor(pid)
    time.sleep(seconds)
    idle = (processor(pid) - used) / seconds * 100
    size = _status(pid, "VmRSS")
    table.rows.append(Row(f"resident memory {when}", "MB", size, None, _MEMORY))
    table.rows.append(Row(f"idle processor {when}", "%", idle, None, _PROCESSOR))
    if when != "after the start":
        table.notes.append(f"largest so far {when}: {_status(pid, 'VmHWM'):.0f} MB")
    return size


def _until_quiet(pid: int) -> None:
    """Wait until the daemon has nothing more to send: a few seconds with hardly any work."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        used = processor(pid)
        time.sleep(_SETTLE)
        if processor(pid) - used < 0.1 * _SETTLE:
            return


def processor(pid: int) -> float:
    """Give the processor's seconds that a process has used, in user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _status(pid: int, name: str) -> float:
    """Give a size in MB from a process's status."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"no {name} in the process's status")
