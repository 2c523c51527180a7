"""The door to RabbitMQ's programs: begun, found again and ended, wherever they are kept."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
"""The broker itself; Debian's script in /usr/sbin changes to a user and a folder of its own."""

Process = subprocess.Popen[bytes]

_MARK = "WIREWATCH_BROKER"
_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
_LETTING_GO = 10.0  # seconds in which what was killed is gone
_PAUSE = 0.05


@dataclass(frozen=True)
class Host:
    """Where a node runs: its address, and the command that goes before those of the node.

    `("ip", "netns", "exec", NAME)` runs it in a network namespace. The command must become the
    node, by exec, rather than start it.
    """

    address: str = "127.0.0.1"
    prefix: tuple[str, ...] = ()


def begin(
    host: Host, words: Sequence[str], folder: Path, extra: dict[str, str], log: Path
) -> Process:
    """Start a program of a broker that lives in a folder; what it prints is added to `log`.

    It is in a session of its own, so that Ctrl-C on a terminal does not reach it.
    """
    known = {"PATH": _PATH, "LANG": "C.UTF-8", "HOME": str(folder), _MARK: str(folder)}
    with log.open("ab") as said:
        return subprocess.Popen(
            [*host.prefix, *words],
            env=known | extra,
            cwd=log.parent,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )


def end(processes: Sequence[Process], patience: float) -> None:
    """Ask programs of ours to end, all at once, and kill those that take too long."""
    for process in processes:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM if patience else signal.SIGKILL)
    deadline = time.monotonic() + patience
    for process in processes:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(max(0.0, deadline - time.monotonic()))
        process.kill()
        process.wait()


def sweep(folder: Path) -> None:
    """Kill what is left of a broker in a folder: what nodes have started, or a run before left.

    Gives up after some seconds on what even a kill does not end.
    """
    deadline = time.monotonic() + _LETTING_GO
    while (left := left_behind(folder)) and time.monotonic() < deadline:
        for number in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        time.sleep(_PAUSE)


def left_behind(folder: Path) -> list[int]:
    """Give the processes of a broker in a folder, as what they were started with tells."""
    mark = os.fsencode(f"{_MARK}={folder}")
    return [number for number, words in _environments() if mark in words]


def _environments() -> Iterator[tuple[int, list[bytes]]]:
    """Give the environment of each process that is ours to see; one that has ended has none."""
    for place in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has ended meanwhile, or is somebody else's
            yield int(place.name), (place / "environ").read_bytes().split(b"\0")
