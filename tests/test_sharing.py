"""The way of an arrival past one machine: handed over, worked on, copied, followed."""

import hashlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from cluster_double import Broker
from conftest import PATIENCE, START, STORY, ManualClock, Site
from desks import SETTINGS, Desk, come_to, linked
from wirewatch.broker.letter import Letter
from wirewatch.broker.link import Link
from wirewatch.cluster import working as working_module
from wirewatch.cluster.handing import LOADED, Handing, HandingExaminer
from wirewatch.cluster.load import name_of, unpacked
from wirewatch.cluster.working import Terms, Working
from wirewatch.deployment import load_deployment
from wirewatch.formats import Reading
from wirewatch.intake.source import Content, RetryError
from wirewatch.model import Arrival, Outcome, Stamp
from wirewatch.pipeline.commit import Committer, StoppedError
from wirewatch.pipeline.examine import Examiner, Limits, parse_here
from wirewatch.pipeline.inboxes import Inbox
from wirewatch.pulse import Pulses
from wirewatch.rules.matcher import Matcher
from wirewatch.states import After, FileReason, FileState
from wirewatch.store.accept import accept
from wirewatch.store.database import Store
from wirewatch.store.digest import content_digest
from wirewatch.store.stories import Telling

SEEDS = sorted((Path(__file__).parents[1] / "seeds").glob("*.txt"))


@dataclass
class Sharing:
    """An intake's and a worker's side on a broker in memory, with one desk."""

    folder: Path
    clock: ManualClock
    examiner: Examiner
    waits: list[float] = field(default_factory=list)
    meanwhile: Callable[[], bool] = lambda: False

    def __post_init__(self) -> None:
        self.broker = Broker({SETTINGS.desks: [SETTINGS.desk("astana")]})
        self.link = linked(self.broker)
        self.handing = Handing(self.link, SETTINGS.arrivals, self.clock, self.pause)

    def pause(self, seconds: float) -> bool:
        """Note a wait, and let something happen."""
        self.waits.append(seconds)
        return self.meanwhile()

    def handing_examiner(self, most: int = 4_000_000) -> HandingExaminer:
        """Give what an intake examines by."""
        return HandingExaminer(Matcher((), {}), self.clock, most=most)

    def outcome(self, data: bytes, path: str = "a.txt", most: int = 4_000_000) -> Outcome:
        """Give what an intake makes of a file's bytes."""
        return self.handing_examiner(most).outcome(arrival(path), content(data))

    def working(self, link: Link | None = None) -> Working:
        """Make a worker."""
        terms = Terms(self.examiner, Telling(), parse_here, parse_here)
        return Working(link or linked(self.broker), SETTINGS, terms, Pulses())

    def ready(self, queue: str) -> int:
        """Count what is ready in a queue."""
        return len(self.broker.queues[queue])


def arrival(path: str) -> Arrival:
    """Make an arrival that was not read yet."""
    return Arrival("wires", path, Stamp(1, 1, 1), START)


def content(data: bytes) -> Content:
    """Make what was read of a file."""
    stamp = Stamp(len(data), 10**18, 10**18)
    return Content(data, hashlib.sha256(data).hexdigest(), stamp)


@pytest.fixture
def sharing(tmp_path: Path, clock: ManualClock, site: Site) -> Sharing:
    return Sharing(tmp_path, clock, load_deployment(site.config).examiner(clock))


