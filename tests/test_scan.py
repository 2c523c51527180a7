"""The listing of an inbox: all that has been delivered, and nothing else."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pytest

from wirewatch.intake.scan import listing
from wirewatch.intake.source import stamp_of


def fill(root: Path, *paths: str) -> None:
    """Put files into an inbox."""
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(os.fsencode(path))


def names(root: Path, below: Path | None = None, *, recursive: bool = True) -> list[str]:
    """List the relative paths of an inbox."""
    return sorted(entry.relative for entry in listing(root, below or root, recursive=recursive))


def test_lists_all_levels(tmp_path: Path) -> None:
    """Every file at every depth is listed, with the stamp it has."""
    fill(tmp_path, "a.txt", "deep/b.txt", "deep/er/c.txt")
    found = {entry.relative: entry.stamp for entry in listing(tmp_path, tmp_path, recursive=True)}
    assert found == {
        path: stamp_of((tmp_path / path).stat())
        for path in ("a.txt", "deep/b.txt", "deep/er/c.txt")
    }


def test_not_recursive(tmp_path: Path) -> None:
    """In an inbox that is not recursive only its own files are listed."""
    fill(tmp_path, "a.txt", "deep/b.txt")
    assert names(tmp_path, recursive=False) == ["a.txt"]


def test_below(tmp_path: Path) -> None:
    """A folder of an inbox is listed by itself, its files named as they count from the inbox."""
    fill(tmp_path, "a.txt", "deep/b.txt", "deep/er/c.txt")
    assert names(tmp_path, tmp_path / "deep") == ["deep/b.txt", "deep/er/c.txt"]


def test_names_in_progress(tmp_path: Path) -> None:
    """Files and folders still under a working name are not listed."""
    fill(tmp_path, "a.txt.part", ".b.txt", "day.tmp/c.txt", "d.txt")
    assert names(tmp_path) == ["d.txt"]
    assert names(tmp_path, tmp_path / "day.tmp") == []


def test_all_that_can_be_delivered(tmp_path: Path) -> None:
    """Links, broken ones too, and special files are listed, so that they are accounted for."""
    fill(tmp_path, "a.txt")
    (tmp_path / "broken").symlink_to("nowhere")
    (tmp_path / "circle").symlink_to("circle")
    (tmp_path / "link").symlink_to("a.txt")
    os.mkfifo(tmp_path / "fifo")
    assert names(tmp_path) == ["a.txt", "broken", "circle", "fifo", "link"]


def test_linked_folders_are_not_entered(tmp_path: Path) -> None:
    """A link to a folder, even to the inbox itself, is listed as one entry and not entered."""
    root = tmp_path / "inbox"
    fill(root, "a.txt")
    fill(tmp_path, "outside/b.txt")
    (root / "circle").symlink_to(root)
    (root / "linked").symlink_to(tmp_path / "outside")
    assert names(root) == ["a.txt", "circle", "linked"]


def test_names_in_no_encoding(tmp_path: Path) -> None:
    """A name that is no UTF-8 leads to its file, and is written down as text."""
    name = os.fsdecode(b"caf\xe9.txt")
    fill(tmp_path, name)
    (entry,) = listing(tmp_path, tmp_path, recursive=True)
    assert (entry.relative, entry.printable) == (name, "caf\\xe9.txt")


def test_root_of_the_file_system(tmp_path: Path) -> None:
    """Files listed from the root of the file system are named by their full path."""
    fill(tmp_path, "a.txt")
    assert names(Path("/"), tmp_path) == [str(tmp_path / "a.txt").lstrip("/")]


class ReadAhead(list[os.DirEntry[str]]):
    """The entries of a folder, read before any of them is looked at."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Leave nothing open."""


def test_what_vanishes_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files and folders that go away during the listing do not disturb the rest of it."""
    root = tmp_path / "inbox"
    fill(root, "gone.txt", "gone/b.txt", "here.txt", "there/c.txt")
    real = os.scandir

    def scan_slowly(folder: Path) -> ReadAhead:
        with real(folder) as entries:
            found = ReadAhead(entries)
        if folder == root:
            (root / "gone.txt").unlink()
            (root / "gone").rename(tmp_path / "gone")
        return found

    monkeypatch.setattr(os, "scandir", scan_slowly)
    assert names(root) == ["here.txt", "there/c.txt"]


@pytest.mark.parametrize("missing", ["", "deep"])
def test_folder_that_cannot_be_listed(tmp_path: Path, missing: str) -> None:
    """That the folder asked for cannot be listed is said, not taken for an empty one."""
    root = tmp_path / "inbox"
    with pytest.raises(FileNotFoundError):
        names(root, root / missing)


def test_one_unreadable_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that may not be read keeps none of the others from being listed."""
    fill(tmp_path, "a/x.txt", "b/x.txt", "c/x.txt")
    real = os.scandir

    def refuse(folder: Path) -> Iterator[os.DirEntry[str]]:
        if folder.name == "b":
            raise PermissionError(13, "Permission denied", str(folder))
        return real(folder)

    monkeypatch.setattr(os, "scandir", refuse)
    assert names(tmp_path) == ["a/x.txt", "c/x.txt"]
