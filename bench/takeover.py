"""How long nobody is told of anything when the desk that sends is killed while alerts flow."""

import os
import threading
import time
from pathlib import Path
from typing import Self

from deployed import ALL_RULES
from generate import Stories
from machines import PATIENCE, Cast, Machines
from receiver import Receiver
from report import Row, Table, Target, progress

from wirewatch.broker.local import LocalBroker

_APART = 0.05  # seconds between two files, each of which raises an alert
_LOOKING = 0.005  # seconds between two looks at the phone
_WITHIN = Target(10, of_ratio=False)


class _Flow:
    """Files that come in at an even pace, for a `with` block."""

    def __init__(self, folder: Path, inbox: Path) -> None:
        self._folder = folder
        self._inbox = inbox
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.came = 0

    def __enter__(self) -> Self:
        """Begin."""
        self._folder.mkdir()
        self._thread.start()
        return self

    def __exit__(self, *_failure: object) -> None:
        """End."""
        self._ending.set()
        self._thread.join()

    def _run(self) -> None:
        """Bring file after file."""
        stories = Stories()
        while not self._ending.wait(_APART):
            path = self._folder / f"story-{self.came:07}.txt"
            path.write_bytes(stories.text(self.came, named=True).encode())
            os.rename(path, self._inbox / path.name)  # noqa: PTH104 - as everywhere here
            self.came += 1


def table(home: Path, times: int, broker: LocalBroker) -> Table:
    """Kill who sends so many times."""
    taken = []
    cast = Cast(1, 2)
    with Receiver() as receiver:
        machines = Machines(home, cast, ALL_RULES, receiver.url, broker)
        with machines, _Flow(home / "waiting", machines.inbox) as flow:
            for turn in range(times):
                progress(f"cluster: take-over {turn + 1} of {times}")
                taken.append(_taken_over(machines, receiver))
        came = flow.came
        told = len(receiver.arrivals())
    found = Table(f"several machines: who sends is killed, {times} times", "")
    found.rows += [
        Row(f"kill {number} to the other's first message", "s", seconds, None, _WITHIN)
        for number, seconds in enumerate(taken, 1)
    ]
    found.notes.append(f"an alert each {_APART:g} s; {told} of {came} told before all was stopped")
    return found


def _taken_over(machines: Machines, receiver: Receiver) -> float:
    """Kill who sends, and give the seconds until the other does; then start it again."""
    sends = machines.await_election()
    [other] = [name for name in machines.daemons if name.startswith("desk") and name != sends]
    _await(receiver, sends, _told(receiver, sends))
    before, killed = _told(receiver, other), time.monotonic()
    machines.daemons[sends].kill()
    _await(receiver, other, before)
    seconds = time.monotonic() - killed
    machines.daemons[sends].start()
    return seconds


def _await(receiver: Receiver, desk: str, before: int) -> None:
    """Wait until a desk has told more than before. Raises RuntimeError where it does not."""
    deadline = time.monotonic() + PATIENCE
    while _told(receiver, desk) <= before:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{desk} has told nothing for {PATIENCE:.0f} s")
        time.sleep(_LOOKING)


def _told(receiver: Receiver, desk: str) -> int:
    """Count what a desk has told."""
    return sum(number for path, number in receiver.counts().items() if desk in path)