def done(working: Working, work: Callable[[], None], until: Callable[[], bool]) -> None:
    """Let a worker work until something holds."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    with working._link.broker.changed:  # type: ignore[attr-defined]
        held = working._link.broker.changed.wait_for(until, PATIENCE)  # type: ignore[attr-defined]
    working.stop()
    thread.join(PATIENCE)
    assert held


def test_a_file_is_handed_over_before_the_ledger_says_so(sharing: Sharing, store: Store) -> None:
    """The ledger says handed, and the file is deleted, only after the broker has confirmed it."""
    inbox = sharing.folder / "drop"
    inbox.mkdir()
    (inbox / "a.txt").write_bytes(b"story")
    known = {"wires": Inbox("wires", inbox, after=After.DELETE)}
    committer = Committer(
        store, known, sharing.clock, sharing.pause, hand_over=sharing.handing.hand_over
    )
    sharing.broker.down = True

    def meanwhile() -> bool:
        assert (inbox / "a.txt").exists()
        assert not list(store.db["files"].rows)
        assert sharing.handing.stuck is not None
        sharing.broker.down = len(sharing.waits) < 3
        return False

    sharing.meanwhile = meanwhile
    committer.commit([sharing.outcome(b"story")])
    assert sharing.waits == [0.1, 0.2, 0.4]
    assert sharing.handing.stuck is None
    assert sharing.ready(SETTINGS.arrivals) == 1
    [row] = store.db["files"].rows
    assert (row["state"], row["kept"]) == ("handed", "deleted")
    assert not (inbox / "a.txt").exists()


def test_a_stop_leaves_to_the_next_start_what_was_not_handed_over(
    sharing: Sharing, store: Store
) -> None:
    """Asked to stop while the broker is away, the intake notes nothing."""
    sharing.broker.down = True
    sharing.meanwhile = lambda: True
    committer = Committer(
        store, {}, sharing.clock, sharing.pause, hand_over=sharing.handing.hand_over
    )
    with pytest.raises(StoppedError):
        committer.commit([sharing.outcome(b"story")])
    assert not list(store.db["files"].rows)


def test_a_file_travels_as_it_is(sharing: Sharing) -> None:
    """What is small goes as bytes, to be parsed by a worker."""
    load = unpacked(sharing.outcome(b"story").load)
    assert (load.data, load.reading) == (b"story", None)
    assert load.arrival.sha256 == content(b"story").sha256


def test_what_is_too_large_is_parsed_at_the_intake(sharing: Sharing) -> None:
    """A file larger than `cluster.largest` goes as what was read in it."""
    outcome = sharing.outcome(STORY.encode(), most=10)
    load = unpacked(outcome.load)
    assert (load.data, outcome.format, outcome.state) == (b"", "wire", FileState.HANDED)
    assert load.reading is not None
    assert load.reading.articles[0].body in STORY
    refused = sharing.outcome(b"\0\1\2" * 10, most=10)
    assert refused.state is FileState.QUARANTINED


def test_workers_write_what_becomes_of_arrivals(sharing: Sharing) -> None:
    """A worker's entry has each arrival's outcome, and only then are they let go."""
    files = [(f"{n}.txt", f"{STORY} Part {n}.".encode()) for n in range(40)]
    sharing.handing.hand_over([sharing.outcome(data, path) for path, data in files])
    working = sharing.working()
    done(working, working.run, lambda: sharing.ready(SETTINGS.log) == 2)
    desk = Desk(sharing.folder, sharing.broker, "astana", sharing.clock)
    desk.start()
    come_to(desk, 2)
    assert desk.store.db["articles"].count == 40
    desk.end()
    working._link.close()
    assert sharing.ready(SETTINGS.arrivals) == 0


def test_what_is_too_large_for_an_entry_goes_by_several(
    sharing: Sharing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Arrivals are parted until each entry may go; one that may not alone is quarantined."""
    monkeypatch.setattr(working_module, "LARGEST", 3_000)
    noise = "".join(f" {hashlib.sha256(bytes([n])).hexdigest()}" for n in range(80))
    texts = [STORY, f"{STORY}{noise}", f"{STORY} Again.", f"{STORY} And again."]
    loads = [sharing.outcome(text.encode(), f"{n}.txt") for n, text in enumerate(texts)]
    sharing.handing.hand_over(loads)
    working = sharing.working()
    done(working, working.run, lambda: working.done == 4)
    desk = Desk(sharing.folder, sharing.broker, "astana", sharing.clock)
    desk.start()
    come_to(desk, 3)
    rows = {row["path"]: row["reason"] for row in desk.store.db["files"].rows}
    assert rows == {"0.txt": None, "1.txt": "too-large", "2.txt": None, "3.txt": None}
    desk.end()
    working._link.close()
    assert sharing.ready(SETTINGS.arrivals) == 0


def test_a_worker_without_a_broker_lets_nothing_go(sharing: Sharing) -> None:
    """What could not be written into the log goes back, and is worked on again."""
    sharing.handing.hand_over([sharing.outcome(STORY.encode())])
    link = linked(sharing.broker)
    working = sharing.working(link)
    sharing.broker.down = True
    queue = sharing.broker.queues[SETTINGS.arrivals]
    done(working, working.run, lambda: any(returns for _, returns in queue))
    link.close()
    assert sharing.ready(SETTINGS.arrivals) == 1
    assert sharing.ready(SETTINGS.log) == 0


