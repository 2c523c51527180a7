"""The real daemon as a process: its configuration, its start, its end."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from trials.site import Site

PROGRAM = (sys.executable, "-P", "-m", "wirewatch")
"""The program as it is, with nothing built in."""

_COMPLAINTS = (" ERROR ", " CRITICAL ", "Traceback")


class Daemon:
    """One life of the daemon; `program` is what comes before its options."""

    def __init__(
        self,
        site: Site,
        program: Sequence[str] = PROGRAM,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._process = subprocess.Popen(
            [*program, "--config", str(site.config), "run"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            cwd=site.root,
            text=True,
            env=os.environ | {"PYTHONFAULTHANDLER": "1"} | dict(environment or {}),
        )
        self._lines: list[str] = []
        self._ended = False
        self._news = threading.Condition()
        self._reader = threading.Thread(target=self._read, name="log")
        self._reader.start()

    def _read(self) -> None:
        """Read the log until its end."""
        assert self._process.stderr
        for line in self._process.stderr:
            with self._news:
                self._lines.append(line)
                self._news.notify_all()
        with self._news:
            self._ended = True
            self._news.notify_all()

    @property
    def has_ended(self) -> bool:
        """Tell whether the process is over."""
        return self._process.poll() is not None

    @property
    def is_ready(self) -> bool:
        """Tell whether the daemon has said that it is ready."""
        with self._news:
            return any(" ready inboxes=" in line for line in self._lines)

    def wait_ready(self, timeout: float = 20) -> bool:
        """Wait until the daemon is ready or over; tell whether either came."""
        with self._news:
            return self._news.wait_for(lambda: self._ended or self.is_ready, timeout)

    def wait_lines(self, count: int, timeout: float) -> bool:
        """Wait until the daemon has logged so many lines, or is over."""
        with self._news:
            return self._news.wait_for(lambda: self._ended or len(self._lines) >= count, timeout)

    def wait_said(self, words: str, timeout: float = 20) -> bool:
        """Wait until the log holds some words, or ends; tell whether it holds them."""
        return self.wait_counted(words, 1, timeout)

    def _said(self, words: str) -> int:
        """Count the lines of the log that hold some words."""
        return sum(words in line for line in self._lines)

    def count(self, words: str) -> int:
        """Count the lines that the daemon has logged with some words in them."""
        with self._news:
            return self._said(words)

    def wait_counted(self, words: str, count: int, timeout: float = 20) -> bool:
        """Wait until so many lines of the log hold some words, or it ends."""
        with self._news:
            self._news.wait_for(lambda: self._ended or self._said(words) >= count, timeout)
            return self._said(words) >= count

    def wait_ended(self, timeout: float = 20) -> int | None:
        """Wait until the daemon ends of itself; give its exit code, or None if it did not."""
        with self._news:
            if not self._news.wait_for(lambda: self._ended, timeout):
                return None
        return self._end()

    def wait_killed(self, timeout: float = 20) -> bool:
        """Wait until the daemon has killed itself; tell whether it has."""
        with self._news:
            if not self._news.wait_for(lambda: self._ended, timeout):
                return False
        return self._end() == -signal.SIGKILL

    def kill(self) -> bool:
        """Kill the daemon; tell whether it lived until then."""
        self._process.kill()
        return self._end() == -signal.SIGKILL

    @property
    def pid(self) -> int:
        """Give the process's number."""
        return self._process.pid

    def reload(self) -> None:
        """Ask the daemon to take in changed files at once."""
        self._process.send_signal(signal.SIGHUP)

    def most_memory(self) -> float:
        """Give the most megabytes of memory that the running daemon has ever held."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        line = next(one for one in status.splitlines() if one.startswith("VmHWM:"))
        return int(line.split()[1]) / 1000

    def freeze(self) -> None:
        """Let the daemon do nothing until it is thawed; no call of the system is under way then."""
        self._process.send_signal(signal.SIGSTOP)
        pause = threading.Event()
        while not all(state == "T" for state in self._states()):
            pause.wait(0.001)

    def _states(self) -> list[str]:
        """Give the state of each thread, by the letter that proc(5) has for it."""
        tasks = Path(f"/proc/{self.pid}/task").iterdir()
        said = [(task / "stat").read_text(encoding="utf-8", errors="replace") for task in tasks]
        return [one.rpartition(")")[2].split()[0] for one in said]

    def thaw(self) -> None:
        """Let a frozen daemon go on."""
        self._process.send_signal(signal.SIGCONT)

    def ask_to_stop(self) -> None:
        """Ask the daemon to stop, and do not wait."""
        self._process.terminate()

    def stop(self) -> int:
        """Ask the daemon to stop; give its exit code."""
        self.ask_to_stop()
        return self._end()

    def discard(self) -> None:
        """Make sure that nothing is left of the process."""
        self._process.kill()
        self._end()

    def _end(self) -> int:
        """Wait for the end; give the exit code."""
        code = self._process.wait(20)
        self._reader.join(10)
        if self._process.stderr:
            self._process.stderr.close()
        return code

    def complaints(self) -> list[str]:
        """Give what the daemon logged as errors."""
        with self._news:
            return [line.strip() for line in self._lines if any(c in line for c in _COMPLAINTS)]

    def log(self) -> str:
        """Give the end of the log."""
        with self._news:
            return "".join(self._lines[-40:])


def status(site: Site) -> tuple[int, dict[str, Any]]:
    """Ask `wirewatch status`; give its exit code and what it says."""
    done = command(site, "status", "--json")
    return done.returncode, json.loads(done.stdout)


def command(site: Site, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command of Wirewatch, of which all that is printed is kept."""
    whole = [*PROGRAM, "--config", site.config, *words]
    return subprocess.run(whole, capture_output=True, text=True, timeout=60, check=False)
