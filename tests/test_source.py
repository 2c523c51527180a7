"""Looking at files and reading them: whatever lies in an inbox is dealt with by name."""

import errno
import hashlib
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from wirewatch.errors import Unreadable
from wirewatch.intake.source import (
    ChangedError,
    GoneError,
    RetryError,
    look,
    read,
    stamp_of,
    status_of,
)
from wirewatch.states import FileReason

LIMIT = 1_000


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    root = tmp_path / "inbox"
    root.mkdir()
    (tmp_path / "outside.txt").write_text("secret")
    return root


def story(root: Path, text: str = "A story.") -> Path:
    """Put a file into the inbox."""
    path = root / "story.txt"
    path.write_text(text)
    return path


def test_reads_whole(inbox: Path) -> None:
    """A file is read once and whole, with its digest and the stamp of what was read."""
    path = story(inbox, "x" * LIMIT)
    content = read(str(path), LIMIT)
    assert content.data == b"x" * LIMIT
    assert content.sha256 == hashlib.sha256(content.data).hexdigest()
    assert content.stamp == look(str(path), inbox) == stamp_of(path.stat())


def test_reads_in_pieces(inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system that gives a few bytes at a time still gives the whole file."""
    path = story(inbox, "a story in many pieces")
    real = os.read
    monkeypatch.setattr(os, "read", lambda handle, size: real(handle, min(size, 5)))
    assert read(str(path), LIMIT).data == b"a story in many pieces"


def test_too_large(inbox: Path) -> None:
    """A file over the limit is refused by name before any of it is read."""
    path = story(inbox)
    os.truncate(path, LIMIT + 1)
    with pytest.raises(Unreadable, match=r"1,001 bytes, the limit is 1,000") as refused:
        read(str(path), LIMIT)
    assert refused.value.reason is FileReason.TOO_LARGE


def make_socket(path: Path) -> None:
    """Leave a socket behind, whose path may be longer than an address holds."""
    short = Path("/proc/self/fd") / str(os.open(path.parent, os.O_PATH | os.O_DIRECTORY))
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(short / path.name))
    os.close(int(short.name))


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (os.mkfifo, "a FIFO"),
        (make_socket, "a socket"),
        (os.mkdir, "a folder"),
        (lambda path: path.symlink_to("nowhere"), "a link that leads nowhere"),
    ],
    ids=["fifo", "socket", "folder", "broken link"],
)
def test_not_regular(inbox: Path, make: Callable[[Path], None], kind: str) -> None:
    """What is no regular file is refused by its kind."""
    path = inbox / "story.txt"
    make(path)
    with pytest.raises(Unreadable, match=kind) as refused:
        look(str(path), inbox)
    assert refused.value.reason is FileReason.NOT_REGULAR


def test_device() -> None:
    """A device is refused unopened."""
    with pytest.raises(Unreadable, match="a character device") as refused:
        look(os.devnull, Path("/dev"))
    assert refused.value.reason is FileReason.NOT_REGULAR


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir], ids=["fifo", "folder"])
def test_changed_kind_after_the_look(inbox: Path, make: Callable[[Path], None]) -> None:
    """A file that became a FIFO or folder since it was looked at is refused without waiting."""
    path = inbox / "story.txt"
    make(path)
    with pytest.raises(Unreadable) as refused:
        read(str(path), LIMIT)
    assert refused.value.reason is FileReason.NOT_REGULAR


def test_link_inside(inbox: Path) -> None:
    """A link to a file of the same inbox is read, and looks as the file does."""
    path = story(inbox)
    link = inbox / "link.txt"
    link.symlink_to("story.txt")
    assert look(str(link), inbox) == stamp_of(path.stat())
    assert read(str(link), LIMIT).data == b"A story."


def test_inbox_reached_through_a_link(inbox: Path, tmp_path: Path) -> None:
    """Links inside an inbox that is itself reached through a link lead inside it."""
    story(inbox)
    (inbox / "link.txt").symlink_to("story.txt")
    other = tmp_path / "other"
    other.symlink_to(inbox)
    assert look(str(other / "link.txt"), other).size == len("A story.")


@pytest.mark.parametrize("target", ["../outside.txt", "../inbox-2", "/etc/hostname", "/"])
def test_link_outside(inbox: Path, target: str) -> None:
    """A link that leads out of the inbox is refused, and what it leads to is named."""
    link = inbox / "link.txt"
    link.symlink_to(target)
    with pytest.raises(Unreadable, match="leads to /") as refused:
        look(str(link), inbox)
    assert refused.value.reason is FileReason.LINK_OUTSIDE


def test_link_outside_to_a_name_in_no_encoding(inbox: Path) -> None:
    """What a link leads to is named as text that can be stored, whatever bytes its name has."""
    link = inbox / "link.txt"
    link.symlink_to(os.fsdecode(b"../caf\xe9.txt"))
    with pytest.raises(Unreadable) as refused:
        look(str(link), inbox)
    assert refused.value.detail.encode("utf-8")


@pytest.mark.parametrize("target", ["link.txt", "back.txt"])
def test_link_in_a_circle(inbox: Path, target: str) -> None:
    """Links that lead to themselves are refused like any that lead nowhere."""
    link = inbox / "link.txt"
    link.symlink_to(target)
    (inbox / "back.txt").symlink_to("link.txt")
    with pytest.raises(Unreadable) as refused:
        look(str(link), inbox)
    assert refused.value.reason in {FileReason.NOT_REGULAR, FileReason.LINK_OUTSIDE}


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (errno.EACCES, FileReason.NO_PERMISSION),
        (errno.EPERM, FileReason.NO_PERMISSION),
        (errno.EBUSY, FileReason.READ_ERROR),
        (errno.ESTALE, FileReason.READ_ERROR),
        (errno.EIO, FileReason.READ_ERROR),
        (errno.EMFILE, FileReason.READ_ERROR),
    ],
)
@pytest.mark.parametrize("refused", ["open", "read", "lstat"])
def test_unreadable_now(
    inbox: Path, monkeypatch: pytest.MonkeyPatch, code: int, reason: FileReason, refused: str
) -> None:
    """What the system refuses just now is to be tried again, and says why."""
    path = str(story(inbox))

    def refuse(*_: Any, **__: Any) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, refused, refuse)
    with pytest.raises(RetryError) as error:
        look(path, inbox) if refused == "lstat" else read(path, LIMIT)
    monkeypatch.undo()
    assert error.value.reason is reason
    assert error.value.detail == os.strerror(code)


@pytest.mark.parametrize("path", ["gone.txt", "gone/story.txt", "story.txt/story.txt"])
def test_gone(inbox: Path, path: str) -> None:
    """A file that is not there any more is told from one that cannot be read."""
    story(inbox)
    with pytest.raises(GoneError):
        look(str(inbox / path), inbox)
    with pytest.raises(GoneError):
        read(str(inbox / path), LIMIT)
    with pytest.raises(OSError, match=path):
        status_of(str(inbox / path))


def grow(path: Path) -> None:
    """Write on."""
    with path.open("a") as file:
        file.write("more")


def shrink(path: Path) -> None:
    """Begin anew."""
    os.truncate(path, 2)


def rewrite(path: Path) -> None:
    """Write other content of the same length."""
    path.write_text(path.read_text().upper())
    os.utime(path, ns=(0, 10**18))


@pytest.mark.parametrize("change", [grow, shrink, rewrite])
def test_changed_while_read(
    inbox: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], None]
) -> None:
    """A file that changes while it is read is not taken for whole."""
    path = story(inbox)
    real = os.read

    def read_slowly(handle: int, size: int) -> bytes:
        monkeypatch.setattr(os, "read", real)
        data = real(handle, 3)
        change(path)
        return data + real(handle, size - 3)

    monkeypatch.setattr(os, "read", read_slowly)
    with pytest.raises(ChangedError):
        read(str(path), LIMIT)


def test_handles_are_closed(inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No read, refused or not, leaves a file open."""
    path = str(story(inbox, "x" * 20))
    handles: list[int] = []
    real = os.open

    def open_file(name: str, flags: int) -> int:
        handles.append(real(name, flags))
        return handles[-1]

    monkeypatch.setattr(os, "open", open_file)
    read(path, 20)
    with pytest.raises(Unreadable):
        read(path, 10)
    monkeypatch.undo()
    assert len(handles) == 2
    assert not any(Path(f"/proc/self/fd/{handle}").exists() for handle in handles)
