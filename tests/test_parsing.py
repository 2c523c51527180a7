"""Parsing apart: a worker process with limits, so that no file can hold up or end the daemon."""

import errno
import gzip
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from conftest import PATIENCE
from wirewatch.errors import Unreadable
from wirewatch.formats import Reading, Unpacking, parse
from wirewatch.intake.source import RetryError
from wirewatch.model import Article
from wirewatch.pipeline import parsing, worker
from wirewatch.pipeline.examine import Limits
from wirewatch.pipeline.parsing import Parser, parse_quickly
from wirewatch.states import FileReason

WIRE = b"ASTANA, March 2. The Majilis met, Kazinform reports.\n\nIt will meet again.\n"
PACKED = gzip.compress(WIRE)
LIMITS = Limits()


@pytest.fixture(scope="module")
def shared() -> Iterator[Parser]:
    """Give a parser that several tests use: to start a worker takes a while."""
    parser = Parser()
    yield parser
    parser.rest()


@pytest.fixture
def parser() -> Iterator[Parser]:
    parser = Parser()
    yield parser
    parser.rest()


def worker_of(parser: Parser) -> parsing._Worker:
    """Give a parser's worker."""
    assert parser._worker is not None
    return parser._worker


def process_of(parser: Parser) -> int:
    """Give the process of a parser's worker."""
    return worker_of(parser)._process.pid


def refused(parser: Parser, data: bytes, limits: Limits = LIMITS) -> Unreadable:
    """Give the refusal of a file."""
    with pytest.raises(Unreadable) as caught:
        parser.read(data, limits)
    return caught.value


def test_the_same_reading(shared: Parser) -> None:
    """A worker reads what reading here would: articles, items passed over, and the format."""
    seeds = Path(__file__).parents[1] / "seeds"
    for seed in sorted(seeds.glob("[2-3]*")):
        if not seed.name.endswith(".expected.json"):
            data = gzip.compress(seed.read_bytes())
            assert shared.read(data, LIMITS) == parse(data, LIMITS.line_length)


def test_what_is_quick_needs_no_worker(parser: Parser) -> None:
    """Plain files are read without any worker process."""
    assert parser.read(WIRE, LIMITS) == parse(WIRE, LIMITS.line_length)
    assert parser._worker is None


def test_refusals_are_passed_on(shared: Parser) -> None:
    """What a worker refuses is refused, with reason and detail."""
    error = refused(shared, gzip.compress(b"\x01\x02"))
    assert error.reason == FileReason.BINARY
    assert "control character" in error.detail


def test_limits_hold_in_the_worker(parser: Parser) -> None:
    """Limits of size, members and line length are the configured ones in the worker too."""
    limits = Limits(unpacking=Unpacking(depth=1))
    assert refused(parser, gzip.compress(PACKED), limits).reason == FileReason.EXPANDS_TOO_FAR
    limits = Limits(line_length=20)
    assert refused(parser, PACKED, limits).reason == FileReason.LINE_TOO_LONG


def test_the_worker_goes_first_where_memory_runs_out(parser: Parser) -> None:
    """The kernel is offered the worker, so that it does not end the daemon."""
    with pytest.raises(Unreadable):
        parser.parse_apart(b"", LIMITS)
    offered = int(Path(f"/proc/{process_of(parser)}/oom_score_adj").read_text())
    assert offered > int(Path("/proc/self/oom_score_adj").read_text())


def test_a_worker_that_hangs(parser: Parser) -> None:
    """A file that is not read in time is refused as timed out, and the next one is read."""
    limits = Limits(parse_time=0.2)
    with pytest.raises(Unreadable):
        parser.parse_apart(b"", Limits())
    os.kill(process_of(parser), signal.SIGSTOP)
    worker_of(parser)._limits = limits
    error = refused(parser, PACKED, limits)
    assert (error.reason, error.detail) == (FileReason.TIMED_OUT, "not read within 0.2 s")
    assert parser._worker is None
    assert parser.read(PACKED, LIMITS) == parse(PACKED, LIMITS.line_length)


def test_a_worker_that_does_not_even_listen(parser: Parser) -> None:
    """A worker that takes nothing in, of a file that fills the socket, is given up as well."""
    limits = Limits(parse_time=1.0)
    with pytest.raises(Unreadable):
        parser.parse_apart(b"", limits)
    os.kill(process_of(parser), signal.SIGSTOP)
    with pytest.raises(Unreadable) as caught:
        parser.parse_apart(bytes(5_000_000), limits)
    assert caught.value.reason == FileReason.TIMED_OUT


def test_a_worker_that_was_killed(parser: Parser) -> None:
    """A worker that somebody killed meanwhile costs no file: a fresh one reads what is next."""
    parser.read(PACKED, LIMITS)
    os.kill(process_of(parser), signal.SIGKILL)
    assert parser.read(PACKED, LIMITS) == parse(PACKED, LIMITS.line_length)


def test_a_worker_ends_with_who_asks(parser: Parser) -> None:
    """Signals that are meant for the daemon do not end its worker, which ends with it."""
    parser.read(PACKED, LIMITS)
    process = process_of(parser)
    os.kill(process, signal.SIGTERM)
    os.kill(process, signal.SIGINT)
    parser.read(PACKED, LIMITS)
    assert process_of(parser) == process


