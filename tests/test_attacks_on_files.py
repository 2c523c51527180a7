"""Whoever may write into an inbox: no path leads out of it, nothing holds the daemon, nothing of ours is read."""

import hashlib
import os
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from conftest import PATIENCE, STORY, ManualClock, Site, Wirewatch
from wirewatch import seal
from wirewatch.intake import source
from wirewatch.intake.disposal import dispose
from wirewatch.intake.names import original, printable
from wirewatch.pipeline.examine import Examiner
from wirewatch.pipeline.inboxes import Inbox
from wirewatch.rules.matcher import Matcher
from wirewatch.states import After, FileReason, FileState
from wirewatch.store.database import Store
from wirewatch.store.ledger import Waiting
from wirewatch.store.lock import StoreLock

SECRET = "The desk's password is sesame, and nobody may read it.\n"  # noqa: S105 - it opens nothing
UMASKS = pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    (tmp_path / "inbox" / "sub").mkdir(parents=True)
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "desk.url").write_text(SECRET)
    return Inbox("wires", tmp_path / "inbox")


@pytest.fixture
def examiner(clock: ManualClock) -> Examiner:
    return Examiner(Matcher([], {}), clock)


@contextmanager
def masked(umask: int) -> Iterator[None]:
    """Set the process's umask for a while."""
    before = os.umask(umask)
    try:
        yield
    finally:
        os.umask(before)


def is_private(path: Path) -> bool:
    """Tell whether only its owner and, to read, its group may have a file."""
    return not stat.S_IMODE(path.stat().st_mode) & (0o027 if path.is_file() else 0o007)


@pytest.mark.parametrize(
    "name", ["sub\\x2f..\\x2f..\\x2fsecrets\\x2fdesk.url", "..\\x2fsecrets\\x2fdesk.url", "a\\x00b"]
)
def test_an_escaped_name_is_a_name(inbox: Inbox, examiner: Examiner, name: str) -> None:
    """A file called as if its name were escaped leads nowhere else once it is gone."""
    assert original(name) == name
    (inbox.root / name).write_text("Growing.")
    stamp = source.look(str(inbox.root / name), inbox.root)
    (inbox.root / name).unlink()
    row = Waiting("wires", name, str(stamp), "2026-03-02T11:00:00.000Z", 0)
    outcome = examiner.examine(inbox, name, closed=True, before=row)
    assert outcome is None or (outcome.state, outcome.reason) == (
        FileState.IGNORED, FileReason.VANISHED,
    )  # fmt: skip


@pytest.mark.parametrize("name", [b"\xff\xfe.txt", b"caf\xe9", b"a\\x2fb", b"\xc3\xa9 \xe9"])
def test_names_in_no_encoding_are_found_again(inbox: Inbox, name: bytes) -> None:
    """A name of any bytes is written as text, and leads back to its file."""
    path = Path(os.fsdecode(os.fsencode(inbox.root) + b"/" + name))
    path.write_text("x")
    written = printable(os.fsdecode(name))
    written.encode()
    assert inbox.absolute(written).samefile(path)


def test_a_folder_that_becomes_a_link_leads_nowhere(inbox: Inbox, examiner: Examiner) -> None:
    """A file that waits in a folder, which is then a link to another, is not read from there."""
    (inbox.root / "sub").rmdir()
    (inbox.root / "sub").symlink_to("../secrets")
    assert examiner.examine(inbox, "sub/desk.url", closed=True) is None


