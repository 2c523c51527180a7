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
        with self._news:
            return self._ended

    @property
    def is_ready(self) -> bool:
        """Tell whether the daemon has said that it is ready."""
        with self._news:
            return any(" ready " in line for line in self._lines)

    def wait_ready(self, timeout: float = 20) -> bool:
        """Wait until the daemon is ready or over; tell whether either came."""
        with self._news:
            return self._news.wait_for(lambda: self._ended or self.is_ready, timeout)

    def wait_lines(self, count: int, timeout: float) -> bool:
        """Wait until the daemon has logged so many lines, or is over."""
        with self._news:
            return self._news.wait_for(lambda: self._ended or len(self._lines) >= count, timeout)

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

    def most_memory(self) -> float:
        """Give the most megabytes of memory that the running daemon has ever held."""
        status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii")
        line = next(one for one in status.splitlines() if one.startswith("VmHWM:"))
        return int(line.split()[1]) / 1000

    def freeze(self) -> None:
        """Let the daemon do nothing until it is thawed."""
        self._process.send_signal(signal.SIGSTOP)

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
    command = [sys.executable, "-P", "-m", "wirewatch"]
    command += ["--config", str(site.config), "status", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    return done.returncode, json.loads(done.stdout)
