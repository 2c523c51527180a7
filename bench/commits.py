"""Sees from outside when articles are committed: what any other reader of the file sees.

A process of its own polls `PRAGMA data_version` and, when it has changed, the largest id. So a
commit is noted when another process can read it, at most one poll late (0.2 ms by default).
"""

import bisect
import contextlib
import json
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

POLL = 0.0002  # seconds


def _watch(database: str, poll: float) -> None:
    """Note commits until standard input is closed; print them."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, isolation_level=None)
    ending = threading.Event()
    threading.Thread(target=_await_end, args=(ending,), daemon=True).start()
    seen: list[tuple[int, int]] = []
    version, largest = None, -1
    print("watching", flush=True)
    while not ending.is_set():
        now = connection.execute("PRAGMA data_version").fetchone()[0]
        if now != version:
            version = now
            found = connection.execute("SELECT coalesce(max(id), 0) FROM articles").fetchone()[0]
            if found != largest:
                largest = found
                seen.append((largest, time.monotonic_ns()))
        time.sleep(poll)
    with contextlib.suppress(BrokenPipeError):
        print(json.dumps(seen), flush=True)


def _await_end(ending: threading.Event) -> None:
    """Wait until standard input is closed."""
    sys.stdin.read()
    ending.set()


class Commits:
    """The watching process; `stop` gives when each article could be read."""

    def __init__(self, database: Path, poll: float = POLL) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__, str(database), str(poll)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout  # noqa: S101 - asked for above
        self._process.stdout.readline()

    def stop(self, ids: dict[int, int]) -> dict[int, int]:
        """Give the moment of each story's commit, in nanoseconds; `ids` are article ids by story.

        Those that were committed before the watching began are left out.
        """
        printed, _ = self._process.communicate(timeout=10)
        seen: list[tuple[int, int]] = json.loads(printed)
        largest = [one[0] for one in seen]
        found = {}
        for story, article in ids.items():
            place = bisect.bisect_left(largest, article)
            if 0 < place < len(seen):
                found[story] = seen[place][1]
        return found


if __name__ == "__main__":
    _watch(sys.argv[1], float(sys.argv[2]))
