"""Parsing that can neither hang nor break the process: what may, is done in one of its own.

Most files are read where they are found. Archives and heavy formats go to a worker process, which
has a limit on time and on memory; so does a file over which a parser stumbled in a way that nobody
foresaw, and then it is quarantined with what the worker says.
"""

import errno
import json
import logging
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from wirewatch.errors import Unreadable
from wirewatch.event import Event
from wirewatch.formats import Origin, Reading, quick
from wirewatch.intake.source import ChangedError, GoneError, RetryError, read
from wirewatch.model import Article, Skipped
from wirewatch.pipeline.examine import Limits
from wirewatch.states import FileReason, Precision, SkipReason

_log = logging.getLogger("wirewatch.parse")

_STUMBLES = (
    ValueError, LookupError, TypeError, AttributeError, ArithmeticError, AssertionError,
    RecursionError,
)  # fmt: skip
_OF_THE_WORKER = {FileReason.PARSER_FAILED, FileReason.OUT_OF_MEMORY}
_HARMLESS = re.compile(r"(?:PATH|HOME|LANG|TZ|LC_.*|PYTHON.*)\Z")  # others may be secrets
_STARTING = 60.0  # seconds that a process may take to start, on a machine that is busy
_ENDING = 1.0  # seconds that a process may take to end
_DOCUMENTS = 500  # after which a worker is replaced: what its libraries keep does not pile up


def parse_quickly(data: bytes, limits: Limits) -> Reading | None:
    """Read bytes here and now; None for what a worker must read. Raises Unreadable."""
    try:
        return quick(data, limits.line_length)
    except _STUMBLES as error:
        _log.warning(Event("parser-stumbled", error=type(error).__name__, then="a worker tries"))
        _log.debug(Event("parser-said", said=str(error)))
        return None


class Parser:
    """Reads bytes, what is heavy in a worker process that lives as long as it is needed.

    Only one thread at a time is served. The worker starts when it is first needed, in whatever
    process that is, so that it may be made before a fork.
    """

    def __init__(self) -> None:
        self._worker: _Worker | None = None
        self._abandoned = False
        self._lock = threading.Lock()

    def read(self, data: bytes, limits: Limits) -> Reading:
        """Read bytes. Raises Unreadable: as `formats.parse`, and when the worker did not manage."""
        return parse_quickly(data, limits) or self.parse_apart(data, limits)

    def parse_apart(self, data: bytes, limits: Limits) -> Reading:
        """Read bytes in the worker.

        Raises Unreadable as above, and RetryError where no process can be started just now, or
        none is wanted any more.
        """
        with self._lock:
            answer = self._asked(data, limits, fresh=False)
            if answer.get("reason") in _OF_THE_WORKER:
                answer = self._asked(data, limits, fresh=True)  # it may have been another's fault
            if answer.get("reason") in _OF_THE_WORKER:
                self._end()
        return _reading(answer)

    def _asked(self, data: bytes, limits: Limits, *, fresh: bool) -> dict[str, Any]:
        """Ask the worker, or a fresh one; give its answer, or how it ended."""
        if fresh or self._worker is None or not self._worker.may_serve(limits):
            self._end()
            try:
                self._worker = _Worker(limits)
            except OSError as error:
                detail = f"no process to read it in: {error.strerror}"
                raise RetryError(FileReason.READ_ERROR, detail) from error
        self._check_wanted()  # the worker is there by now, so that `abandon` finds it
        try:
            return self._worker.ask(data)
        except _EndedError as error:
            self._end()
            self._check_wanted()
            return {"reason": error.reason, "detail": error.detail}

    def _check_wanted(self) -> None:
        """Read nothing more once everything stops. Raises RetryError: the file is not at fault."""
        if self._abandoned:
            raise RetryError(FileReason.READ_ERROR, "stopped while it was read")

    def rest(self) -> bool:
        """End the worker, until it is needed again; tell whether there was one."""
        with self._lock:
            working = self._worker is not None
            self._end()
            return working

    def abandon(self) -> None:
        """End the worker whatever it reads, and for good; who waits for it gets a RetryError."""
        self._abandoned = True
        if worker := self._worker:
            worker.kill()

    def _end(self) -> None:
        """End the worker, if there is one."""
        if self._worker:
            self._worker.end()
        self._worker = None


def file_of(path: Path, most: int) -> bytes:
    """Read a file that a command was given, at most so many bytes; a FIFO does not hold it.

    Raises OSError or Unreadable.
    """
    try:
        return read(str(path), most).data
    except GoneError as error:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT)) from error
    except (ChangedError, RetryError) as error:
        raise OSError(errno.EAGAIN, str(error) or "it is being written") from error


