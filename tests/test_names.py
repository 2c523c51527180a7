"""What names say: in progress or final, wanted or not, and how they are written down."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirewatch.intake.names import chooser, is_in_progress, printable
from wirewatch.pipeline.inboxes import Inbox, folders_of, inboxes_of
from wirewatch.states import After, Watching
from wirewatch.tables import InboxTable


@pytest.mark.parametrize(
    "path",
    [
        "story.txt.part",
        "story.filepart",
        "story.TMP",
        "story.txt.crdownload",
        "story.txt~",
        ".story.txt.swp",
        ".story.txt",
        "day.part/story.txt",
        "2026/.cache/story.txt",
    ],
)
def test_names_in_progress(path: str) -> None:
    """A name that writers use while they write waits for its rename, wherever in the path it is."""
    assert is_in_progress(path)


@pytest.mark.parametrize(
    "path",
    ["story.txt", "party/story.txt", "a.partial", "tmp/story.txt", "v1.2/x", "~a", "Мәжіліс.txt"],
)
def test_final_names(path: str) -> None:
    """A name that only resembles one in progress is final."""
    assert not is_in_progress(path)


@given(st.binary(min_size=1, max_size=40).filter(lambda name: b"\x00" not in name))
def test_printable_can_be_stored(name: bytes) -> None:
    """Whatever bytes a name is made of, it is written down as text that any database holds."""
    written = printable(os.fsdecode(name))
    written.encode("utf-8")
    try:
        assert written == name.decode("utf-8")
    except UnicodeDecodeError:
        assert "\\x" in written


@pytest.mark.parametrize(
    ("include", "exclude", "path", "chosen"),
    [
        (["**"], [], "deep/er/story.txt", True),
        (["*.txt"], [], "story.txt", True),
        (["*.txt"], [], "deep/story.txt", True),
        (["*.txt"], [], "story.txt.gz", False),
        (["*.txt"], [], "story_txt", False),
        (["**/*.txt"], [], "story.txt", True),
        (["ru/*.txt"], [], "ru/story.txt", True),
        (["ru/*.txt"], [], "ru/2026/story.txt", False),
        (["ru/**"], [], "ru/2026/story.txt", True),
        (["ru/**"], [], "bru/story.txt", False),
        (["story?.txt"], [], "story1.txt", True),
        (["story?.txt"], [], "story/.txt", False),
        (["*.txt", "*.xml"], [], "story.xml", True),
        (["**"], ["*.log"], "deep/server.log", False),
        (["*.txt"], ["old/**"], "old/story.txt", False),
        (["*.txt"], ["old/**"], "older/story.txt", True),
        (["a+b (1).txt"], [], "a+b (1).txt", True),
        (["*.txt"], [], "two\nlines.txt", True),
    ],
)
def test_patterns(include: list[str], exclude: list[str], path: str, *, chosen: bool) -> None:
    """A file is wanted when a pattern includes it, at any depth, and none excludes it."""
    assert chooser(include, exclude)(path) is chosen


@pytest.mark.parametrize("root", ["/", "/var/inbox", "/var/in box"])
@pytest.mark.parametrize("relative", ["story.txt", "deep/er/story.txt"])
def test_paths_of_an_inbox_lead_back(root: str, relative: str) -> None:
    """A path counted from an inbox and the full path say the same."""
    inbox = Inbox("wires", Path(root))
    assert inbox.relative(str(inbox.absolute(relative))) == relative


def test_inboxes_are_as_configured(tmp_path: Path) -> None:
    """What the configuration says of an inbox reaches both its watcher and its files."""
    table = InboxTable.model_validate(
        {
            "name": "wires",
            "path": tmp_path,
            "recursive": False,
            "include": ["*.txt"],
            "exclude": ["draft*"],
            "after": "archive",
            "archive": tmp_path / "old",
            "settle": "7s",
            "watcher": "polling",
            "poll": "250ms",
        }
    )
    inbox = inboxes_of([table])["wires"]
    assert (inbox.root, inbox.recursive, inbox.quiet.seconds) == (tmp_path, False, 7)
    assert (inbox.after, inbox.archive) == (After.ARCHIVE, tmp_path / "old")
    assert [inbox.wanted(name) for name in ("a.txt", "a.xml", "draft.txt")] == [True, False, False]
    (folder,) = folders_of([table])
    assert (folder.name, folder.path, folder.recursive) == ("wires", tmp_path, False)
    assert (folder.watching, folder.poll_seconds) == (Watching.POLLING, 0.25)
