"""Reader processes: they examine files, each on a core of its own, while this one commits."""

import gc
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import cycle
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Self

from wirewatch.errors import WirewatchError
from wirewatch.model import Outcome
from wirewatch.pipeline.commit import batches

Examine = Callable[[str], Outcome | None]

_FORK = get_context("fork")  # what is compiled is not compiled again, and shared in memory
_PART = 64  # paths asked for at once
_PART_LENGTH = 8_192  # characters: two parts fit a pipe, so asking waits for no answer
_AHEAD = 2  # parts that a reader may have to do
_MOST = 4  # readers: from then on committing is what takes the time


class ReaderError(WirewatchError):
    """A reader process came to an end; nothing is lost, what was committed stays."""


class Readers:
    """As many reader processes as there are cores; give them work by `examined`.

    They are forked when this is entered: do that before the store is opened, whose connection
    must not be carried along (https://sqlite.org/howtocorrupt.html), and before threads start.
    """

    def __init__(self, examine: Examine, count: int = 0) -> None:
        self._examine = examine
        self._count = count or min(_MOST, len(os.sched_getaffinity(0)))
        self._readers: list[tuple[BaseProcess, Connection]] = []

    def __enter__(self) -> Self:
        """Start the readers."""
        gc.freeze()  # so that looking for garbage neither takes time nor copies what is shared
        for _ in range(self._count):
            ours, theirs = _FORK.Pipe()
            others = [connection for _, connection in self._readers]
            words = (self._examine, theirs, [*others, ours])
            reader = _FORK.Process(target=_read, args=words, daemon=True)
            reader.start()
            theirs.close()
            self._readers.append((reader, ours))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let the readers end: there is nobody left to ask them."""
        for _, connection in self._readers:
            connection.close()
        for reader, _ in self._readers:
            reader.join()
        gc.unfreeze()

    def examined(self, paths: Iterable[str]) -> Iterator[Outcome]:
        """Give what becomes of files, in order, without those that are no arrivals (yet).

        Raises ReaderError when a reader ends before its time.
        """
        asked: deque[tuple[BaseProcess, Connection]] = deque()
        for reader, part in zip(cycle(self._readers), _parts(paths)):
            if len(asked) == _AHEAD * len(self._readers):
                yield from _answers(*asked.popleft())
            _ask(*reader, part)
            asked.append(reader)
        while asked:
            yield from _answers(*asked.popleft())


def _parts(paths: Iterable[str]) -> Iterator[list[str]]:
    """Cut paths into parts, by number and by length."""
    part: list[str] = []
    size = 0
    for path in paths:
        part.append(path)
        size += len(path)
        if len(part) == _PART or size > _PART_LENGTH:
            yield part
            part, size = [], 0
    if part:
        yield part


def _ask(reader: BaseProcess, connection: Connection, part: list[str]) -> None:
    """Give a reader paths to examine."""
    try:
        connection.send(part)
    except OSError as error:
        raise _ended(reader) from error


def _answers(reader: BaseProcess, connection: Connection) -> Iterator[Outcome]:
    """Take what a reader makes of one part; it answers in batches, the last of which is empty."""
    try:
        while batch := connection.recv():
            yield from batch
    except (EOFError, OSError) as error:
        raise _ended(reader) from error


def _ended(reader: BaseProcess) -> ReaderError:
    """Say how a reader ended."""
    reader.join()
    how = f"with exit code {reader.exitcode}"
    if reader.exitcode is not None and reader.exitcode < 0:
        how = f"by {signal.Signals(-reader.exitcode).name}"
    return ReaderError(
        f"a process that reads files was ended {how}; what is committed is safe: ingest again"
    )


def _read(examine: Examine, asked: Connection, others: list[Connection]) -> None:
    """Be a reader: examine what is asked for until nobody can ask any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # our parent hears it too, and lets us end
    for connection in others:
        connection.close()  # else we would keep each other from hearing our parent's end
    try:
        while True:
            outcomes = (outcome for path in asked.recv() if (outcome := examine(path)))
            for batch in batches(outcomes, _PART):
                asked.send(batch)
            asked.send([])
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return
