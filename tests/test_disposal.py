"""Archiving and deleting: nothing that is not verified as stored, or newer, is ever lost."""

import contextlib
import errno
import hashlib
import os
import shutil
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, NoReturn

import pytest

from wirewatch.intake.disposal import (
    archive_place,
    dispose,
    give_back,
    give_back_all,
    taken_name,
)
from wirewatch.intake.names import chooser, is_in_progress
from wirewatch.states import After

BOTH = pytest.mark.parametrize("after", [After.ARCHIVE, After.DELETE])
MAY_TOUCH = {"open", "os.rename", "os.link", "os.remove", "os.mkdir", "os.chmod", "os.utime"}


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def contents(folder: Path) -> dict[str, str]:
    """Give every file below a folder with its text, hidden ones too."""
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in folder.rglob("*")
        if path.is_file() or path.is_symlink()
    }


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    (folder / "a.txt").write_text("first")
    return folder


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return tmp_path / "archive"


@pytest.fixture
def other_disk(request: Any, archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the archive lie on another file system than everything else, if so asked."""
    real = os.rename

    def rename(source: Path, target: Path) -> None:
        if Path(target).is_relative_to(archive) and not Path(source).is_relative_to(archive):
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        real(source, target)

    if getattr(request, "param", True):
        monkeypatch.setattr(os, "rename", rename)


DISKS = pytest.mark.parametrize(
    "other_disk", [False, True], ids=["same disk", "other disk"], indirect=True
)


def refuse(code: int) -> Callable[..., NoReturn]:
    def failing(*_: Any, **__: Any) -> NoReturn:
        raise OSError(code, os.strerror(code))

    return failing


def test_archive_is_a_dated_tree() -> None:
    """An archived file stands under the day on which it was archived, by its path."""
    now = datetime(2026, 3, 2, 23, 59, tzinfo=UTC)
    assert archive_place(Path("/old"), "ru/a.txt", now) == Path("/old/2026/03/02/ru/a.txt")


@DISKS
@pytest.mark.usefixtures("other_disk")
def test_archive(inbox: Path, archive: Path) -> None:
    """An archived file is whole in its new place with its time, and gone from the inbox."""
    os.utime(inbox / "a.txt", ns=(10**18, 10**18))
    place = archive / "2026/03/02/a.txt"
    assert dispose(inbox / "a.txt", digest("first"), After.ARCHIVE, place) == str(place)
    assert place.read_text() == "first"
    assert place.stat().st_mtime_ns == 10**18
    assert (contents(inbox), contents(archive)) == ({}, {"2026/03/02/a.txt": "first"})


def test_delete(inbox: Path, archive: Path) -> None:
    """A deleted file is gone, and nothing is archived."""
    assert dispose(inbox / "a.txt", digest("first"), After.DELETE, archive) == "deleted"
    assert contents(inbox) == contents(archive) == {}


@DISKS
@pytest.mark.usefixtures("other_disk")
def test_same_name_in_the_archive(inbox: Path, archive: Path) -> None:
    """Files of one name and day stand beside each other; the same content stands there once."""
    for text in ("first", "second", "first", "second", "third"):
        (inbox / "a.txt").write_text(text)
        where = dispose(inbox / "a.txt", digest(text), After.ARCHIVE, archive / "a.txt")
        assert Path(where or "").read_text() == text
    assert sorted(contents(archive).values()) == ["first", "second", "third"]
    assert all(name.endswith(".txt") for name in contents(archive))


@BOTH
@pytest.mark.parametrize("now", [None, "second"], ids=["gone", "changed"])
def test_not_what_was_stored(inbox: Path, archive: Path, after: After, now: str | None) -> None:
    """A file that is gone or holds something newer is left as it is."""
    (inbox / "a.txt").unlink()
    if now:
        (inbox / "a.txt").write_text(now)
    assert dispose(inbox / "a.txt", digest("first"), after, archive / "a.txt") is None
    assert (contents(inbox), contents(archive)) == ({"a.txt": now} if now else {}, {})


@BOTH
@pytest.mark.parametrize("held", ["first", "second"])
def test_newer_file_comes_in_between(
    inbox: Path, archive: Path, monkeypatch: pytest.MonkeyPatch, after: After, held: str
) -> None:
    """A file that comes under the same name during the disposal is never lost, nor is a second."""
    (inbox / "a.txt").write_text(held)
    real = hashlib.file_digest

    def arrive(file: Any, name: str) -> Any:
        if Path(file.name).is_relative_to(inbox):
            (inbox / "a.txt").write_text("third")
        return real(file, name)

    monkeypatch.setattr(hashlib, "file_digest", arrive)
    where = dispose(inbox / "a.txt", digest("first"), after, archive / "a.txt")
    left = contents(inbox)
    assert left.pop("a.txt") == "third"
    assert list(left.values()) == ([] if held == "first" else ["second"])
    assert not any(map(is_in_progress, left))
    assert all(map(chooser(["*.txt"], []), left)), "the inbox's patterns would not see it"
    assert (where is None) == (held == "second")


@pytest.mark.parametrize(
    ("other_disk", "call"),
    [(False, "mkdir"), (True, "mkdir"), (True, "fsync"), (True, "copyfileobj")],
    indirect=["other_disk"],
)
@pytest.mark.parametrize("links", [True, False], ids=["hard links", "no hard links"])
@pytest.mark.usefixtures("other_disk")
def test_disk_full(
    inbox: Path, archive: Path, monkeypatch: pytest.MonkeyPatch, call: str, *, links: bool
) -> None:
    """When the disk refuses, that is said, the file is in its place and no half copy is left."""
    if not links:  # as on FAT, exFAT and many a network file system
        monkeypatch.setattr(os, "link", refuse(errno.EPERM))
    monkeypatch.setattr(shutil if call == "copyfileobj" else os, call, refuse(errno.ENOSPC))
    with pytest.raises(OSError, match=r".+"):
        dispose(inbox / "a.txt", digest("first"), After.ARCHIVE, archive / "a.txt")
    monkeypatch.undo()
    assert (contents(inbox), contents(archive)) == ({"a.txt": "first"}, {})


@pytest.mark.usefixtures("other_disk")
def test_durable_before_the_original_goes(
    inbox: Path, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy on another disk and its folder's entry are synced while the original is there."""
    path = inbox / "a.txt"
    synced = syncs(monkeypatch, lambda: taken_name(path).exists())
    dispose(path, digest("first"), After.ARCHIVE, archive / "a.txt")
    names = (archive.parent.name, taken_name(path).name, f".wirewatch-{digest('first')}", "archive")
    assert synced == [(name, True) for name in names]


def test_durable_before_it_is_archived(
    inbox: Path, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file's content is synced before it has its place in the archive, new folders before it."""
    place = archive / "2026" / "a.txt"
    synced = syncs(monkeypatch, place.exists)
    dispose(inbox / "a.txt", digest("first"), After.ARCHIVE, place)
    names = (archive.parent.name, "archive", taken_name(inbox / "a.txt").name)
    assert synced == [*((name, False) for name in names), ("2026", True)]


def syncs(monkeypatch: pytest.MonkeyPatch, is_there: Callable[[], bool]) -> list[tuple[str, bool]]:
    """Note from now on what is synced, by name, and whether something is there at that time."""
    synced, real = [], os.fsync

    def sync(handle: int) -> None:
        synced.append((Path(f"/proc/self/fd/{handle}").readlink().name, is_there()))
        real(handle)

    monkeypatch.setattr(os, "fsync", sync)
    return synced


@pytest.mark.usefixtures("other_disk")
def test_copy_differs(inbox: Path, archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy that is not the same as the original is thrown away, and the original kept."""
    monkeypatch.setattr(shutil, "copyfileobj", lambda _, writer: writer.write(b"f1rst"))
    with pytest.raises(OSError, match="differs from the original"):
        dispose(inbox / "a.txt", digest("first"), After.ARCHIVE, archive / "a.txt")
    assert (contents(inbox), contents(archive)) == ({"a.txt": "first"}, {})


def killed(step: int, work: Callable[[], object]) -> bool:
    """Do some work in a process that is killed before its n-th touch of the file system."""
    child = os.fork()
    if child == 0:
        left = iter(range(step))

        def count_down(event: str, _: Any) -> None:
            if event in MAY_TOUCH and next(left, None) is None:
                os._exit(9)

        sys.addaudithook(count_down)
        try:
            work()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


@pytest.mark.parametrize(
    ("other_disk", "after", "name"),
    [
        (False, After.DELETE, "a.txt"),
        (False, After.ARCHIVE, "a.txt"),
        (True, After.ARCHIVE, "a.txt"),
        (False, After.ARCHIVE, "a" * 251 + ".txt"),
        (False, After.ARCHIVE, "ж" * 125 + ".txt"),
    ],
    ids=["deleted", "archived", "other disk", "longest name", "longest Cyrillic name"],
    indirect=["other_disk"],
)
@pytest.mark.usefixtures("other_disk")
def test_killed_at_any_step(inbox: Path, archive: Path, after: After, name: str) -> None:
    """Killed at any step, a file of any name is in its place at the next start, or done with."""
    path, whole = (inbox / "a.txt").rename(inbox / name), {name: "first"}

    def work() -> str | None:
        return dispose(path, digest("first"), after, archive / name)

    for step in count():
        path.write_text("first")
        if not killed(step, work):
            break
        give_back_all(inbox)
        assert contents(inbox) == whole or (contents(inbox), contents(archive)) == ({}, whole)
        assert not path.exists() or work() is not None
        shutil.rmtree(archive, ignore_errors=True)
    assert step >= 2
    assert (contents(inbox), contents(archive)) == ({}, {} if after is After.DELETE else whole)


def hold(path: Path) -> None:
    taken = taken_name(path)
    taken.parent.mkdir(exist_ok=True)
    path.rename(taken)


def test_give_back_all(inbox: Path) -> None:
    """After a stop in the middle, held files of all folders are in their places again."""
    deep = inbox / "deep" / "b.txt"
    deep.parent.mkdir()
    deep.write_text("second")
    hold(inbox / "a.txt")
    hold(deep)
    assert give_back_all(inbox) == 2
    assert contents(inbox) == {"a.txt": "first", "deep/b.txt": "second"}
    assert give_back_all(inbox) == 0


def test_held_file_of_a_crash_is_given_back_first(inbox: Path, archive: Path) -> None:
    """A file still held from an earlier crash is not lost when its name is disposed of again."""
    path = inbox / "a.txt"
    hold(path)
    path.write_text("second")
    assert dispose(path, digest("second"), After.ARCHIVE, archive / "a.txt")
    assert list(contents(inbox).values()) == ["first"]
    assert not any(map(is_in_progress, contents(inbox)))


@pytest.mark.parametrize("newer", [Path.write_text, Path.symlink_to], ids=["file", "broken link"])
def test_given_back_again_and_again(inbox: Path, newer: Callable[[Path, str], object]) -> None:
    """However often something newer has the name of a held file, each of them is kept."""
    path = inbox / "a.txt"
    for text in ("second", "third"):
        hold(path)
        newer(path, text)
        give_back(taken_name(path), path)
    kept = list(inbox.iterdir())
    found = [str(path.readlink()) if path.is_symlink() else path.read_text() for path in kept]
    assert sorted(found) == ["first", "second", "third"]
    assert not [path for path in kept if is_in_progress(path.name)]


@BOTH
def test_link_whose_file_went_first(inbox: Path, archive: Path, after: After) -> None:
    """A link whose file was disposed of before it is not left behind out of sight."""
    link = inbox / "link.txt"
    link.symlink_to("a.txt")
    dispose(inbox / "a.txt", digest("first"), after, archive / "a.txt")
    with contextlib.suppress(FileNotFoundError):
        dispose(link, digest("first"), after, archive / "link.txt")
    assert not [path.name for path in inbox.iterdir() if is_in_progress(path.name)]
