"""Between the threads of intake: hints in, batches out, and the end of it all."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from conftest import PATIENCE, ManualClock, arrived, told
from wirewatch.intake.hints import MOST_HINTS, Hint, Hints, Kind
from wirewatch.model import Outcome
from wirewatch.pipeline import arrivals as arrivals_module
from wirewatch.pipeline.arrivals import Arrivals
from wirewatch.pipeline.commit import Committer
from wirewatch.pipeline.committing import Committing
from wirewatch.pipeline.examine import Examiner
from wirewatch.pipeline.examining import Examining
from wirewatch.pipeline.inboxes import Inbox
from wirewatch.pipeline.scanning import Scanning
from wirewatch.pulse import Doing, Pulses
from wirewatch.rules.matcher import Matcher
from wirewatch.states import FileReason, FileState
from wirewatch.store.accept import Accepted
from wirewatch.store.database import Store, StoreUnavailableError


def hint(path: str, kind: Kind = Kind.WHOLE) -> Hint:
    return Hint("wires", path, kind)


def test_hints_come_in_order() -> None:
    """Hints are taken in the order in which they came, so many at a time."""
    hints = Hints()
    for name in "abc":
        hints.put(hint(name))
    assert hints.take(2, 0) == [hint("a"), hint("b")]
    assert hints.take(2, 0) == [hint("c")]
    assert hints.take(2, 0) == []


@pytest.mark.parametrize(
    ("kinds", "left"),
    [
        ((Kind.APPEARED, Kind.APPEARED), Kind.APPEARED),
        ((Kind.APPEARED, Kind.WHOLE), Kind.WHOLE),
        ((Kind.WHOLE, Kind.APPEARED), Kind.WHOLE),
        ((Kind.WHOLE, Kind.WHOLE), Kind.WHOLE),
        ((Kind.FOLDER, Kind.FOLDER), Kind.FOLDER),
    ],
)
def test_a_path_waits_once(kinds: tuple[Kind, Kind], left: Kind) -> None:
    """Of several hints of one path one waits, that which says the most."""
    hints = Hints()
    for kind in kinds:
        hints.put(hint("a", kind))
    assert hints.take(9, 0) == [hint("a", left)]


def test_too_many_hints() -> None:
    """Hints beyond a number are dropped, which is told once, when those that wait are taken."""
    hints = Hints()
    for number in range(MOST_HINTS):
        hints.put(hint(f"{number}"))
    hints.put(hint("0", Kind.WHOLE))
    assert len(hints.take(1, 0)) == 1
    hints.put(hint("last"))
    hints.put(hint("lost"))
    assert not hints.were_lost()
    taken = hints.take(2 * MOST_HINTS, 0)
    assert taken[-1] == hint("last")
    assert hints.were_lost()
    assert not hints.were_lost()


@pytest.mark.parametrize(
    ("act", "taken"), [(lambda hints: hints.put(hint("a")), [hint("a")]), (Hints.wake, [])]
)
def test_one_that_waits_is_woken(act: Callable[[Hints], None], taken: list[Hint]) -> None:
    """A thread that waits for hints goes on as soon as there is one, or when it is woken."""
    hints = Hints()
    got: list[list[Hint]] = []
    thread = threading.Thread(target=lambda: got.append(hints.take(9, 2 * PATIENCE)))
    thread.start()
    act(hints)
    thread.join(PATIENCE)
    assert got == [taken]
    assert hints.take(9, 0) == []


def test_wake_is_not_forgotten() -> None:
    """A wake that comes before the wait ends the wait, and only that one."""
    hints = Hints()
    hints.wake()
    assert hints.take(9, 2 * PATIENCE) == []
    assert hints.take(9, 0) == []


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    (tmp_path / "inbox").mkdir()
    return Inbox("wires", tmp_path / "inbox")


class Heartbeats(Pulses):
    """Pulses that remember who was held."""

    def __init__(self) -> None:
        super().__init__(dict.fromkeys(("intake", "commit", "scan"), 60.0))
        self.were_held: list[str] = []

    def held(self, worker: str, why: str) -> None:
        self.were_held.append(worker)
        super().held(worker, why)


@pytest.fixture
def pulses() -> Heartbeats:
    return Heartbeats()


@pytest.fixture
def arrivals(
    inbox: Inbox, clock: ManualClock, pulses: Heartbeats, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Arrivals]:
    monkeypatch.setattr(arrivals_module, "IDLE", 0.01)
    made = Arrivals({"wires": inbox}, Examiner(Matcher([], {}), clock), clock, pulses)
    yield made
    made.stop()


def waiting(path: str) -> Outcome:
    return Outcome(arrived(path, None), FileState.PENDING, FileReason.SETTLING)


def test_in_flight_until_landed(arrivals: Arrivals) -> None:
    """An arrival handed over is in flight until it has landed; one that waits wakes by that."""
    batch = [waiting("a.txt"), waiting("b.txt")]
    assert arrivals.all_landed()
    arrivals.hand_over(batch, "intake")
    assert arrivals.batches.get_nowait() == batch
    assert arrivals.is_in_flight("wires", "a.txt")
    assert not arrivals.is_in_flight("wires", "c.txt")
    assert not arrivals.is_in_flight("other", "a.txt")
    looking = threading.Thread(target=arrivals.hints.take, args=(9, 3 * PATIENCE), daemon=True)
    looking.start()
    arrivals.landed(batch)
    assert not arrivals.is_in_flight("wires", "a.txt")
    assert arrivals.all_landed()
    looking.join(PATIENCE)
    assert not looking.is_alive()


def test_slow_store_holds_back(arrivals: Arrivals, pulses: Heartbeats) -> None:
    """While one batch waits to be committed the next is held, and said to be, until it is taken."""
    first, second = [waiting("a.txt")], [waiting("b.txt")]
    arrivals.hand_over(first, "intake")
    thread = threading.Thread(target=arrivals.hand_over, args=(second, "intake"))
    thread.start()
    while not pulses.were_held:
        assert thread.is_alive()
    assert arrivals.batches.get(timeout=PATIENCE) == first
    assert arrivals.batches.get(timeout=PATIENCE) == second
    thread.join(PATIENCE)
    assert not thread.is_alive()
    assert "intake" in pulses.were_held


def test_stop_ends_the_hand_over(arrivals: Arrivals) -> None:
    """A thread that holds a batch for a store that does not take it ends when all stops."""
    arrivals.hand_over([waiting("a.txt")], "scan")
    thread = threading.Thread(target=arrivals.hand_over, args=([waiting("b.txt")], "scan"))
    thread.start()
    arrivals.stop()
    thread.join(PATIENCE)
    assert not thread.is_alive()


def test_rescan_asks_for_every_inbox(arrivals: Arrivals, inbox: Inbox) -> None:
    """A rescan asks for the root of every inbox to be listed."""
    arrivals.inboxes["other"] = Inbox("other", Path("/other"))
    arrivals.rescan()
    asked = [arrivals.folders.get_nowait() for _ in range(2)]
    assert asked == [
        Hint("wires", str(inbox.root), Kind.FOLDER),
        Hint("other", "/other", Kind.FOLDER),
    ]


class Heard:
    """What the committing thread told, in order."""

    def __init__(self) -> None:
        self.accepted: list[Accepted] = []
        self._changed = threading.Condition()

    def __call__(self, accepted: list[Accepted]) -> None:
        with self._changed:
            self.accepted += accepted
            self._changed.notify_all()

    def wait_for(self, path: str) -> Accepted:
        """Wait until a path was told of as stored, and give that."""

        def stored() -> list[Accepted]:
            return [
                done for done in self.accepted if done.outcome.arrival.path == path and done.is_kept
            ]

        with self._changed:
            assert self._changed.wait_for(stored, PATIENCE), f"{path} was not stored"
            return stored()[0]


def test_three_threads(arrivals: Arrivals, inbox: Inbox, store: Store, pulses: Heartbeats) -> None:
    """Hints and folders become stored files while all three threads run, and a stop ends them."""
    heard = Heard()
    arrivals.clock = arrivals.examiner.clock
    committer = Committer(store, arrivals.inboxes, arrivals.clock, arrivals.pause)
    works = [
        Examining(arrivals, store.sibling()).run,
        Committing(arrivals, committer, heard).run,
        Scanning(arrivals, store.sibling()).run,
    ]
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for name in ("a.txt", "b.txt"):
        (inbox.root / name).write_text(f"ASTANA, March 2. Story {name}.")
    arrivals.hints.put(hint(str(inbox.root / "a.txt")))
    assert heard.wait_for("a.txt").new
    arrivals.hints.put(hint(str(inbox.root / "b.txt"), Kind.APPEARED))
    arrivals.hints.put(hint(str(inbox.root / "b.txt")))
    assert heard.wait_for("b.txt").new
    arrivals.stop()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive()
    assert {doing for doing, _ in pulses.ages().values()} == {Doing.RESTING}


def test_stop_while_the_store_is_held(
    arrivals: Arrivals, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stop ends the committing thread though the store cannot be written."""

    def refuse(*_: object, **__: object) -> None:
        arrivals.stop()
        raise StoreUnavailableError("locked")

    monkeypatch.setattr("wirewatch.pipeline.commit.accept", refuse)
    committer = Committer(store, arrivals.inboxes, arrivals.clock, arrivals.pause)
    heard = Heard()
    arrivals.hand_over([told("a.txt", "one")], "intake")
    Committing(arrivals, committer, heard).run()
    assert heard.accepted == []
    assert arrivals.is_in_flight("wires", "a.txt")