def test_a_file_that_becomes_a_link_after_the_look(
    inbox: Inbox, examiner: Examiner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A link that takes a file's place between look and open is not followed out of the inbox."""
    path = inbox.root / "story.txt"
    path.write_text("Story.")
    looked = source.look

    def look_then_swap(at: str, root: Path) -> Any:
        stamp = looked(at, root)
        path.unlink()
        path.symlink_to("../secrets/desk.url")
        return stamp

    monkeypatch.setattr("wirewatch.pipeline.examine.look", look_then_swap)
    assert examiner.examine(inbox, "story.txt", closed=True) is None
    monkeypatch.undo()
    outcome = examiner.examine(inbox, "story.txt", closed=True)
    assert outcome is not None
    assert outcome.reason is FileReason.LINK_OUTSIDE


def bound(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(os.path.relpath(path))


def to_a_fifo(path: Path) -> None:
    os.mkfifo(path.with_name(".f"))
    path.symlink_to(".f")


KINDS: dict[str, Callable[[Path], None]] = {
    "fifo": os.mkfifo,
    "socket": bound,
    "folder": Path.mkdir,
    "link to a device": lambda path: path.symlink_to("/dev/zero"),
    "link to a fifo": to_a_fifo,
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("after", [After.ARCHIVE, After.DELETE])
def test_what_takes_a_stored_files_place_holds_nobody(
    inbox: Inbox, tmp_path: Path, kind: str, after: After, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A FIFO or the like under the name of a stored file is neither waited for nor taken away."""
    monkeypatch.chdir(inbox.root)
    path = inbox.root / "story.txt"
    KINDS[kind](path)
    before = path.lstat()
    try:
        kept = dispose(path, hashlib.sha256(b"").hexdigest(), after, tmp_path / "archive" / "s")
    except OSError:
        kept = None
    assert kept is None
    assert os.path.samestat(path.lstat(), before)
    assert not (tmp_path / "archive" / "s").exists()


def test_no_command_waits_for_a_fifo(site: Site, wirewatch: Wirewatch) -> None:
    """A FIFO given to a command, or under the name of a proven file, is refused at once."""
    story = site.deliver("story.txt", STORY)
    assert wirewatch("ingest", site.inbox).code == 0
    story.unlink()
    os.mkfifo(story)
    for words in (("parse", story), ("routes", "test", story), ("rules", "explain", "kz-az", story),
                  ("alerts", "preview", story)):  # fmt: skip
        ran = wirewatch(*words)
        assert ran.code != 0
        assert "FIFO" in ran.err
    assert "gone" in wirewatch("prove", 1).out


@pytest.mark.parametrize("verb", [("routes", "test"), ("rules", "explain", "kz-az")])
def test_commands_read_within_limits(
    site: Site, wirewatch: Wirewatch, verb: tuple[str, ...]
) -> None:
    """What a colleague looks at is read as the daemon does: bombs are refused, not unpacked."""
    bomb = site.folder / "bomb.gz"
    bomb.write_bytes(b"\x1f\x8b\x08" + b"\x00" * 21_000_000)
    ran = wirewatch(*verb, bomb)
    assert ran.code == 1
    assert "the limit is 20,000,000" in ran.err


@UMASKS
def test_the_store_is_private_from_the_start(tmp_path: Path, umask: int) -> None:
    """Store, log, its index, lock and seal are readable by owner and group only, also when new."""
    with masked(umask):
        store = Store.open(tmp_path / "wirewatch.db")
        lock = StoreLock(store.path, "run", ManualClock())
        lock.acquire()
        seal.seal_of(store.path)
    with store.write() as db:
        db.execute("CREATE TABLE t (x)")
    made = {path.name: is_private(path) for path in tmp_path.iterdir()}
    lock.release()
    store.close()
    ends = ("", "-shm", "-wal", ".lock", ".seal")
    assert made == {f"wirewatch.db{end}": True for end in ends}
    assert (tmp_path / "wirewatch.db").stat().st_mode & 0o777 == 0o640


def test_an_open_store_is_closed_and_a_closed_one_stays(tmp_path: Path) -> None:
    """A store that others could read is closed to them; what an operator closed further stays so."""
    path = tmp_path / "wirewatch.db"
    first = Store.open(path)
    (tmp_path / "wirewatch.db-wal").chmod(0o644)
    path.chmod(0o644)
    Store.open(path).close()
    assert is_private(path)
    assert is_private(tmp_path / "wirewatch.db-wal")
    first.close()
    path.chmod(0o600)
    Store.open(path).close()
    assert path.stat().st_mode & 0o777 == 0o600


@UMASKS
def test_the_archive_is_private(inbox: Inbox, tmp_path: Path, umask: int) -> None:
    """Archived files and the folders made for them are closed to others, however they came."""
    place = tmp_path / "archive" / "2026" / "03" / "02" / "sub" / "story.txt"
    (inbox.root / "story.txt").write_text("Story.")
    (inbox.root / "story.txt").chmod(0o666)
    with masked(umask):
        kept = dispose(
            inbox.root / "story.txt", hashlib.sha256(b"Story.").hexdigest(), After.ARCHIVE, place
        )
    assert kept == str(place)
    made = list((tmp_path / "archive").rglob("*"))
    assert len(made) == 5
    assert all(map(is_private, [tmp_path / "archive", *made]))


def test_a_damaged_seal_seals_nothing(tmp_path: Path) -> None:
    """A seal that was cut short, with which anybody could make links, is refused."""
    store = tmp_path / "wirewatch.db"
    assert len(seal.seal_of(store)) == 32
    (tmp_path / "wirewatch.db.seal").write_bytes(b"")
    with pytest.raises(OSError, match="damaged; delete it"):
        seal.seal_of(store)
    assert [path.name for path in tmp_path.iterdir()] == ["wirewatch.db.seal"]


def test_the_worker_knows_no_secret_and_writes_no_file(tmp_path: Path) -> None:
    """The process that reads heavy formats has neither our environment nor a way to leave files."""
    script = (
        "import os, resource, sys\n"
        "from wirewatch.pipeline import parsing, worker\n"
        "from wirewatch.pipeline.examine import Limits\n"
        "process = parsing._started(0, Limits())\n"
        "environment = open(f'/proc/{process.pid}/environ', 'rb').read()\n"
        "process.kill(); process.wait()\n"
        "print(b'sesame' in environment, dict(worker._NEVER)[resource.RLIMIT_FSIZE])\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=tmp_path,
        timeout=PATIENCE, env=dict(os.environ) | {"DESK_PASSWORD": "sesame"},
    )  # fmt: skip
    assert ran.stdout.split() == ["False", "0"]
