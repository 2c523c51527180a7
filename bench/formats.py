"""Formats: articles a second by format, and the peers' own readers on the very same files.

Each side reads the seeds of a format in turns. A peer gives what it gives: newsmlg2 an object for
each part, feedparser its dictionaries, trafilatura the text without metadata.
"""

import io
import time
from collections.abc import Callable, Iterable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from report import Row, Table, median, progress

from wirewatch.formats import parse

_SEEDS = Path(__file__).resolve().parents[1] / "seeds"
_LIMIT = 1_000_000
_SPENT = 0.5  # seconds a side takes in each turn
_TURNS = 5

Read = Callable[[bytes], object]


def run(home: Path, *, quick: bool) -> list[Table]:  # noqa: ARG001 - nothing is written
    """Measure both sides in turns."""
    table = Table("reading the seeds, each format by itself", "its peer")
    for name, files in _by_format().items():
        progress(name)
        articles = sum(len(parse(data, _LIMIT).articles) for data in files)
        peer = _PEERS.get(name, lambda: None)()
        ours: list[float] = []
        theirs: list[float] = []
        for _ in range(2 if quick else _TURNS):
            ours.append(_speed(partial(parse, line_limit=_LIMIT), files) * articles)
            if peer:
                theirs.append(_speed(peer, files) * articles)
        label = f"{name}: {len(files)} file{'s' * (len(files) > 1)}, {articles} articles"
        table.rows.append(
            Row(label, "articles/s", median(ours), median(theirs) if theirs else None)
        )
    table.notes.append("peers: newsmlg2 (IPTC), feedparser, trafilatura with fast=True, text alone")
    table.notes.append("ours gives whole articles, with their language told and topics named")
    return [table]


def _by_format() -> dict[str, list[bytes]]:
    """Give the seeds of each format."""
    found: dict[str, list[bytes]] = {}
    for path in sorted(_SEEDS.glob("[0-9]*")):
        if not path.name.endswith(".expected.json"):
            data = path.read_bytes()
            found.setdefault(parse(data, _LIMIT).format, []).append(data)
    return found


def _speed(read: Read, files: Iterable[bytes]) -> float:
    """Give how often a second all of some files are read."""
    begun = time.perf_counter()
    rounds = 0
    while (spent := time.perf_counter() - begun) < _SPENT or not rounds:
        for data in files:
            read(data)
        rounds += 1
    return rounds / spent


def _peer(module: str, make: Callable[[Any], Read]) -> Callable[[], Read | None]:
    """Give what makes a peer's reader, where the peer is installed."""

    def made() -> Read | None:
        try:
            return make(import_module(module))
        except ModuleNotFoundError:
            progress(f"{module} is not installed: left out")
            return None

    return made


_PEERS = {
    "newsml-g2": _peer("NewsMLG2", lambda it: it.NewsMLG2Document),
    "feed": _peer("feedparser", lambda it: lambda data: it.parse(io.BytesIO(data))),
    "html": _peer("trafilatura", lambda it: lambda data: it.extract(data.decode(), fast=True)),
}
