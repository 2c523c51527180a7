"""The end of a daemon that is busy with everything at once: in time, and nothing half done."""

import gzip
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from conftest import STORY, Answer, Receiver, Site, Wirewatch
from wirewatch.store.database import open_reader

_LAUNCHER = Path(__file__).with_name("stopping_daemon.py")
_ALLOWED = 15  # seconds that the unit allows (TimeoutStopSec)
_FILES = 400


@contextmanager
def daemon(site: Site) -> Iterator[subprocess.Popen[str]]:
    """Start the daemon with a job that hangs; whatever happens it is over in the end."""
    process = subprocess.Popen(
        [sys.executable, str(_LAUNCHER), "--config", str(site.config), "run"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def await_line(process: subprocess.Popen[str], *parts: str) -> list[str]:
    """Read what the daemon says until each part has occurred; give the lines."""
    assert process.stdout
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line)
        if all(any(part in said for said in lines) for part in parts):
            return lines
    raise AssertionError(lines)


def worker_of(pid: int) -> int:
    """Wait until a process has started its worker, and give the worker's number."""
    while True:
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                if b"wirewatch.pipeline.worker" in Path(f"/proc/{child}/cmdline").read_bytes():
                    return int(child)


def test_a_busy_daemon_stops_and_leaves_nothing_half_done(
    site: Site, receiver: Receiver, wirewatch: Wirewatch
) -> None:
    """A hanging parser, receiver, job and reader hold nothing up; each file is whole or untouched."""
    site.write(f"json://{receiver.host}/hook", '[intake]\nrescan = "50ms"\n')
    held = threading.Event()
    receiver.answers["/hook"] = Answer(hold=held)
    with daemon(site) as process:
        await_line(process, " ready inboxes=", "the job hangs")
        site.deliver("first.txt", STORY)
        receiver.wait_for("/hook")
        packed = site.inbox / ".page.part"
        packed.write_bytes(gzip.compress(b"ASTANA, March 2. A page."))
        packed.rename(site.inbox / "page.gz")
        worker = worker_of(process.pid)
        os.kill(worker, signal.SIGSTOP)
        reader = open_reader(site.database)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM files").fetchone()
        for number in range(_FILES):
            site.deliver(f"{number}.txt", STORY.replace("joint sitting", f"law number {number}"))
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=_ALLOWED)
        assert process.returncode == 0, said
        assert "stopped" in said
        assert "left under way: " in said
        assert "Traceback" not in said
        assert not Path(f"/proc/{worker}/stat").exists() or "Z" in state_of(worker)
        reader.close()
    held.set()
    _each_file_is_whole_or_untouched(site)
    _the_next_one_goes_on(site, wirewatch)


def state_of(pid: int) -> str:
    """Give the state of a process as ps shows it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "Z"


def _each_file_is_whole_or_untouched(site: Site) -> None:
    """Hold each stored file against its article, alert and delivery; all others have none."""
    store = open_reader(site.database)
    stored = store.execute("SELECT count(*) FROM files WHERE state = 'stored'").fetchone()[0]
    for table in ("articles", "alerts", "deliveries"):
        assert store.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == stored  # noqa: S608
    assert store.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    store.close()
    assert len(list(site.inbox.glob("[!.]*"))) == _FILES + 2


def _the_next_one_goes_on(site: Site, wirewatch: Wirewatch) -> None:
    """Take in what was left: each once, and each told."""
    assert wirewatch("ingest", site.inbox, "--source", "wires", "--deliver").code == 0
    told = json.loads(wirewatch("status", "--json").out)
    assert told["conserved"]
    assert told["stored"] == _FILES + 2
    assert told["deliveries"]["sent"] == _FILES + 1
