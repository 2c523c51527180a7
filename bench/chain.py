"""The bare chain: watchdog, a queue, the same matching, sqlite3, Apprise. Nothing more.

What one would write in an afternoon: no ledger, no parsing, no full text, no outbox, and a crash
loses what is in the queue. It reads the same configuration and says READY on standard output.
"""

import queue
import sqlite3
import sys
from pathlib import Path

import requests
from apprise import Apprise
from watchdog.events import (
    FileClosedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers.inotify import InotifyObserver

_plain_adapter, _plain_send = requests.Session.get_adapter, requests.Session.send

from wirewatch.deployment import load_deployment  # noqa: E402 - after what it replaces
from wirewatch.model import Article  # noqa: E402 - after what it replaces
from wirewatch.rules.matcher import Matcher  # noqa: E402 - after what it replaces

# Wirewatch keeps connections open and notes what requests sees; the bare chain does neither.
requests.Session.get_adapter = _plain_adapter  # type: ignore[method-assign]
requests.Session.send = _plain_send  # type: ignore[method-assign]


class _Handler(FileSystemEventHandler):
    """Puts the path of what was closed or moved in on a queue."""

    def __init__(self) -> None:
        self.paths: queue.SimpleQueue[str] = queue.SimpleQueue()

    def dispatch(self, event: FileSystemEvent) -> None:
        """Queue a path."""
        if isinstance(event, FileClosedEvent):
            self.paths.put(str(event.src_path))
        elif isinstance(event, FileMovedEvent):
            self.paths.put(str(event.dest_path))


def _run(config: Path, database: Path) -> None:
    """Take in what arrives, one after the other, for ever."""
    deployment = load_deployment(config)
    matcher = Matcher(deployment.rules, deployment.gazetteers)
    url = deployment.channels["phone"].url
    Apprise().add(url)
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE articles (id INTEGER PRIMARY KEY, path TEXT, body TEXT)")
    connection.commit()
    handler = _Handler()
    observer = InotifyObserver(generate_full_events=True)
    events: list[type[FileSystemEvent]] = [FileClosedEvent, FileMovedEvent]
    inbox = deployment.inboxes["wires"].root
    observer.schedule(handler, str(inbox), event_filter=events)
    observer.start()
    print("READY", flush=True)
    while path := handler.paths.get():
        body = Path(path).read_text(encoding="utf-8")
        _, matches = matcher.match(Article("", "", "", body), "wires")
        connection.execute("INSERT INTO articles (path, body) VALUES (?, ?)", (path, body))
        connection.commit()
        for match in matches:
            phone = Apprise()
            phone.add(url)
            phone.notify(title=match.title, body=f"{path}\n{body[:200]}")


if __name__ == "__main__":
    _run(Path(sys.argv[1]), Path(sys.argv[2]))
