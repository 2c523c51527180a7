"""A small cluster whose limits are within reach: processes on the broker of the suite."""

import json
import random
import re
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from cluster.conftest import until
from wirewatch.broker.access import Access
from wirewatch.broker.link import Link
from wirewatch.broker.local import LocalBroker
from wirewatch.broker.topology import Settings, of_joining

_ENDING = 20.0  # seconds for a process to end when asked
_ASKING = 60.0  # seconds for the broker to be reached
_WORDS = 300  # words of chance in a file: it is not packed into nothing
_CONFIG = """
[store]
path = "store.db"
[[inbox]]
name = "wires"
path = "{inbox}"
archive = "{root}/archive"
after = "archive"
[rules]
paths = ["rules.toml"]
[[channel]]
name = "phone"
url = "json://127.0.0.1:9/"
[metrics]
listen = "127.0.0.1:0"
[cluster]
name = "{name}"
addresses = {addresses}
prefix = "{prefix}"
arrivals = {arrivals}
desk = {desk}
"""
_RULES = """
[[rule]]
name = "water"
title = "Water"
query = "aquifer"
channels = ["phone"]
"""


@dataclass
class Member:
    """One process of the cluster; its name tells its role."""

    name: str
    root: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> str:
        """Give what it has logged."""
        return (self.root / "log").read_text(encoding="utf-8")

    def start(self) -> None:
        """Start it, and wait until it says that it is ready."""
        words = [sys.executable, "-P", "-m", "wirewatch"]
        words += ["--config", "wirewatch.toml", "run", "--role", self.name.rstrip("0123456789")]
        with (self.root / "log").open("wb") as log:
            self.process = subprocess.Popen(words, stderr=log, cwd=self.root)
        assert until(lambda: " ready " in self.log), self.log

    def stop(self) -> None:
        """Ask it to end, and wait."""
        if self.process:
            self.process.terminate()
            self.process.wait(_ENDING)

    def number(self, question: str) -> int:
        """Ask its store for a number."""
        with closing(sqlite3.connect(f"file:{self.root}/store.db?mode=ro", uri=True)) as db:
            return int(db.execute(question).fetchone()[0])

    def ready(self) -> tuple[int, str]:
        """Ask whether it is ready; gives the code of the answer, and what it says."""
        [port] = re.findall(r"metrics_port=(\d+)", self.log)
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=5) as answer:
                return int(answer.status), answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()


class SmallHouse:
    """Processes by name, such as `intake`, `worker` and `desk0`; each is started by the test."""

    def __init__(self, root: Path, broker: LocalBroker, settings: Settings) -> None:
        self.inbox = root / "inbox"
        self.settings = settings
        self.members: dict[str, Member] = {}
        self._root = root
        self._broker = broker
        self.link = Link(Access(broker.addresses), "test")

    def member(self, name: str) -> Member:
        """Give a process, made when it is first asked for."""
        if name not in self.members:
            folder = self._root / name
            folder.mkdir(parents=True)
            text = _CONFIG.format(
                inbox=self.inbox,
                root=folder,
                name=name,
                addresses=json.dumps(self._broker.addresses),
                prefix=self.settings.prefix,
                arrivals=json.dumps(f"{self.settings.arrivals_bytes}B"),
                desk=json.dumps(f"{self.settings.desk_bytes}B"),
            )
            (folder / "wirewatch.toml").write_text(text, encoding="utf-8")
            (folder / "rules.toml").write_text(_RULES, encoding="utf-8")
            self.members[name] = Member(name, folder)
        return self.members[name]

    def start(self, *names: str) -> None:
        """Start processes, one after the other."""
        for name in names:
            self.member(name).start()

    def deliver(self, numbers: Sequence[int]) -> None:
        """Bring files into the inbox, each whole by a rename."""
        self.inbox.mkdir(exist_ok=True)
        for number in numbers:
            chance = random.Random(number)  # noqa: S311 - words, no secrets
            words = " ".join(f"{chance.getrandbits(32):x}" for _ in range(_WORDS))
            path = self._root / f"{number:05}.txt"
            path.write_text(f"Docket {number}\n\nAn aquifer was found. {words}\n")
            path.rename(self.inbox / path.name)

    def lies_in(self, queue: str) -> int:
        """Count what waits in a queue."""
        found = self.link.depths([queue])[queue]
        return found[0] if found else 0

    def has_all(self, desk: str, count: int) -> bool:
        """Wait until a desk has so many articles, no more; tell whether it has."""
        asked = "SELECT count(*) FROM articles"
        return until(lambda: self.member(desk).number(asked) >= count) and (
            self.member(desk).number(asked) == count
        )


@contextmanager
def small_house(
    root: Path, broker: LocalBroker, settings: Settings, *desks: str
) -> Iterator[SmallHouse]:
    """Have a house for whose desks queues stand; afterwards nothing of it runs."""
    house = SmallHouse(root, broker, settings)
    stands = [one for name in desks for one in of_joining(settings, name)]
    founder = Link(Access(broker.addresses), "founder", stands)
    try:
        for link in (founder, house.link):
            link.open()
            assert link.wait(_ASKING), link.trouble
        yield house
    finally:
        for member in house.members.values():
            if member.process:
                member.process.kill()
                member.process.wait(_ENDING)
        for link in (founder, house.link):
            link.close()
