"""From file system events to hints, with the real watchdog and real files."""

import contextlib
import logging
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from watchdog.observers.inotify import InotifyObserver
from watchdog.utils import delayed_queue

from conftest import PATIENCE
from wirewatch.intake.hints import Hint, Kind
from wirewatch.intake.watcher import Folder, Watcher
from wirewatch.states import Watching

# watchdog watches a folder twice that is made inside a new one, and says so; it does no harm.
pytestmark = pytest.mark.filterwarnings("ignore:Callback with id:RuntimeWarning")


class Heard:
    """The hints that a watcher gave, in order."""

    def __init__(self) -> None:
        self.hints: list[Hint] = []
        self._known: set[Hint] = set()
        self._changed = threading.Condition()

    def __call__(self, hint: Hint) -> None:
        with self._changed:
            self.hints.append(hint)
            self._known.add(hint)
            self._changed.notify_all()

    def wait_for(self, kind: Kind, path: Path, seconds: float = PATIENCE) -> None:
        """Wait until a hint was given."""
        wanted = Hint("wires", str(path), kind)
        with self._changed:
            came = self._changed.wait_for(lambda: wanted in self._known, seconds)
        assert came, f"no {kind} for {path}, but {self.hints[:20]}"

    def of(self, path: Path) -> list[Kind]:
        """Give what was said of one path."""
        with self._changed:
            return [hint.kind for hint in self.hints if hint.path == str(path)]


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


@pytest.fixture
def heard() -> Heard:
    return Heard()


Watch = Callable[..., Watcher]
Flush = Callable[..., None]


@pytest.fixture
def watch(inbox: Path, heard: Heard) -> Iterator[Watch]:
    """Give the start of a watcher on the inbox."""
    started: list[Watcher] = []

    def start(*, watching: Watching = Watching.AUTO, recursive: bool = True) -> Watcher:
        watcher = Watcher([Folder("wires", inbox, recursive, watching, 0.02)], heard)
        started.append(watcher)
        watcher.start()
        return watcher

    yield start
    for watcher in started:
        watcher.stop()


@pytest.fixture
def flush(inbox: Path, tmp_path: Path, heard: Heard) -> Flush:
    """Give a wait until all events so far were heard: the file that it delivers comes after them."""
    numbers = iter(range(1_000))

    def deliver(seconds: float = PATIENCE) -> None:
        name = f"flush-{next(numbers)}"
        (tmp_path / name).write_text("flush")
        (tmp_path / name).rename(inbox / name)
        heard.wait_for(Kind.WHOLE, inbox / name, seconds)

    return deliver


def test_rename_into_the_inbox(watch: Watch, inbox: Path, tmp_path: Path, heard: Heard) -> None:
    """A file renamed into the inbox from elsewhere is said to be whole at once, and only that."""
    (tmp_path / "a.txt").write_text("story")
    watch()
    (tmp_path / "a.txt").rename(inbox / "a.txt")
    heard.wait_for(Kind.WHOLE, inbox / "a.txt")
    assert heard.of(inbox / "a.txt") == [Kind.WHOLE]


def test_rename_within_the_inbox(watch: Watch, inbox: Path, heard: Heard) -> None:
    """A file that gets its final name in the inbox is said to be whole at once."""
    (inbox / "a.txt.part").write_text("story")
    (inbox / "deep").mkdir()
    watch()
    (inbox / "a.txt.part").rename(inbox / "deep" / "a.txt")
    heard.wait_for(Kind.WHOLE, inbox / "deep" / "a.txt")


def test_close_after_writing(watch: Watch, inbox: Path, heard: Heard, flush: Flush) -> None:
    """A file written in place has appeared when it is made, and is whole when it is closed."""
    watch()
    with (inbox / "a.txt").open("w") as file:
        file.write("story")
        file.flush()
        flush()
        assert heard.of(inbox / "a.txt") == [Kind.APPEARED]
    heard.wait_for(Kind.WHOLE, inbox / "a.txt")


def test_written_again(watch: Watch, inbox: Path, heard: Heard) -> None:
    """A file that was there and is written to again is said to be whole when it is closed."""
    (inbox / "a.txt").write_text("story")
    watch()
    (inbox / "a.txt").write_text("another")
    heard.wait_for(Kind.WHOLE, inbox / "a.txt")


@pytest.mark.parametrize("make", [os.link, os.symlink], ids=["hard link", "symlink"])
def test_links_have_only_appeared(
    watch: Watch,
    inbox: Path,
    tmp_path: Path,
    heard: Heard,
    flush: Flush,
    *,
    make: Callable[[Path, Path], None],
) -> None:
    """Of a hard link or symlink it is only known that it is there, so it has to settle."""
    (tmp_path / "a.txt").write_text("story")
    watch()
    make(tmp_path / "a.txt", inbox / "a.txt")
    flush()
    assert heard.of(inbox / "a.txt") == [Kind.APPEARED]


def test_reading_is_no_news(watch: Watch, inbox: Path, heard: Heard, flush: Flush) -> None:
    """Reading a file, or taking it away, gives no hint of it."""
    for name in ("a.txt", "b.txt"):
        (inbox / name).write_text("story")
    watch()
    (inbox / "a.txt").read_text()
    (inbox / "b.txt").unlink()
    flush()
    assert heard.of(inbox / "a.txt") == heard.of(inbox / "b.txt") == []