def test_what_no_worker_ends_is_put_aside(sharing: Sharing) -> None:
    """An arrival that came back too often is tried alone; one that ends us there is quarantined."""
    innocent, poison = (sharing.outcome(STORY.encode(), path) for path in ("ok.txt", "bad.txt"))
    for outcome, returns in ((innocent, 0), (poison, 1)):
        letter = Letter(name_of(outcome.arrival), LOADED, outcome.load)
        sharing.broker.queues[SETTINGS.failed].append((letter, returns))
    working = sharing.working()
    done(working, working.bury, lambda: sharing.ready(SETTINGS.log) == 2)
    desk = Desk(sharing.folder, sharing.broker, "astana", sharing.clock)
    desk.start()
    come_to(desk, 2)
    rows = {row["path"]: (row["state"], row["reason"]) for row in desk.store.db["files"].rows}
    desk.end()
    assert rows == {"ok.txt": ("stored", None), "bad.txt": ("quarantined", "given-up")}


def test_what_is_no_arrival_is_kept_for_people(sharing: Sharing) -> None:
    """A letter that holds no arrival stops nobody, and is not thrown away."""
    sharing.broker.put("", SETTINGS.arrivals, [Letter("x", LOADED, b"garbage")])
    sharing.handing.hand_over([sharing.outcome(STORY.encode())])
    working = sharing.working()
    done(working, working.run, lambda: sharing.ready(SETTINGS.log) == 1)
    assert [letter.id for letter, _ in sharing.broker.queues[SETTINGS.unreadable]] == ["x"]


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(tmp_path / "alone.db")
    yield store
    store.close()


def test_a_desk_comes_to_what_one_machine_comes_to(sharing: Sharing, alone: Store) -> None:
    """The same files make the same rows, whether one machine does all or three share the work."""
    files = [(path.name, path.read_bytes()) for path in SEEDS] + [("again.txt", STORY.encode())]
    files += [("copy.txt", STORY.encode()), ("empty.bin", b"\0\0")]
    handed = [sharing.outcome(data, path) for path, data in files]
    sharing.handing.hand_over(handed)
    working = sharing.working()
    done(working, working.run, lambda: sharing.ready(SETTINGS.log) > 0)
    desk = Desk(sharing.folder, sharing.broker, "astana", sharing.clock)
    desk.start()
    come_to(desk, 1)
    judged = [sharing.examiner.outcome(arrival(path), content(data)) for path, data in files]
    accept(alone, judged, START)
    assert desk.digest() == content_digest(alone.db)
    assert desk.store.db["alerts"].count == 2
    desk.end()


def test_the_name_of_an_arrival_does_not_change(sharing: Sharing) -> None:
    """Handed over twice, as a crash may do, an arrival goes by the same name."""
    twice = [sharing.outcome(b"story") for _ in range(2)]
    sharing.handing.hand_over(twice)
    names = [letter.id for letter, _ in sharing.broker.queues[SETTINGS.arrivals]]
    assert names[0] == names[1]


def test_a_worker_keeps_its_arrivals_while_the_broker_has_no_room(
    sharing: Sharing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An alarm of the broker counts as nobody's failure, however long it lasts."""
    monkeypatch.setattr(working_module, "_REST", 0.01)
    sharing.handing.hand_over([sharing.outcome(STORY.encode())])
    link = linked(sharing.broker)
    working, held = sharing.working(link), 0

    def hold(_worker: str, _why: str) -> None:
        nonlocal held
        held += 1
        if held == 10:
            sharing.broker.down = False
            monkeypatch.setattr(link, "blocked", "")

    sharing.broker.down = True
    monkeypatch.setattr(link, "blocked", "no room on the disk")
    monkeypatch.setattr(link, "drop", pytest.fail)
    monkeypatch.setattr(working._pulses, "held", hold)
    done(working, working.run, lambda: sharing.ready(SETTINGS.log) == 1)
    assert working.done == 1


def test_a_worker_that_stops_while_it_tries_one_alone_ends_well(sharing: Sharing) -> None:
    """What could not be read as everything stops goes back, and no thread dies of it."""
    outcome = sharing.outcome(STORY.encode())
    letter = Letter(name_of(outcome.arrival), LOADED, outcome.load)
    sharing.broker.queues[SETTINGS.failed].append((letter, 0))
    working = sharing.working()

    def stopped(_data: bytes, _limits: Limits) -> Reading:
        working.stop()
        raise RetryError(FileReason.READ_ERROR, "stopped while it was read")

    working.terms = replace(working.terms, apart=stopped)
    working.bury()
    assert sharing.ready(SETTINGS.failed) == 1
    assert sharing.ready(SETTINGS.log) == 0