def read_once(data: bytes, limits: Limits) -> Reading:
    """Read bytes for a command, as the daemon does, in a worker that ends at once if one is needed.

    Raises Unreadable, or OSError where no process can be started.
    """
    parser = Parser()
    try:
        return parser.read(data, limits)
    except RetryError as error:
        raise OSError(errno.EAGAIN, error.detail) from error
    finally:
        parser.rest()


class _EndedError(Exception):
    """A worker came to an end before it answered."""

    def __init__(self, reason: FileReason, detail: str) -> None:
        self.reason, self.detail = reason, detail
        super().__init__(detail)


class _Worker:
    """A process that parses what it is given, within limits."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._served = 0
        self._parent = os.getpid()
        ours, theirs = socket.socketpair()
        with ours, theirs:  # whatever is not handed on is closed
            wait = _timeval(limits.parse_time)
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, wait)
            self._process = _started(theirs.fileno(), limits)
            self._connection = Connection(ours.detach())

    def may_serve(self, limits: Limits) -> bool:
        """Tell whether a worker works within these limits, for this process, and is fresh."""
        same = limits == self._limits and self._parent == os.getpid()
        return same and self._served < _DOCUMENTS

    def ask(self, data: bytes) -> dict[str, Any]:
        """Let the worker parse bytes; give its answer. Raises _EndedError."""
        try:
            if not self._served:
                self._greet()
            self._served += 1
            self._connection.send_bytes(data)
            if not self._connection.poll(self._limits.parse_time):
                raise self._too_slow()
            answer: dict[str, Any] = json.loads(self._connection.recv_bytes())
        except (EOFError, OSError) as error:
            raise self._ended() from error
        return answer

    def _greet(self) -> None:
        """Wait until the process has started, which is no part of the time to read a file."""
        if not self._connection.poll(_STARTING):
            raise self._too_slow()
        self._connection.recv_bytes()

    def _ended(self) -> _EndedError:
        """Say how the worker ended, or that it did not even take what it was to read."""
        try:
            code = self._process.wait(_ENDING)
        except subprocess.TimeoutExpired:
            return self._too_slow()
        how = f"with exit code {code}" if code >= 0 else f"by {signal.Signals(-code).name}"
        return _EndedError(FileReason.PARSER_FAILED, f"the process that read it was ended {how}")

    def _too_slow(self) -> _EndedError:
        """Say that it took too long."""
        detail = f"not read within {self._limits.parse_time:g} s"
        return _EndedError(FileReason.TIMED_OUT, detail)

    def kill(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()

    def end(self) -> None:
        """End the process, and hang up."""
        self.kill()
        self._process.wait()
        self._connection.close()


def _started(handle: int, limits: Limits) -> subprocess.Popen[bytes]:
    """Start a worker that answers on a socket. Raises OSError where there is no room for it."""
    words = [handle, limits.parse_time, limits.parse_memory, limits.line_length]
    return subprocess.Popen(
        [
            *(sys.executable, "-P", "-m", "wirewatch.pipeline.worker"),
            *map(str, (*words, *_unpacking(limits))),
        ],
        pass_fds=[handle],
        env={name: value for name, value in os.environ.items() if _HARMLESS.match(name)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )


def _timeval(seconds: float) -> bytes:
    """Write a time as the system takes it (struct timeval, socket(7))."""
    return struct.pack("ll", int(seconds), int(seconds % 1 * 1_000_000))


def _unpacking(limits: Limits) -> tuple[int, ...]:
    """Give what archives may hold, in the order in which a worker takes it."""
    allowed = limits.unpacking
    return allowed.size, allowed.expansion, allowed.members, allowed.depth, allowed.articles


def _reading(answer: dict[str, Any]) -> Reading:
    """Make of a worker's answer what it says. Raises Unreadable when that is what it says."""
    if "reason" in answer:
        raise Unreadable(FileReason(answer["reason"]), answer["detail"])
    return Reading(
        answer["format"],
        tuple(map(_article, answer["articles"])),
        tuple(Skipped(item, SkipReason(why)) for item, why in answer["skipped"]),
        answer["parser"],
        tuple(Origin(known, member, tuple(added)) for known, member, added in answer["origins"]),
    )


def _article(fields: list[Any]) -> Article:
    """Make an article of its fields in order."""
    article = Article(*fields)
    precision = article.published_precision
    return article._replace(
        subjects=tuple(article.subjects),
        published_precision=Precision(precision) if precision else None,
    )
