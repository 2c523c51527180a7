"""The watcher notices when it goes blind: roots replaced or gone, threads dead."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from watchdog.observers.api import EventEmitter
from watchdog.observers.inotify import InotifyObserver

from conftest import PATIENCE
from wirewatch.intake import watcher as watcher_module
from wirewatch.intake.hints import Hint, Hints, Kind
from wirewatch.intake.watcher import Folder, Watcher
from wirewatch.states import Watching

Start = Callable[..., Watcher]


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


@pytest.fixture
def hints() -> Hints:
    return Hints()


@pytest.fixture
def start(inbox: Path, hints: Hints) -> Iterator[Start]:
    """Give the start of a watcher on the inbox, or on other folders."""
    started: list[Watcher] = []

    def begin(*paths: Path, watching: Watching = Watching.AUTO) -> Watcher:
        folders = [Folder(path.name, path, True, watching, 0.02) for path in paths or [inbox]]
        started.append(Watcher(folders, hints.put))
        started[-1].start()
        return started[-1]

    yield begin
    for watcher in started:
        watcher.stop()


def wait_for(hints: Hints, kind: Kind, path: Path, inbox: str = "inbox") -> None:
    """Wait until a hint comes, passing over others."""
    wanted = Hint(inbox, str(path), kind)
    while wanted not in (taken := hints.take(1_000, PATIENCE)):
        assert taken, f"no {wanted} came"


def sees(hints: Hints, path: Path, kind: Kind = Kind.WHOLE) -> None:
    """Hold that a file delivered now is seen."""
    path.write_text("story")
    wait_for(hints, kind, path, path.parent.name)


def seen_as(watching: Watching) -> Kind:
    """Tell how a file that is written and closed shows."""
    return Kind.APPEARED if watching is Watching.POLLING else Kind.WHOLE


def emitter_of(watcher: Watcher) -> EventEmitter:
    """Give the thread that reads the events of the one inbox."""
    observer = watcher._watched[0].observer
    assert observer is not None
    (emitter,) = observer.emitters
    return emitter


def replace(inbox: Path) -> None:
    """Move an inbox away, and make it anew."""
    inbox.rename(inbox.with_name("old"))
    inbox.mkdir()


def test_root_deleted_and_made_anew(start: Start, inbox: Path, hints: Hints) -> None:
    """An inbox that was deleted and made anew, be it as the same inode, is watched again."""
    watcher = start()
    emitter = emitter_of(watcher)
    inbox.rmdir()
    inbox.mkdir()
    emitter.join(PATIENCE)
    (problem,) = watcher.check()
    assert problem.startswith("inbox inbox: ")
    wait_for(hints, Kind.FOLDER, inbox)
    sees(hints, inbox / "a.txt")
    assert watcher.check() == []


@pytest.mark.parametrize("watching", Watching)
def test_root_renamed_and_made_anew(
    start: Start, inbox: Path, hints: Hints, watching: Watching
) -> None:
    """An inbox that was moved away and made anew is watched again, and the old one no more."""
    watcher = start(watching=watching)
    replace(inbox)
    assert watcher.check() == ["inbox inbox: the folder was replaced"]
    wait_for(hints, Kind.FOLDER, inbox)
    (inbox.with_name("old") / "old.txt").write_text("story")
    sees(hints, inbox / "new.txt", seen_as(watching))
    assert watcher.check() == []


def test_root_gone_for_a_while(start: Start, inbox: Path, hints: Hints) -> None:
    """An inbox that goes away is reported once, and watched as soon as it is there again."""
    watcher = start()
    inbox.rmdir()
    assert watcher.check() == ["inbox inbox: the folder is gone"]
    assert watcher.check() == []
    inbox.mkdir()
    assert watcher.check() == ["inbox inbox: the folder has appeared"]
    sees(hints, inbox / "a.txt")


def test_root_not_there_yet(start: Start, tmp_path: Path, hints: Hints) -> None:
    """An inbox that is not there at the start does not keep others from being watched."""
    late, here = tmp_path / "late", tmp_path / "here"
    here.mkdir()
    watcher = start(late, here)
    sees(hints, here / "a.txt")
    late.mkdir()
    assert watcher.check() == ["inbox late: the folder has appeared"]
    sees(hints, late / "a.txt")


def test_root_goes_while_it_is_being_watched(
    start: Start, tmp_path: Path, hints: Hints, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An inbox that goes in the very moment of being watched is watched when it is there again."""
    gone, here = tmp_path / "gone", tmp_path / "here"
    here.mkdir()
    real = watcher_module._identity
    with monkeypatch.context() as patch:
        patch.setattr(watcher_module, "_identity", lambda path: real(path) or (1, 1))
        watcher = start(gone, here)
    sees(hints, here / "a.txt")
    gone.mkdir()
    watcher.check()
    sees(hints, gone / "a.txt")


