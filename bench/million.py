"""A store of a million articles of three years, made once and kept in `var/`.

Articles come through the accept transaction itself, in batches of 128, from texts that are parsed
and matched as the daemon does, each with a moment of its own. What the outbox makes of their alerts
(attempts and receipts) is written by SQL. By itself, with less where a number is given:

    python bench/million.py [COUNT]

A million takes five gigabytes, and half an hour of two cores.
"""

import argparse
import hashlib
import math
import multiprocessing
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import accumulate, islice
from pathlib import Path

from generate import SEED, Stories
from report import progress

from wirewatch.clock import from_iso, iso
from wirewatch.deployment import shipped_gazetteers
from wirewatch.intake.source import Content
from wirewatch.model import Arrival, Outcome, Stamp
from wirewatch.pipeline.examine import Examiner
from wirewatch.rules.gazetteer.gazetteer import Gazetteer
from wirewatch.rules.gazetteer.shelf import shelved_gazetteers
from wirewatch.rules.matcher import Matcher
from wirewatch.rules.rulebook import rule_of
from wirewatch.store.accept import accept
from wirewatch.store.database import Store
from wirewatch.store.upkeep import optimize

COUNT = 1_000_000
BEGIN = datetime(2023, 11, 1, tzinfo=UTC)
END = datetime(2026, 11, 1, tzinfo=UTC)
KEPT = Path(__file__).parents[1] / "var"
QUERIES = {
    "kazakhstan": '@parliament:KZ AND "second reading"',
    "vote": '"European Parliament" NEAR/20 vote',
    "budget": "budget NEAR/10 deputy",
}
CHANNELS = ("desk", "night")
_BATCH = 128
_SENT_EVERY = 40  # batches
_SOURCES = 8
_LATER, _COPIED = 0.03, 0.08  # shares of newer versions, and of copies by another outlet
_FAR = 400  # articles that a copy or newer version may lie behind its first
_TAIL = "So it is said by others as well, who heard {word} and {other} speak of it on that day."


def made(count: int = COUNT, folder: Path = KEPT) -> Path:
    """Give the store of so many articles, made if it is not there."""
    path = folder / f"million-{count}.db"
    if not path.exists():
        part = path.with_suffix(".part")
        for old in folder.glob(f"{part.name}*"):
            old.unlink()
        _fill(part, count)
        part.rename(path)
    return path


@cache
def gazetteers() -> dict[str, Gazetteer]:
    """Give the shipped lists."""
    known, faults = shelved_gazetteers(shipped_gazetteers(), ())
    if faults:
        raise SystemExit(str(faults[0]))
    return dict(known)


def _fill(path: Path, count: int) -> None:
    """Make the store."""
    _tools()  # before there are several of us, and so that faults are told here
    store = Store.open(path, bulk=True)
    rng = random.Random(SEED)
    with multiprocessing.get_context("fork").Pool(2) as pool:
        batches = pool.imap(_batch, [(first, count) for first in range(0, count, _BATCH)])
        for number, outcomes in enumerate(batches, 1):
            accept(store, outcomes, outcomes[-1].arrival.seen)
            if number % _SENT_EVERY == 0:
                _send(store, rng)
                store.checkpoint()
                progress(f"{number * _BATCH:,} of {count:,} articles")
    _send(store, rng)
    optimize(store)
    store.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    store.close()


def _batch(asked: tuple[int, int]) -> list[Outcome]:
    """Make the outcomes of some files."""
    first, count = asked
    return [_outcome(number, count) for number in range(first, min(first + _BATCH, count))]


def _outcome(number: int, count: int) -> Outcome:
    """Make the outcome of one file: a story, a newer version of one, or another outlet's copy."""
    rng = random.Random(SEED * 7_919 + number)
    stories, examiner = _tools()
    at = BEGIN + (END - BEGIN) * (number / count)
    kind, told = rng.random(), number
    if kind < _LATER + _COPIED:
        told = max(0, number - rng.randint(1, _FAR))
    text = stories.text(told)
    if told != number:
        word, other = f"nobody{number}", f"somebody{number}"
        text = f"{text.rstrip()}\n\n{_TAIL.format(word=word, other=other)}\n"
    text = text.replace(f" date {text[6:16]}", f" date {at.date()}", 1)
    data = text.encode()
    stamp = Stamp(len(data), number, number)
    arrival = Arrival(_source(rng, at), f"{number:07}.txt", stamp, at)
    digest = hashlib.sha256(data).hexdigest()
    outcome = examiner(at).outcome(arrival, Content(data, digest, stamp))
    is_later = told != number and kind < _LATER
    found = tuple(
        one._replace(
            article=one.article._replace(
                guid=f"urn:bench:{told if is_later else number}", version=2 if is_later else 1
            )
        )
        for one in outcome.found
    )
    return outcome._replace(found=found)


class _At:
    """An examiner whose clock stands at the moment that it is told."""

    def __init__(self) -> None:
        known = gazetteers()
        rules = [
            replace(rule_of(name, query, known), channels=CHANNELS[: 1 + (name == "vote")])
            for name, query in QUERIES.items()
        ]
        self._now = BEGIN
        self._examiner = Examiner(Matcher(rules, known), lambda: self._now)

    def __call__(self, now: datetime) -> Examiner:
        self._now = now
        return self._examiner


@cache
def _tools() -> tuple[Stories, _At]:
    """Give what writes texts, and what reads them, once for each process."""
    return Stories(names=_names()), _At()


def _names() -> Sequence[str]:
    """Give the world's parliaments, those in the news often as often as they are (Zipf)."""
    names = [entry.name for entry in gazetteers()["parliament"].entries]
    random.Random(SEED).shuffle(names)
    return [name for rank, name in enumerate(names) for _ in range(1 + 2_000 // (rank + 4))]


def _source(rng: random.Random, at: datetime) -> str:
    """Choose the inbox; each has hours in which it brings the most."""
    weights = (
        (1 + math.cos(math.tau * (at.hour - 3 * number) / 24)) / (number + 1) + 0.02
        for number in range(_SOURCES)
    )
    return rng.choices(
        [f"wire-{number}" for number in range(_SOURCES)], cum_weights=list(accumulate(weights))
    )[0]


def _send(store: Store, rng: random.Random) -> None:
    """Let all that waits have been sent, most of it within seconds, some after hours."""
    waiting = store.db.execute(
        "SELECT id, created FROM deliveries WHERE state = 'pending'"
    ).fetchall()
    sent = [
        (one, iso(from_iso(at) + timedelta(seconds=rng.lognormvariate(0, 2))))
        for one, at in waiting
    ]
    rows: Iterator[tuple[int, str]] = iter(sent)
    while part := list(islice(rows, 1_000)):
        with store.write() as db:
            db.conn.executemany(
                "INSERT INTO attempts (delivery_id, at, ok, ms) VALUES (?, ?, 1, 20.0)", part
            )
            db.conn.executemany(
                "UPDATE deliveries SET state = 'sent', due = NULL, attempts = 1, finished = ?2"
                " WHERE id = ?1",
                part,
            )


def main() -> None:
    """Make the store."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=COUNT)
    print(made(parser.parse_args().count))


if __name__ == "__main__":
    main()
