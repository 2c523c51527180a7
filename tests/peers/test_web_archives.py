"""warcio's test samples: each is read or refused, and no record that warcio finds is lost."""

import ast
import io
from collections.abc import Iterator
from functools import cache
from importlib import import_module

from peers.outcome import outcome
from peers.source import files_of

SLOWEST = 2.0  # seconds
STARTS = b"WARC/", b"filedesc://"
WHOLE = "test_writer.py"
"""Where the samples are what a writer writes; elsewhere they are pieces of records."""

HELD = {"response", "resource", "revisit", "conversion"}
"""The types of records that hold something, or stand for something."""


@cache
def samples() -> tuple[tuple[str, bytes], ...]:
    """Give the archives that stand in warcio's tests, with their files: constants, and data."""
    found: list[tuple[str, bytes]] = []
    for path, data in files_of("warcio", "test").items():
        pieces = constants(data) if path.endswith(".py") else [data]
        found += ((path, piece) for piece in pieces if piece.startswith(STARTS))
    assert len(found) > 15
    return tuple(found)


def constants(source: bytes) -> Iterator[bytes]:
    """Give the texts and bytes in a module of Python."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
            yield node.value.encode() if isinstance(node.value, str) else node.value


def held(data: bytes) -> int:
    """Count the records of an archive that hold something, as warcio reads it."""
    iterator = import_module("warcio.archiveiterator").ArchiveIterator(io.BytesIO(data))
    return sum(record.rec_type in HELD for record in iterator)


def whole() -> list[bytes]:
    """Give the samples that are whole records, and leave nothing to be filled in."""
    written = [data for path, data in samples() if path == WHOLE and b"{0}" not in data]
    found = [data for data in written if b"\nContent-Length: " in data]
    assert len(found) > 10
    return found


def test_every_sample_is_read_or_refused() -> None:
    """Whatever the sample, it is read or refused within two seconds."""
    assert all(outcome(data).seconds < SLOWEST for _, data in samples())


def test_no_record_is_lost() -> None:
    """Each record that holds something is an article, or passed over by name."""
    for data in whole():
        reading = outcome(data).reading
        found = len(reading.articles) + len(reading.skipped) if reading else 0
        assert found == held(data), data[:200]


def test_one_archive_of_all() -> None:
    """The samples behind each other are one archive with all their records."""
    data = b"".join(whole())
    reading = outcome(data).reading
    assert reading
    assert reading.format == "warc"
    assert len(reading.articles) + len(reading.skipped) == held(data) > 5
