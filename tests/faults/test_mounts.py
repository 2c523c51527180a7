"""An inbox's file system goes away, and comes back."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from faults.disks import bind, need, unbind, why_no_mounts
from trials.trial import Trial

_ROUNDS = 2
_FILES = 20


@pytest.fixture
def left_elsewhere(trial: Trial, tmp_path: Path) -> Iterator[Path]:
    """Let an inbox be a mounted folder; give what is mounted."""
    need(why_no_mounts())
    folder, inbox = tmp_path / "elsewhere", trial.site.inboxes["left"]
    folder.mkdir()
    bind(folder, inbox)
    trial.agency.inboxes = trial.agency.inboxes | {"left": folder}
    trial.site.change('after = "leave"\nsettle = "300ms"', 'after = "leave"\nsettle = "2s"')
    yield folder
    with suppress(AssertionError):
        unbind(inbox)


@pytest.mark.fault(
    "an inbox unmounted and mounted again",
    "a bind mount taken away with files that wait in it, and put back after the daemon has noticed",
)
def test_inbox_unmounted(trial: Trial, left_elsewhere: Path, rounds: Callable[[int], int]) -> None:
    """No file of an unmounted inbox is taken for deleted, and none for new when it is back."""
    inbox = trial.site.inboxes["left"]
    daemon = trial.start()
    assert daemon.wait_ready()
    for _ in range(rounds(_ROUNDS)):
        for _ in range(_FILES):
            trial.agency.one_each()
        assert trial.is_settled(daemon), daemon.log()
        known = trial.count("SELECT count(*) FROM files WHERE inbox = 'left'")
        noticed = daemon.count("inbox left: the folder was replaced")
        waiting = [trial.agency.write_open("left", trial.agency.story()) for _ in range(_FILES)]
        assert trial.waits_for("SELECT count(*) FROM files WHERE reason = 'settling'", 1)
        unbind(inbox)
        assert daemon.wait_counted("inbox left: the folder was replaced", noticed + 1)
        trial.agency.one_each(["moved", "other-disk", "cleared"])
        bind(left_elsewhere, inbox)
        assert daemon.wait_counted("inbox left: the folder was replaced", noticed + 2)
        for finish in waiting:
            finish()
        assert trial.is_settled(daemon), daemon.log()
        now = trial.count("SELECT count(*) FROM files WHERE inbox = 'left'")
        assert now == known + _FILES, "files that were there before were taken in again"
        trial.gone_through()
    trial.close(daemon, "an inbox unmounted and mounted again")
    assert trial.verdict() == ""
