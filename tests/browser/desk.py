"""A desk at work: the real daemon, the real server of the pages, and what is dropped into an inbox."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from conftest import Receiver, Site
from pages_desk import STORIES, story

_PATIENCE = 120.0  # seconds: lists may have to be compiled first
_LOOK = 0.05


@dataclass(frozen=True)
class Desk:
    """A site with its processes, and where its pages are."""

    site: Site
    address: str

    def drop(self, name: str, text: str) -> None:
        """Put a file into the inbox, as agencies do."""
        self.site.deliver(name, text)

    def count(self, sql: str) -> int:
        """Count something in the store."""
        with closing(sqlite3.connect(f"{self.site.database.as_uri()}?mode=ro", uri=True)) as db:
            (number,) = db.execute(sql).fetchone()
            return int(number)

    def wait(self, is_so: Callable[[], bool]) -> None:
        """Wait until something is so."""
        pause = threading.Event()
        waited = 0.0
        while not is_so():
            assert waited < _PATIENCE, "it did not come to be so"
            pause.wait(_LOOK)
            waited += _LOOK


@contextmanager
def desk(folder: Path, receiver: Receiver) -> Iterator[Desk]:
    """Start a desk, with all stories taken in."""
    site = Site(folder)
    site.write(f"json://{receiver.host}/hook", '[pages]\nlisten = "127.0.0.1:0"\n')
    with ExitStack() as stack:
        stack.enter_context(_process(site, "run", r" ready inboxes="))
        waiting = Desk(site, "")
        for number, name in enumerate(STORIES, start=1):
            waiting.drop(f"{name}.json", story(name))
            sql = "SELECT count(*) FROM articles"
            waiting.wait(lambda: waiting.count(sql) >= number)  # noqa: B023 - at once
        waiting.wait(
            lambda: waiting.count("SELECT count(*) FROM deliveries WHERE state = 'sent'") >= 1
        )
        found = stack.enter_context(_process(site, "serve", r"pages at (http://\S+)/"))
        yield Desk(site, found[1])


@contextmanager
def _process(site: Site, verb: str, ready: str) -> Iterator[re.Match[str]]:
    """Run a command until the end; give what it said when it was ready."""
    log = site.folder / f"{verb}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "wirewatch", "--config", str(site.config), verb],
            stdout=out, stderr=subprocess.STDOUT, env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )  # fmt: skip
        try:
            yield _said(process, log, ready)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


def _said(process: subprocess.Popen[bytes], log: Path, ready: str) -> re.Match[str]:
    """Wait until a process has said that it is ready."""
    pause = threading.Event()
    waited = 0.0
    while not (found := re.search(ready, log.read_text(encoding="utf-8"))):
        assert process.poll() is None, log.read_text(encoding="utf-8")
        assert waited < _PATIENCE, log.read_text(encoding="utf-8")
        pause.wait(_LOOK)
        waited += _LOOK
    return found