def test_no_process_to_be_had(parser: Parser, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no process can be started the file is not put aside, but tried again later."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr("subprocess.Popen", refuse)
    with pytest.raises(RetryError, match="no process to read it in"):
        parser.read(PACKED, LIMITS)


def test_a_worker_that_dies(parser: Parser, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file over which two workers die is refused, with the signal; the next one is read."""
    ask = parsing._Worker.ask

    def die(worker: parsing._Worker, data: bytes) -> dict[str, Any]:
        os.kill(worker._process.pid, signal.SIGKILL)
        return ask(worker, data)

    monkeypatch.setattr(parsing._Worker, "ask", die)
    error = refused(parser, PACKED)
    monkeypatch.setattr(parsing._Worker, "ask", ask)
    assert error.reason == FileReason.PARSER_FAILED
    assert error.detail == "the process that read it was ended by SIGKILL"
    assert parser.read(PACKED, LIMITS) == parse(PACKED, LIMITS.line_length)


def test_memory_is_limited(parser: Parser) -> None:
    """A file that takes more memory than is allowed is refused, and the next one is read."""
    limits = Limits(
        parse_memory=400_000_000, line_length=10**9, unpacking=Unpacking(10**9, expansion=10**6)
    )
    bomb = gzip.compress(b"a" * 300_000_000)
    assert refused(parser, bomb, limits).reason == FileReason.OUT_OF_MEMORY
    assert parser._worker is None
    assert parser.read(PACKED, limits) == parse(PACKED, LIMITS.line_length)


def test_a_worker_is_kept_and_rests(parser: Parser) -> None:
    """One worker reads many files, until it is sent to rest."""
    parser.read(PACKED, LIMITS)
    process = process_of(parser)
    parser.read(PACKED, LIMITS)
    assert process_of(parser) == process
    parser.rest()
    assert parser._worker is None
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_a_worker_is_replaced(parser: Parser, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that has read many files is replaced, so that nothing piles up in it."""
    monkeypatch.setattr(parsing, "_DOCUMENTS", 2)
    processes = set()
    for _ in range(4):
        parser.read(PACKED, LIMITS)
        processes.add(process_of(parser))
    assert len(processes) == 2


def test_a_parser_that_stumbles(
    shared: Parser, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A fault of a parser that nobody foresaw ends nothing here: the worker tries, and is asked."""

    def stumble(_data: bytes, _limit: int) -> Reading:
        raise KeyError("guid")

    monkeypatch.setattr(parsing, "quick", stumble)
    assert parse_quickly(WIRE, LIMITS) is None
    assert "KeyError" in caplog.text
    assert shared.read(WIRE, LIMITS) == parse(WIRE, LIMITS.line_length)


def test_a_fault_in_the_worker_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """What goes wrong in a worker unforeseen puts the file aside, and names the fault."""

    def stumble(*_: object) -> Reading:
        raise KeyError("guid")

    monkeypatch.setattr(worker, "parse", stumble)
    answer = worker._answer(WIRE, 100, Unpacking())
    assert answer == {"reason": FileReason.PARSER_FAILED, "detail": "KeyError: 'guid'"}


def test_a_stop_waits_for_no_other_worker(parser: Parser) -> None:
    """A worker that is ended because everything stops is not followed by another one."""
    parser.read(PACKED, LIMITS)
    process = process_of(parser)
    os.kill(process, signal.SIGSTOP)
    stopping = threading.Timer(0.1, parser.abandon)
    stopping.start()
    with pytest.raises(RetryError, match="stopped while it was read"):
        parser.read(PACKED, LIMITS)
    stopping.join()
    assert parser._worker is None
    with pytest.raises(RetryError):
        parser.read(PACKED, LIMITS)


def test_articles_travel_whole() -> None:
    """All fields of an article come through to whoever asked, with their types."""
    reading = parse(WIRE, 1_000_000)
    (one,) = reading.articles
    whole = one._replace(subjects=("medtop:11000000", "politics"), urgency=3, version=7)
    answer = json.loads(json.dumps(reading._replace(articles=(whole,))._asdict()))
    (back,) = parsing._reading(answer).articles
    assert back == whole
    assert isinstance(back, Article)
    assert type(back.published_precision) is type(whole.published_precision)


_HANGS = """
import sys, threading
from wirewatch.pipeline import worker
worker._GRACE = 0.1
worker.parse = lambda *_: threading.Event().wait()
worker.main(sys.argv[1:])
"""


def test_a_worker_that_nobody_ends() -> None:
    """A worker that hangs ends by itself, in case the daemon is not there any more to end it."""
    ours, theirs = socket.socketpair()
    limits = [0.1, LIMITS.parse_memory, LIMITS.line_length, *parsing._unpacking(LIMITS)]
    words = [sys.executable, "-c", _HANGS, str(theirs.fileno()), *map(str, limits)]
    process = subprocess.Popen(words, pass_fds=[theirs.fileno()])
    theirs.close()
    asking = Connection(ours.detach())
    assert asking.recv_bytes() == b"ready"
    asking.send_bytes(WIRE)
    try:
        assert process.wait(PATIENCE) == -signal.SIGALRM
    finally:
        process.kill()
        asking.close()
