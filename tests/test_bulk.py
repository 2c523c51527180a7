"""Many files at once: read while the last batch is written, each counted in its inbox."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from conftest import PATIENCE, ManualClock, told
from wirewatch.intake.names import is_in_progress
from wirewatch.model import Outcome
from wirewatch.pipeline.bulk import files_below, ingest
from wirewatch.pipeline.commit import Committer, StoppedError
from wirewatch.pipeline.examine import Examiner
from wirewatch.pipeline.inboxes import Inbox
from wirewatch.rules.matcher import Matcher
from wirewatch.states import FileState
from wirewatch.store.accept import Accepted
from wirewatch.store.database import Store
from wirewatch.store.ledger import Waiting, counts

INBOX = Inbox("wires", Path("/nowhere"))


@dataclass
class Told:
    """What was told of progress."""

    batches: list[list[Accepted]] = field(default_factory=list)

    @property
    def paths(self) -> list[str]:
        return [done.outcome.arrival.path for batch in self.batches for done in batch]


@dataclass(frozen=True)
class Inventing(Examiner):
    """An examiner that needs no files: it makes up a story for each name."""

    size: int = 10

    def examine(
        self, inbox: Inbox, relative: str, *, closed: bool, before: Waiting | None = None
    ) -> Outcome | None:
        assert closed
        assert before is None
        assert inbox is INBOX
        if is_in_progress(relative):
            return None
        outcome = told(relative, f"story {relative}")
        stamp = outcome.arrival.stamp._replace(size=self.size)
        return outcome._replace(arrival=outcome.arrival._replace(stamp=stamp))


@pytest.fixture
def inventing(clock: ManualClock) -> Inventing:
    return Inventing(Matcher([], {}), clock)


@pytest.fixture
def committer(store: Store, clock: ManualClock) -> Committer:
    return Committer(store, {}, clock, lambda _: True)


def names(count: int) -> list[tuple[Inbox, str]]:
    """Name so many files."""
    return [(INBOX, f"{number:04}.txt") for number in range(count)]


@pytest.mark.parametrize("count", [0, 1, 300, 600])
def test_all_in_order(store: Store, inventing: Examiner, committer: Committer, count: int) -> None:
    """Every file is taken in, in order, and progress hears of each batch once it is committed."""
    heard = Told()

    def progress(accepted: list[Accepted]) -> None:
        heard.batches.append(accepted)
        assert counts(store.sibling().db)[FileState.STORED] >= len(heard.paths)

    ingest(names(count), inventing, committer, progress)
    assert heard.paths == [name for _, name in names(count)]
    assert len(heard.batches) <= 1 + count // 200, "files share their commits"
    assert counts(store.db)[FileState.STORED] == count


def test_names_in_progress_are_passed_over(inventing: Examiner, committer: Committer) -> None:
    """A file under a working name is no part of a batch."""
    heard = Told()
    files = [(INBOX, "a.txt"), (INBOX, "b.txt.part"), (INBOX, "c.txt")]
    ingest(files, inventing, committer, heard.batches.append)
    assert heard.paths == ["a.txt", "c.txt"]


def test_reads_ahead(
    inventing: Inventing, committer: Committer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a batch is written, the next one is read already."""
    read_on = threading.Event()

    def files() -> Iterable[tuple[Inbox, str]]:
        yield from names(400)
        read_on.set()
        yield INBOX, "last.txt"

    def commit(_: Committer, batch: list[Outcome]) -> list[Accepted]:
        assert read_on.wait(PATIENCE), "not read on while the first batch was written"
        return [Accepted(outcome, 1, outcome.state, None, new=True) for outcome in batch]

    monkeypatch.setattr(Committer, "commit", commit)
    heard = Told()
    ingest(files(), inventing, committer, heard.batches.append)
    assert len(heard.paths) == 401


def test_large_files_do_not_share_a_batch(inventing: Inventing, committer: Committer) -> None:
    """However many large files come one after the other, few of them are in memory at once."""
    heard = Told()
    large = replace(inventing, size=19_000_000)
    ingest(names(20), large, committer, heard.batches.append)
    assert len(heard.paths) == 20
    assert max(map(len, heard.batches)) <= 3


def test_a_store_that_fails_is_heard_of(
    inventing: Examiner, committer: Committer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When a batch cannot be committed the whole ingest ends with its error."""

    def commit(*_: object) -> list[Accepted]:
        raise StoppedError

    monkeypatch.setattr(Committer, "commit", commit)
    with pytest.raises(StoppedError):
        ingest(names(1), inventing, committer, Told().batches.append)


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
    examiner = Examiner(Matcher([], {}), clock)
    ingest(files_below([tmp_path / "in"], [], "desk"), examiner, committer, heard.batches.append)
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
    named = [
        f"{inbox.name}:{inbox.absolute(relative) if inbox.name == 'desk' else relative}"
        for inbox, relative in files_below([tree / path], inboxes, "desk")
    ]
    assert sorted(name.replace(str(tree), "") for name in named) == found


def test_relative_paths(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path counts from the folder in which the command is given."""
    monkeypatch.chdir(tree / "flat")
    ((inbox, relative),) = files_below([Path("a.txt")], [Inbox("flat", tree / "flat")], "desk")
    assert (inbox.name, relative) == ("flat", "a.txt")


@pytest.mark.parametrize("path", ["hidden/.d", "hidden/.d/e.txt"])
def test_below_a_hidden_folder(
    tree: Path, committer: Committer, clock: ManualClock, path: str
) -> None:
    """What is named outright is taken in, though a folder above it has a working name."""
    (tree / "beside").rename(tree / "hidden")
    examiner = Examiner(Matcher([], {}), clock)
    heard = Told()
    ingest(files_below([tree / path], [], "desk"), examiner, committer, heard.batches.append)
    assert [Path(stored).name for stored in heard.paths] == ["e.txt"]


def test_path_that_is_not_there(tree: Path) -> None:
    """A path that leads nowhere is an error, not an empty list."""
    with pytest.raises(FileNotFoundError):
        list(files_below([tree / "missing.txt"], [], "desk"))
