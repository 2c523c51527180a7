"""The store as pages read it: in threads of their own, each with its connection.

What analysts ask in SQL goes by Datasette's threads, and never keeps a page waiting.
"""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from wirewatch.store.database import Reader, open_reader

Value = TypeVar("Value")

_THREADS = 4

Version = tuple[int, int]
"""Which file the store is, and a number that changes with each commit to it."""


class Readers:
    """Threads that read one store; a file that takes its place, as a restore does, is opened."""

    def __init__(self, path: Path, threads: int = _THREADS) -> None:
        self._path = path
        self._local = threading.local()
        self._threads = ThreadPoolExecutor(threads, "pages")

    async def ask(self, question: Callable[[Reader], Value]) -> Value:
        """Ask the store in a thread, as it is at one moment, whatever is written meanwhile.

        Raises StoreError when there is none, and what is asked.
        """
        return await self._run(lambda db: _at_once(db, question))

    async def version(self) -> Version:
        """Give what changes when the store does; ask it of readers with one thread only."""
        return await self._run(lambda db: (self._local.file, _commits(db)))

    def close(self) -> None:
        """Let the threads end, and their connections with them."""
        self._threads.shutdown(cancel_futures=True)

    async def _run(self, question: Callable[[Reader], Value]) -> Value:
        """Give a thread's connection to what asks."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, lambda: question(self._reader()))

    def _reader(self) -> Reader:
        """Give this thread's connection. Raises StoreError when there is no store."""
        file = _file(self._path)
        if getattr(self._local, "file", None) != file:
            reader: Reader | None = self._local.__dict__.pop("reader", None)
            if reader:
                reader.close()
            self._local.file = None
            self._local.reader = open_reader(self._path)
            self._local.file = file
        found: Reader = self._local.reader
        return found


def _at_once(db: Reader, question: Callable[[Reader], Value]) -> Value:
    """Ask in one transaction: all of a page fits together, and SQLite looks for changes once."""
    db.execute("BEGIN")
    try:
        return question(db)
    finally:
        db.conn.rollback()


def _file(path: Path) -> int:
    """Tell one file at a path from another; 0 where there is none."""
    try:
        return path.stat().st_ino
    except FileNotFoundError:
        return 0


def _commits(db: Reader) -> int:
    """Give the number that changes when another connection commits."""
    (number,) = db.execute("PRAGMA data_version").fetchone()
    return int(number)
