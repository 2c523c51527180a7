"""Very many files wait when the daemon starts."""

import os
import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from trials.daemon import status
from trials.tally import Tally
from trials.trial import Trial

_FILES = 20_000
_MOST_MEGABYTES = 250
_FRESH = 6
_IN_A_FOLDER = 5_000
_NEWEST = 1_700_000_000  # seconds since 1970; each file is a second older than the one before
_SETTLED = "SELECT count(*) FROM files WHERE state = 'stored'"


@pytest.mark.fault(
    "very many files waiting at the start",
    "so many lie in an inbox, some fresh ones come once the daemon is ready; its memory is VmHWM",
)
def test_many_files_waiting(trial: Trial, seed: int) -> None:
    """Memory stays below 250 MB, and what is fresh passes by all that waits."""
    count = int(os.environ.get("WIREWATCH_WAITING", _FILES))
    trial.site.change('rescan = "1s"', 'rescan = "5m"')  # as a desk has it
    _lay_down(trial.site.inboxes["left"], count, seed)
    daemon = trial.start()
    assert daemon.wait_ready(60)
    for _ in range(_FRESH):
        trial.agency.rename_in("left", trial.agency.story(), f"fresh-{_}.txt")
    owed = trial.books.owed()
    assert trial.receiver.wait_for(len(owed), 60), "what was fresh was not told of"
    assert trial.count(_SETTLED) < count, "nothing waited any more when what was fresh was told of"
    assert trial.waits_for(_SETTLED, count + _FRESH, 120 + count / 50), daemon.log()
    memory = daemon.most_memory()
    assert daemon.stop() == 0
    assert not daemon.complaints()
    with closing(sqlite3.connect(trial.site.store)) as db:
        counted = db.execute(
            "SELECT count(*), count(DISTINCT path), count(DISTINCT sha256) FROM files"
        ).fetchone()
        assert counted == (count + _FRESH,) * 3
        assert db.execute("SELECT count(*) FROM articles").fetchone() == (count + _FRESH,)
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        db.execute("INSERT INTO articles_fts (articles_fts, rank) VALUES ('integrity-check', 1)")
    assert status(trial.site)[1]["conserved"]
    received = {(one.token, one.rule, one.channel) for one in trial.receiver.receipts}
    point = f"{count:,} files waiting, at most {memory:.0f} MB"
    lost, doubled = len(owed - received), len(trial.receiver.receipts) - len(owed)
    trial.record(Tally(trial.fault, point, 1, count + _FRESH, len(owed), lost, doubled, 0))
    assert (lost, doubled) == (0, 0)
    assert memory < _MOST_MEGABYTES


def _lay_down(inbox: Path, count: int, seed: int) -> None:
    """Put files into an inbox, each older than the one before."""
    rng = random.Random(seed)  # noqa: S311 - no secret
    for number in range(count):
        folder = inbox / f"{number // _IN_A_FOLDER:04d}"
        if number % _IN_A_FOLDER == 0:
            folder.mkdir()
        path = folder / f"{number:07d}.txt"
        words = " ".join(f"{rng.getrandbits(40):x}" for _ in range(20))
        path.write_text(f" date 2026-11-02 ASTANA, Kazakhstan, November 2. Docket {words}.\n")
        os.utime(path, (_NEWEST - number,) * 2)
