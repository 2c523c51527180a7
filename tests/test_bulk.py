"""Many files at once: read while the last batch is written, each counted in its inbox."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from conftest import PATIENCE, ManualClock, told
from wirewatch.model import Outcome
from wirewatch.pipeline.bulk import examining, files_below, ingest, placing
from wirewatch.pipeline.commit import Committer, StoppedError
from wirewatch.pipeline.examine import Examiner
from wirewatch.pipeline.inboxes import Inbox
from wirewatch.rules.matcher import Matcher
from wirewatch.states import FileState
from wirewatch.store.accept import Accepted
from wirewatch.store.database import Store
from wirewatch.store.ledger import counts


@dataclass
class Told:
    """What was told of progress."""

    batches: list[list[Accepted]] = field(default_factory=list)

    @property
    def paths(self) -> list[str]:
        return [done.outcome.arrival.path for batch in self.batches for done in batch]


@pytest.fixture
def committer(store: Store, clock: ManualClock) -> Committer:
    return Committer(store, {}, clock, lambda _: True)


def stories(count: int, size: int = 10) -> Iterator[Outcome]:
    """Make up what became of so many files of some size."""
    for number in range(count):
        outcome = told(f"{number:04}.txt", f"story {number}")
        stamp = outcome.arrival.stamp._replace(size=size)
        yield outcome._replace(arrival=outcome.arrival._replace(stamp=stamp))


@pytest.mark.parametrize("count", [0, 1, 300, 1_100])
def test_all_in_order(store: Store, committer: Committer, count: int) -> None:
    """Every file is taken in, in order, and progress hears of each batch once it is committed."""
    heard = Told()

    def progress(accepted: list[Accepted]) -> None:
        heard.batches.append(accepted)
        assert counts(store.sibling().db)[FileState.STORED] >= len(heard.paths)

    ingest(stories(count), committer, progress)
    assert heard.paths == [outcome.arrival.path for outcome in stories(count)]
    assert len(heard.batches) <= 1 + count // 1_000, "files share their commits"
    assert counts(store.db)[FileState.STORED] == count


def test_reads_ahead(committer: Committer, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a batch is written, the next one is read already."""
    read_on = threading.Event()

    def outcomes() -> Iterator[Outcome]:
        yield from stories(1_100)
        read_on.set()

    def commit(_: Committer, batch: list[Outcome]) -> list[Accepted]:
        assert read_on.wait(PATIENCE), "not read on while the first batch was written"
        return [Accepted(outcome, 1, outcome.state, None, new=True) for outcome in batch]

    monkeypatch.setattr(Committer, "commit", commit)
    heard = Told()
    ingest(outcomes(), committer, heard.batches.append)
    assert len(heard.paths) == 1_100


def test_large_files_do_not_share_a_batch(committer: Committer) -> None:
    """However many large files come one after the other, few of them are in memory at once."""
    heard = Told()
    ingest(stories(20, size=19_000_000), committer, heard.batches.append)
    assert len(heard.paths) == 20
    assert max(map(len, heard.batches)) <= 3


def test_a_store_that_fails_is_heard_of(
    committer: Committer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When a batch cannot be committed the whole ingest ends with its error."""

    def commit(*_: object) -> list[Accepted]:
        raise StoppedError

    monkeypatch.setattr(Committer, "commit", commit)
    with pytest.raises(StoppedError):
        ingest(stories(1), committer, Told().batches.append)


def examined(paths: list[Path], clock: ManualClock) -> Iterator[Outcome]:
    """Examine what lies below some paths, in no inbox."""
    examine = examining(Examiner(Matcher([], {}), clock), [], "desk")
    return filter(None, map(examine, files_below(paths)))


def test_real_files(store: Store, committer: Committer, clock: ManualClock, tmp_path: Path) -> None:
    """A folder with good, bad and doubled files is taken in whole, each file accounted for."""
    for name, text in (
        ("a.txt", "ASTANA, March 2. A story."),
        ("b.txt", "ASTANA, March 2. A story."),
        ("deep/c.txt", "BAKU, March 2. Another."),
        ("deep/d.txt", "\x00\x01"),
        ("deep/e.txt.part", "not yet"),
    ):
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_text(text)
    heard = Told()
    ingest(examined([tmp_path / "in"], clock), committer, heard.batches.append)
    found = {state.value: number for state, number in counts(store.db).items() if number}
    assert found == {"stored": 2, "duplicate": 1, "quarantined": 1}
    assert {row["source"] for row in store.db["articles"].rows} == {"desk"}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Make two inboxes, one in the other, which is flat, and a folder beside them."""
    for path in ("flat/a.txt", "flat/deep/b.txt", "beside/c.txt", "beside/.d/e.txt"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(path)
    return tmp_path


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("flat/a.txt", ["flat:a.txt"]),
        ("beside/../flat/a.txt", ["flat:a.txt"]),
        ("flat/../beside/c.txt", ["desk:/beside/c.txt"]),
        ("flat/deep/b.txt", ["deep:b.txt"]),
        ("flat/deep", ["deep:b.txt"]),
        ("flat", ["deep:b.txt", "flat:a.txt"]),
        ("beside", ["desk:/beside/c.txt"]),
        (".", ["deep:b.txt", "desk:/beside/c.txt", "flat:a.txt"]),
    ],
)
def test_each_file_counts_in_its_inbox(tree: Path, path: str, found: list[str]) -> None:
    """A file is counted in the innermost inbox that holds it, however it was named."""
    inboxes = [
        Inbox("flat", tree / "flat", recursive=False),
        Inbox("deep", tree / "flat" / "deep"),
    ]
    placed = map(placing(inboxes, "desk"), files_below([tree / path]))
    named = [
        f"{inbox.name}:{inbox.absolute(relative) if inbox.name == 'desk' else relative}"
        for inbox, relative in placed
    ]
    assert sorted(name.replace(str(tree), "") for name in named) == found


def test_relative_paths(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path counts from the folder in which the command is given."""
    monkeypatch.chdir(tree / "flat")
    inbox, relative = placing([Inbox("flat", tree / "flat")], "desk")(*files_below([Path("a.txt")]))
    assert (inbox.name, relative) == ("flat", "a.txt")


@pytest.mark.parametrize("path", ["hidden/.d", "hidden/.d/e.txt"])
def test_below_a_hidden_folder(
    tree: Path, committer: Committer, clock: ManualClock, path: str
) -> None:
    """What is named outright is taken in, though a folder above it has a working name."""
    (tree / "beside").rename(tree / "hidden")
    heard = Told()
    ingest(examined([tree / path], clock), committer, heard.batches.append)
    assert [Path(stored).name for stored in heard.paths] == ["e.txt"]


def test_path_that_is_not_there(tree: Path) -> None:
    """A path that leads nowhere is an error, not an empty list."""
    with pytest.raises(FileNotFoundError):
        list(files_below([tree / "missing.txt"]))
