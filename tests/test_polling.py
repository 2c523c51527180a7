"""When an inbox is polled: by its setting, on silent file systems, and beyond the system's limits."""

import ctypes
import errno
import logging
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from watchdog.observers import inotify_c

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
    """Give the start of a watcher on the inbox."""
    started: list[Watcher] = []

    def begin(watching: Watching = Watching.AUTO) -> Watcher:
        started.append(Watcher([Folder("inbox", inbox, True, watching, 0.02)], hints.put))
        started[-1].start()
        return started[-1]

    yield begin
    for watcher in started:
        watcher.stop()


def wait_for(hints: Hints, kind: Kind, path: Path) -> None:
    """Wait until a hint comes, passing over others."""
    wanted = Hint("inbox", str(path), kind)
    while wanted not in (taken := hints.take(1_000, PATIENCE)):
        assert taken, f"no {wanted} came"


def sees(hints: Hints, path: Path, kind: Kind) -> None:
    """Hold that a file delivered now is seen."""
    path.write_text("story")
    wait_for(hints, kind, path)


def limit_watches(monkeypatch: pytest.MonkeyPatch, code: int, beyond: Path) -> None:
    """Let the system refuse to watch one folder."""
    real: Any = inotify_c.inotify_add_watch

    def add(handle: int, path: bytes, mask: int) -> int:
        if path == os.fsencode(beyond):
            ctypes.set_errno(code)
            return -1
        return int(real(handle, path, mask))

    monkeypatch.setattr(inotify_c, "inotify_add_watch", add)


def test_watch_limit_at_the_root(
    start: Start, inbox: Path, hints: Hints, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An inbox that the system does not let be watched is polled from the start."""
    limit_watches(monkeypatch, errno.ENOSPC, inbox)
    watcher = start()
    assert watcher.polls("inbox")
    sees(hints, inbox / "a.txt", Kind.APPEARED)
    assert watcher.check() == []


def test_watch_limit_below(
    start: Start, inbox: Path, hints: Hints, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An inbox with folders beyond the watch limit is found, listed, and polled from then on."""
    (inbox / "deep").mkdir()
    limit_watches(monkeypatch, errno.ENOSPC, inbox / "deep")
    watcher = start()
    assert not watcher.polls("inbox")
    problems = [problem for _ in range(3) for problem in watcher.check(count=True)]
    assert len(problems) == 1
    assert "max_user_watches" in problems[0]
    assert watcher.polls("inbox")
    wait_for(hints, Kind.FOLDER, inbox)
    sees(hints, inbox / "deep" / "a.txt", Kind.APPEARED)


def test_too_many_watchers(
    start: Start, inbox: Path, hints: Hints, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the system lets no further watcher be made, the inbox is polled."""

    def refuse() -> int:
        ctypes.set_errno(errno.EMFILE)
        return -1

    monkeypatch.setattr(inotify_c, "inotify_init", refuse)
    watcher = start()
    assert watcher.polls("inbox")
    sees(hints, inbox / "a.txt", Kind.APPEARED)


def test_new_folder_during_the_count(
    start: Start, inbox: Path, hints: Hints, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder made while watches are counted is not taken for one that cannot be watched."""
    watcher = start()
    real = os.walk

    def walk(top: Any, **options: Any) -> Any:
        (inbox / "new").mkdir(exist_ok=True)
        return real(top, **options)

    with monkeypatch.context() as patch:
        patch.setattr(os, "walk", walk)
        assert watcher.check(count=True) == []
    wait_for(hints, Kind.FOLDER, inbox / "new")
    sees(hints, inbox / "a.txt", Kind.WHOLE)
    assert watcher.check(count=True) == []
    assert not watcher.polls("inbox")


@pytest.mark.parametrize(
    ("watching", "kind", "polled"),
    [
        (Watching.AUTO, "ext4", False),
        (Watching.AUTO, "nfs4", True),
        (Watching.AUTO, "fuse.sshfs", True),
        (Watching.INOTIFY, "nfs4", False),
        (Watching.POLLING, "ext4", True),
    ],
)
def test_who_is_polled(
    start: Start,
    inbox: Path,
    hints: Hints,
    monkeypatch: pytest.MonkeyPatch,
    *,
    watching: Watching,
    kind: str,
    polled: bool,
) -> None:
    """An inbox is polled on file systems that keep silent, unless its setting says otherwise."""
    monkeypatch.setattr(watcher_module, "kind_of", lambda _: kind)
    watcher = start(watching)
    assert watcher.polls("inbox") is polled
    sees(hints, inbox / "a.txt", Kind.APPEARED if polled else Kind.WHOLE)
    assert watcher.check() == []


def test_polling_sees_all_kinds_of_arrival(
    start: Start, inbox: Path, tmp_path: Path, hints: Hints
) -> None:
    """A polled inbox tells of new, changed, renamed and moved-in files, and of folders."""
    start(Watching.POLLING)
    sees(hints, inbox / "a.txt", Kind.APPEARED)
    (inbox / "a.txt").write_text("a longer story")
    wait_for(hints, Kind.APPEARED, inbox / "a.txt")
    (inbox / "a.txt").rename(inbox / "b.txt")
    wait_for(hints, Kind.APPEARED, inbox / "b.txt")
    (tmp_path / "day").mkdir()
    (tmp_path / "day" / "c.txt").write_text("story")
    (tmp_path / "day").rename(inbox / "day")
    wait_for(hints, Kind.FOLDER, inbox / "day")


def test_failed_start_ends_its_threads(
    start: Start, inbox: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A watcher that turned to polling leaves nothing of its first attempt behind, and says why."""
    before = set(threading.enumerate())
    limit_watches(monkeypatch, errno.ENOSPC, inbox)
    with caplog.at_level(logging.WARNING):
        start().stop()
    assert "watch limit" in caplog.text
    assert set(threading.enumerate()) - before == set()
