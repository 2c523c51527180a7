"""What is heavy is read by a thread that has time, and holds no wire back."""

import gzip
from pathlib import Path
from typing import Any

import pytest

from conftest import ManualClock
from test_arrivals import Intake
from wirewatch.formats import Reading, parse
from wirewatch.intake.hints import Kind
from wirewatch.pipeline import heavy
from wirewatch.pipeline.arrivals import IDLE
from wirewatch.pipeline.examine import Limits
from wirewatch.pipeline.heavy import HeavyReading
from wirewatch.pipeline.parsing import Parser
from wirewatch.store.database import Store
from wirewatch.store.ledger import next_look, to_parse

STORY = "ASTANA, March 2. The Majilis met."


class Apart(Parser):
    """A parser that notes what it is given, and reads it here."""

    def __init__(self) -> None:
        super().__init__()
        self.given = 0

    def read(self, data: bytes, limits: Limits) -> Reading:
        self.given += 1
        return parse(data, limits.line_length, limits.unpacking)


class Both:
    """Intake by turns, with the thread that has time."""

    def __init__(self, store: Store, folder: Path, clock: ManualClock) -> None:
        self.intake = Intake(store, folder, clock)
        self.parser = Apart()
        self.heavy = HeavyReading(self.intake.arrivals, store, self.parser)
        self.store = store

    def pack(self, name: str, text: str = STORY) -> Path:
        """Put a compressed file into the inbox."""
        path = self.intake.root / name
        path.write_bytes(gzip.compress(text.encode()))
        self.intake.hint(name, Kind.WHOLE)
        return path

    def digest(self) -> list[str]:
        """Read what waits to be read apart, and commit it."""
        self.heavy.turn()
        return self.intake.commit()

    def reasons(self) -> list[Any]:
        return [row["reason"] for row in self.store.db["files"].rows]


@pytest.fixture
def both(store: Store, tmp_path: Path, clock: ManualClock) -> Both:
    return Both(store, tmp_path, clock)


def test_heavy_files_wait_in_the_ledger(both: Both) -> None:
    """A file that is heavy to read waits as `parsing`, and is then read apart and stored."""
    both.pack("a.gz")
    assert both.intake.turn() == ["a.gz pending"]
    assert (both.reasons(), both.parser.given) == (["parsing"], 0)
    assert both.digest() == ["a.gz stored"]
    assert (both.reasons(), both.parser.given) == ([None], 1)
    (row,) = both.store.db["files"].rows
    assert (row["format"], row["due"]) == ("gzip/wire", None)


def test_the_wires_go_on(both: Both) -> None:
    """While heavy files wait, plain ones are stored; they neither look at nor wake for them."""
    both.pack("a.gz")
    both.intake.turn()
    both.intake.put("b.txt", "BAKU, March 2. The Milli Majlis met.")
    both.intake.hint("b.txt", Kind.WHOLE)
    assert both.intake.turn() == ["b.txt stored"]
    assert next_look(both.store.db) is None
    assert both.intake.turn() == []


def test_in_order_of_age(both: Both) -> None:
    """Heavy files are read the oldest first."""
    for name in ("a.gz", "b.gz", "c.gz"):
        both.pack(name, STORY + name)
    both.intake.turn()
    assert both.digest() == ["a.gz stored", "b.gz stored", "c.gz stored"]


def test_what_is_on_its_way_is_not_read_again(both: Both) -> None:
    """A file that was read but is not committed yet is left alone."""
    both.pack("a.gz")
    both.intake.turn()
    assert both.heavy.turn() == 0
    assert 0 < both.heavy.turn() < 1
    assert both.parser.given == 1
    assert both.intake.commit() == ["a.gz stored"]


def test_a_file_that_goes_away(both: Both) -> None:
    """A heavy file that is deleted before its turn is accounted for as vanished."""
    both.pack("a.gz").unlink()
    assert both.intake.turn() == []
    path = both.pack("b.gz")
    both.intake.turn()
    path.unlink()
    assert both.digest() == ["b.gz ignored"]
    assert both.reasons() == ["vanished"]


def test_a_file_that_changes(both: Both) -> None:
    """A heavy file that was replaced before its turn is read as it is then, and once."""
    both.pack("a.gz")
    both.intake.turn()
    both.pack("a.gz", "BAKU, March 2. The Milli Majlis met.")
    states = both.intake.turn() + both.digest() + both.intake.turn() + both.digest()
    assert states[-1] == "a.gz stored"
    (article,) = both.store.db["articles"].rows
    assert "Milli Majlis" in article["body"]


def test_a_restart(both: Both) -> None:
    """What waited to be read apart when the daemon stopped is read after it starts again."""
    both.pack("a.gz")
    both.intake.turn()
    again = HeavyReading(both.intake.arrivals, both.store, both.parser)
    again.turn()
    assert both.intake.commit() == ["a.gz stored"]


def test_an_inbox_that_is_no_more(both: Both) -> None:
    """What waits for an inbox that is configured no more is given up, with its reason."""
    both.pack("a.gz")
    both.intake.turn()
    both.intake.arrivals.inboxes.clear()
    assert both.digest() == ["a.gz ignored"]
    assert both.reasons() == ["inbox-removed"]


def test_nothing_is_handed_over_by_a_thread_that_stops(both: Both) -> None:
    """A reading that was cut off because the daemon stops leaves its file waiting."""
    both.pack("a.gz")
    both.intake.turn()
    handed: list[object] = []
    both.intake.arrivals.batches.put = handed.append  # type: ignore[method-assign,assignment]
    rows = to_parse(both.store.db, 16)
    both.intake.arrivals.stopping.set()
    both.heavy._read(rows[0])
    assert handed == []
    assert both.reasons() == ["parsing"]


@pytest.mark.parametrize("rest", [-1.0, 60.0])
def test_a_thread_without_work_waits(
    both: Both, monkeypatch: pytest.MonkeyPatch, rest: float
) -> None:
    """Without work the thread waits after each look, also when its worker process has gone to rest.

    When that happens, and only then, what memory is free is given back.
    """
    monkeypatch.setattr(heavy, "_REST", rest)
    waits: list[float] = []
    rests: list[None] = []
    given: list[None] = []

    def wait(seconds: float) -> bool:
        waits.append(seconds)
        if len(waits) == 5:
            both.intake.arrivals.stopping.set()
        return False

    def take_a_rest() -> bool:
        rests.append(None)
        return len(rests) == 1

    looks = iter(range(20))  # so that a thread that does not wait fails, and does not hang
    monkeypatch.setattr(heavy, "to_parse", lambda *_: [] if next(looks) < 19 else [None])
    monkeypatch.setattr(both.intake.arrivals.to_parse, "wait", wait)
    monkeypatch.setattr(both.parser, "rest", take_a_rest)
    monkeypatch.setattr(heavy, "give_back", lambda: given.append(None))
    both.heavy.run()
    assert len(given) == (rest < 0)
    assert waits == [IDLE] * 5
    assert next(looks) == 5
    assert len(rests) == (6 if rest < 0 else 1)