def test_name_in_no_encoding(watch: Watch, inbox: Path, heard: Heard) -> None:
    """A hint of a name that is no UTF-8 leads to its file."""
    watch()
    path = inbox / os.fsdecode(b"caf\xe9.txt")
    path.write_text("story")
    heard.wait_for(Kind.WHOLE, path)


def test_move_out_holds_nothing_back(
    watch: Watch, inbox: Path, tmp_path: Path, flush: Flush, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file moved out of the inbox does not let later events wait for its other half."""
    waited: list[float] = []

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        time.sleep(seconds)

    watchdogs = SimpleNamespace(sleep=sleep, monotonic=time.monotonic)
    monkeypatch.setattr(delayed_queue, "time", watchdogs)
    (inbox / "a.txt").write_text("story")
    watch()
    (inbox / "a.txt").rename(tmp_path / "a.txt")
    flush()
    assert waited == []


def test_new_folder_with_a_file_at_once(watch: Watch, inbox: Path, heard: Heard) -> None:
    """A new folder is to be listed, as its first files come before anybody watches it."""
    watch()
    deep = inbox / "day" / "ru"
    deep.mkdir(parents=True)
    (deep / "a.txt").write_text("story")
    heard.wait_for(Kind.FOLDER, inbox / "day")


def test_new_folder_is_watched(watch: Watch, inbox: Path, heard: Heard, flush: Flush) -> None:
    """What comes into a new folder later is seen by itself."""
    watch()
    (inbox / "day").mkdir()
    heard.wait_for(Kind.FOLDER, inbox / "day")
    flush()
    (inbox / "day" / "a.txt").write_text("story")
    heard.wait_for(Kind.WHOLE, inbox / "day" / "a.txt")


@pytest.mark.parametrize("origin", ["outside", "inbox/day.part"])
def test_folder_moved_in(
    watch: Watch, inbox: Path, tmp_path: Path, heard: Heard, flush: Flush, *, origin: str
) -> None:
    """A folder moved in, or given its final name, is to be listed, and is watched from then on."""
    folder = tmp_path / origin
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "a.txt").write_text("story")
    watch()
    folder.rename(inbox / "day")
    heard.wait_for(Kind.FOLDER, inbox / "day")
    flush()
    (inbox / "day" / "deep" / "b.txt").write_text("story")
    heard.wait_for(Kind.WHOLE, inbox / "day" / "deep" / "b.txt")


def test_deep_files_of_a_flat_inbox(watch: Watch, inbox: Path, heard: Heard, flush: Flush) -> None:
    """In an inbox that is not recursive, nothing is said of files in folders below it."""
    (inbox / "deep").mkdir()
    watch(recursive=False)
    (inbox / "deep" / "a.txt").write_text("story")
    flush()
    assert heard.of(inbox / "deep" / "a.txt") == []


def test_burst(watch: Watch, inbox: Path, tmp_path: Path, heard: Heard, flush: Flush) -> None:
    """Of a burst of files every single one is seen."""
    watch()
    names = [f"{number:04}.txt" for number in range(1_000)]
    (tmp_path / "a.txt").write_text("story")
    for name in names[::2]:
        (inbox / name).write_text("story")
    for name in names[1::2]:
        Path(shutil.copy(tmp_path / "a.txt", tmp_path / name)).rename(inbox / name)
    flush()
    whole = {hint.path for hint in heard.hints if hint.kind is Kind.WHOLE}
    assert whole >= {str(inbox / name) for name in names}


def test_overflow_is_heard(watch: Watch, inbox: Path, heard: Heard) -> None:
    """When watchdog logs that events were lost, the inbox is to be listed."""
    watch()
    log = logging.getLogger("watchdog.observers.inotify_c")
    log.warning("Something else happened")
    assert heard.of(inbox) == []
    log.warning("Inotify queue overflowed; filesystem events were lost")
    assert heard.of(inbox) == [Kind.FOLDER]


def test_overflow(watch: Watch, inbox: Path, heard: Heard, flush: Flush) -> None:
    """When the system loses events, the inbox is listed until it is surely watched again."""
    most = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    if most > 50_000:
        pytest.skip("the system queues so many events that to lose some takes too long")
    watcher = watch()
    observer = watcher._watched[0].observer
    assert isinstance(observer, InotifyObserver)
    here, there = inbox / ".here", inbox / ".there"
    here.write_text("story")
    with observer._inotify_fd._lock:  # holds its reader, after one buffer at most
        for _ in range(most // 4 + 2_000):
            here.rename(there)
            there.rename(here)
    heard.wait_for(Kind.FOLDER, inbox)
    (inbox / "a.txt").write_text("comes while watchdog watches its folders anew")
    delivered = len(heard.hints)
    with contextlib.suppress(AssertionError):
        flush(0.5)
    flush()
    watcher.check()
    told = {hint.path for hint in heard.hints[delivered:]}
    assert told & {str(inbox / "a.txt"), str(inbox)}


def test_overflow_listener_goes_with_its_watcher(watch: Watch, inbox: Path, heard: Heard) -> None:
    """A watcher that was stopped does not listen any more."""
    log = logging.getLogger("watchdog.observers.inotify_c")
    before = list(log.handlers)
    watcher = watch()
    assert len(log.handlers) == len(before) + 1
    watcher.stop()
    assert log.handlers == before
    log.warning("Inotify queue overflowed; filesystem events were lost")
    assert heard.of(inbox) == []
