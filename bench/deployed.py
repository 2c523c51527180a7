"""Wirewatch as it is run: a configuration in a folder of its own, and the daemon as a process."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

_READY_WITHIN = 60.0  # seconds
_STOP_WITHIN = 20.0  # seconds

DESK_RULES = """
[[rule]]
name = "kz-az"
title = "Kazakhstan and Azerbaijan, parliaments"
query = '@parliament:KZ AND @parliament:AZ'
severity = "high"
channels = ["phone"]
[[rule]]
name = "assembly"
title = "The Turkic parliamentary assembly"
query = '@parliament:turkpa OR "Parliamentary Assembly of Turkic States"'
channels = ["phone"]
[[rule]]
name = "travels"
title = "A speaker travels"
query = '(speaker OR "chairman of the committee") AND (visit* OR delegation*) AND @parliament:KG'
channels = ["phone"]
[[rule]]
name = "europe"
title = "Europe and the Turkic states"
query = '@parliament:european-parliament AND @parliament:turkic'
channels = ["phone"]
"""
"""A desk's rules; ten generated stories raise about three alerts."""

ALL_RULES = """
[[rule]]
name = "parliaments"
title = "Any parliament"
query = '@parliament'
channels = ["phone"]
"""
"""One rule that is true of every story that names a parliament."""

_CONFIG = """
[store]
path = "store/wirewatch.db"
[[inbox]]
name = "wires"
path = "inbox"
[rules]
paths = ["rules.toml"]
[[channel]]
name = "phone"
url = "{url}"
"""


_SMALL = """
[gazetteers]
paths = ["{path}"]
"""


def configure(
    home: Path, rules: str, url: str = "json://127.0.0.1:9/hook", *, small: bool = False
) -> Path:
    """Write a configuration, and make its inbox; give the configuration's path.

    With `small` a desk's own list of 13 bodies takes the place of the world's parliaments.
    """
    for folder in ("inbox", "store"):
        (home / folder).mkdir(parents=True, exist_ok=True)
    (home / "rules.toml").write_text(rules, encoding="utf-8")
    config = home / "wirewatch.toml"
    lists = _SMALL.format(path=Path(__file__).with_name("small.toml")) if small else ""
    config.write_text(_CONFIG.format(url=url) + lists, encoding="utf-8")
    return config


def installed() -> str:
    """Give the interpreter of an installation as users have it, which `make bench` makes.

    The tests bring pandas and more along, and libraries import what is there: a third of a second
    of each start, and tens of megabytes. Raises SystemExit where there is no such installation.
    """
    bare = Path(sys.prefix, "bare", "bin", "python")
    if not bare.exists():
        sys.exit(f"{bare} is missing: run `make bench`, which makes it")
    return str(bare)


def command(config: Path, *words: str, python: str = "") -> list[str]:
    """Give the command line of a wirewatch verb."""
    return [python or installed(), "-m", "wirewatch", "--config", str(config), *words]


class Daemon:
    """`wirewatch run` as a process; it is ready when the `with` block begins.

    `role` is what it does among several machines. `python` is another interpreter to run it with
    than that of an installation as users have it.
    """

    def __init__(self, config: Path, role: str = "all", python: str = "") -> None:
        self._config = config
        self._words = command(config, "run", "--role", role, python=python)
        self._log = config.parent / "daemon.log"
        self._heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._ready = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Give the process's number."""
        if self._process is None:
            raise RuntimeError("the daemon was not started")
        return self._process.pid

    def __enter__(self) -> Self:
        """Start the daemon, and wait until it says READY=1 as to systemd."""
        self._heard.bind(str(self._config.with_name("notify")))
        threading.Thread(target=self._listen, daemon=True).start()
        self.start()
        return self

    def start(self) -> None:
        """Start it, which `kill` has ended or never ran, and wait until it is ready."""
        address = str(self._config.with_name("notify"))
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._words,
                stderr=log,
                env=os.environ | {"NOTIFY_SOCKET": address},
            )
        deadline = time.monotonic() + _READY_WITHIN
        while not self._ready.wait(0.1):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self._stop()
                raise RuntimeError(f"the daemon did not start:\n{self._log.read_text()}")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the daemon as systemd does. Raises RuntimeError when it had ended by itself."""
        code = self._stop()
        if code and error is None:
            raise RuntimeError(f"the daemon ended with {code}:\n{self._log.read_text()[-2000:]}")

    def kill(self) -> None:
        """End it as a power cut does; the block may end then, or `start` it again."""
        if self._process:
            self._process.kill()
            self._process.wait()
        self._process = None
        self._ready.clear()

    def _listen(self) -> None:
        """Hear what the daemon says, as long as it lives."""
        while b"STOPPING=1" not in (said := self._heard.recv(4096)):
            if b"READY=1" in said:
                self._ready.set()

    def _stop(self) -> int:
        """Ask it to end, and wait; give its exit code."""
        if self._process is None:
            return 0
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(_STOP_WITHIN)
