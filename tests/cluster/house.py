"""The house of a trial: intakes, workers and desks, each a process with a folder of its own."""

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from cluster.wire import LARGEST
from wirewatch.broker.access import Access
from wirewatch.broker.link import Link
from wirewatch.broker.local import PASSWORD, USER
from wirewatch.broker.topology import Settings, of_joining
from wirewatch.tables import ClusterTable

CHANNEL = "phone"
_COMPLAINTS = (" ERROR ", " CRITICAL ", "Traceback")
_FOUNDING = 60.0  # seconds for queues to be made
_ENDING = 30.0  # seconds for a process to end when asked
_TAIL = 15  # lines of a log that a failure shows
_RULES = """
[[rule]]
name = "water"
title = "water"
query = 'aquifer'
severity = "high"
channels = ["phone"]
"""


@dataclass
class Member:
    """One process of the cluster: an intake, a worker or a desk."""

    name: str
    role: str
    root: Path
    prefix: Sequence[str] = ()
    """What its command begins with, such as to run it inside a room."""
    _process: subprocess.Popen[bytes] | None = None
    _files: list[IO[bytes]] = field(default_factory=list)

    @property
    def store(self) -> Path:
        """Give its store."""
        return self.root / "store.db"

    @property
    def printed(self) -> Path:
        """Give the file of all that it has logged, in all its lives."""
        return self.root / "log"

    @property
    def runs(self) -> bool:
        """Tell whether it is there."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it."""
        words = [sys.executable, "-P", "-m", "wirewatch"]
        words += ["--config", str(self.root / "wirewatch.toml"), "run", "--role", self.role]
        with self.printed.open("ab") as log:
            self._process = subprocess.Popen(
                [*self.prefix, *words],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log, cwd=self.root,
                env=os.environ | {"PYTHONFAULTHANDLER": "1"},
            )  # fmt: skip

    def kill(self) -> None:
        """End it as a power cut does."""
        assert self._process, f"{self.name} was never started"
        assert self.runs, f"{self.name} had ended before it was killed: {self.last_words()}"
        self._process.kill()
        self._process.wait(_ENDING)

    def ask_to_stop(self) -> None:
        """Ask it to end."""
        if self._process:
            self._process.terminate()

    def ended(self) -> int | None:
        """Give the code that it ends with; None when it does not end."""
        try:
            return self._process.wait(_ENDING) if self._process else 0
        except subprocess.TimeoutExpired:
            return None

    def discard(self) -> None:
        """Leave nothing of it running."""
        if self._process and self.runs:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait(_ENDING)

    def has_port(self, port: int) -> bool:
        """Tell whether one of its connections comes from a port of this machine."""
        table = Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]
        lines = (line.split() for line in table)
        nodes = {f"socket:[{line[9]}]" for line in lines if line[1].endswith(f":{port:04X}")}
        return self.runs and any(link in nodes for link in self._sockets())

    def _sockets(self) -> Iterator[str]:
        """Name what its open files are."""
        assert self._process
        for file in Path(f"/proc/{self._process.pid}/fd").iterdir():
            with contextlib.suppress(OSError):  # it was closed meanwhile
                yield str(file.readlink())

    def number(self, query: str) -> int:
        """Ask its store for a number; 0 before there is one."""
        rows = self.rows(query)
        return int(rows[0][0] or 0) if rows else 0

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Ask its store, and touch nothing; nothing before there is one."""
        if not self.store.exists():
            return []
        with closing(sqlite3.connect(f"{self.store.as_uri()}?mode=ro", uri=True)) as db:
            try:
                return db.execute(query).fetchall()
            except sqlite3.OperationalError:  # its tables are being made
                return []

    def complaints(self) -> list[str]:
        """Give what it logged as errors."""
        lines = self.printed.read_text(encoding="utf-8", errors="replace").splitlines()
        return [f"{self.name}: {one}" for one in lines if any(word in one for word in _COMPLAINTS)]

    def last_words(self) -> str:
        """Give the end of its log."""
        if not self.printed.exists():
            return f"{self.name} was never started"
        lines = self.printed.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join([f"--- {self.name}, {'runs' if self.runs else 'ended'}", *lines[-_TAIL:]])


class House:
    """All processes of a cluster, around a broker and a phone. `url` gives by what a desk tells."""

    def __init__(
        self,
        root: Path,
        addresses: Sequence[str],
        prefix: str,
        url: Callable[[str], str],
        counts: tuple[int, int, int] = (2, 3, 2),
    ) -> None:
        self.root = root
        self.prefix = prefix
        self._cluster = {"addresses": list(addresses), "prefix": prefix}
        self._url = url
        self.intakes = [self._member("intake", number) for number in range(counts[0])]
        self.workers = [self._member("worker", number) for number in range(counts[1])]
        self.desks = [self._member("desk", number) for number in range(counts[2])]
        for member in self:
            self._configure(member)

    def __iter__(self) -> Iterator[Member]:
        """Go through all processes."""
        yield from (*self.intakes, *self.workers, *self.desks)

    @property
    def inboxes(self) -> list[Path]:
        """Give the folders that files are delivered into, one of each intake."""
        return [intake.root / intake.name for intake in self.intakes]

    def found(self) -> None:
        """Let every desk's queue stand before the log has its first entry."""
        shipped = ClusterTable()
        sizes = shipped.replicas, shipped.tries, shipped.arrivals, shipped.desk
        settings = Settings(self.prefix, *sizes)
        stands = [one for desk in self.desks for one in of_joining(settings, desk.name)]
        link = Link(Access(tuple(self._cluster["addresses"])), "founder", stands)
        link.open()
        try:
            assert link.wait(_FOUNDING), f"the broker is not reached: {link.trouble}"
        finally:
            link.close()

    def start(self) -> None:
        """Start all, on a broker where nothing stands yet."""
        self.found()
        for member in self:
            member.start()

    def stop(self) -> dict[str, int | None]:
        """Ask all to end; give what each that ended otherwise than well ended with."""
        for member in self:
            member.ask_to_stop()
        codes = {member.name: member.ended() for member in self}
        return {name: code for name, code in codes.items() if code != 0}

    def discard(self) -> None:
        """Leave nothing running."""
        for member in self:
            member.discard()

    def done(self) -> int:
        """Count the files of which the desk that is furthest says what became."""
        return max(desk.number("SELECT max(id) FROM files") for desk in self.desks)

    def sender(self) -> Member:
        """Give the desk that sends, by what the log says."""
        query = "SELECT epoch, desk FROM cluster_leads ORDER BY epoch DESC LIMIT 1"
        leads = [row for desk in self.desks for row in desk.rows(query)]
        assert leads, "no desk ever led"
        latest = max(leads, key=lambda row: int(row[0]))
        return next(desk for desk in self.desks if desk.name == latest[1])

    def last_words(self) -> str:
        """Give the end of every log."""
        return "\n".join(member.last_words() for member in self)

    def _member(self, role: str, number: int) -> Member:
        """Make a process, with its folder."""
        name = f"{role}-{number}"
        (self.root / name).mkdir(parents=True)
        return Member(name, role, self.root / name)

    def _configure(self, member: Member) -> None:
        """Write a process's configuration."""
        lines = ['[store]\npath = "store.db"', '[rules]\npaths = ["rules.toml"]']
        lines += ['[intake]\nrescan = "2s"']
        for number, intake in enumerate(self.intakes):
            if member.role != "intake" or member is intake:
                folder = intake.root / intake.name
                folder.mkdir(exist_ok=True)
                lines.append(_inbox(intake, number))
        lines.append(f'[[channel]]\nname = "{CHANNEL}"\nurl = "{self._url(member.name)}"')
        lines.append('[delivery]\nfirst_retry = "200ms"\nslowest_retry = "1s"')
        table: dict[str, Any] = self._cluster | {
            "name": member.name,
            "user": USER,
            "password": PASSWORD,
        }
        table["largest"] = LARGEST
        lines.append("[cluster]")
        lines += [f"{key} = {json.dumps(value)}" for key, value in table.items()]
        (member.root / "wirewatch.toml").write_text("\n".join(lines), encoding="utf-8")
        (member.root / "rules.toml").write_text(_RULES, encoding="utf-8")


def _inbox(intake: Member, number: int) -> str:
    """Write an intake's inbox: the first leaves files where they are, others archive them."""
    after = "archive" if number else "leave"
    return (
        f'[[inbox]]\nname = "{intake.name}"\npath = "{intake.root / intake.name}"\n'
        f'archive = "{intake.root / "archive"}"\nafter = "{after}"\nsettle = "300ms"'
    )