@pytest.mark.parametrize("watching", Watching)
def test_root_is_a_link(
    start: Start, inbox: Path, tmp_path: Path, hints: Hints, watching: Watching
) -> None:
    """An inbox that is a link to a folder is watched, and hints name files by the inbox's path."""
    link = tmp_path / "link"
    link.symlink_to(inbox)
    start(link, watching=watching)
    sees(hints, link / "a.txt", seen_as(watching))


def test_root_is_a_link_that_is_turned(start: Start, tmp_path: Path, hints: Hints) -> None:
    """An inbox that is a link, and is made to lead elsewhere, is noticed."""
    old, new, link = tmp_path / "old", tmp_path / "new", tmp_path / "link"
    old.mkdir()
    new.mkdir()
    link.symlink_to(old)
    watcher = start(link)
    link.unlink()
    link.symlink_to(new)
    assert watcher.check() == ["inbox link: the folder was replaced"]
    wait_for(hints, Kind.FOLDER, link, "link")


def test_dead_emitter(start: Start, inbox: Path, hints: Hints) -> None:
    """An inbox whose emitter died, while the observer lives, is listed and watched again."""
    watcher = start()
    emitter = emitter_of(watcher)
    emitter.stop()
    emitter.join(PATIENCE)
    assert watcher.check() == ["inbox inbox: its watching thread had died"]
    wait_for(hints, Kind.FOLDER, inbox)
    sees(hints, inbox / "a.txt")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_dead_reader(start: Start, inbox: Path, hints: Hints) -> None:
    """An inbox whose events nobody reads any more, though all else lives, is watched again."""
    watcher = start()
    observer = watcher._watched[0].observer
    assert isinstance(observer, InotifyObserver)
    refuse: Any = None
    observer._inotify_fd.handle_event = refuse  # type: ignore[method-assign]
    (inbox / "a.txt").write_text("story")
    observer._inotify_fd.join(PATIENCE)
    assert watcher.check() == ["inbox inbox: its watching thread had died"]
    wait_for(hints, Kind.FOLDER, inbox)
    sees(hints, inbox / "b.txt")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_handler_that_raises(start: Start, inbox: Path, hints: Hints) -> None:
    """An observer killed by an error in its handler is replaced, and its inbox listed."""
    watcher = start()
    observer = watcher._watched[0].observer
    assert observer is not None
    refuse: Any = None
    (handler,) = next(iter(observer._handlers.values()))
    handler._hint = refuse  # type: ignore[attr-defined]
    (inbox / "a.txt").write_text("story")
    observer.join(PATIENCE)
    assert watcher.check() == ["inbox inbox: its watching thread had died"]
    wait_for(hints, Kind.FOLDER, inbox)
    sees(hints, inbox / "b.txt")


@pytest.mark.parametrize("watching", Watching)
def test_stop_ends_all_threads(start: Start, inbox: Path, hints: Hints, watching: Watching) -> None:
    """A watcher that was stopped leaves no thread behind, one that had to be mended neither."""
    before = set(threading.enumerate())
    watcher = start(watching=watching)
    replace(inbox)
    assert watcher.check()
    sees(hints, inbox / "a.txt", seen_as(watching))
    assert set(threading.enumerate()) - before
    watcher.stop()
    assert set(threading.enumerate()) - before == set()
    watcher.stop()
