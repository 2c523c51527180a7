"""The desk's alarms of its store: no backup for too long, a log that nobody can move."""

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from conftest import START, ManualClock
from watched import claimed, watching
from wirewatch.store.backup import back_up
from wirewatch.store.database import Store
from wirewatch.store.files import beside
from wirewatch.tables import BackupTable


def test_a_backup_that_is_overdue_is_told_until_there_is_one(
    store: Store, clock: ManualClock, tmp_path: Path
) -> None:
    """Twice the time and an hour after the last one, or the start, its absence is an alarm."""
    folder = tmp_path / "backups"
    folder.mkdir()
    watch = watching(store, clock)
    table = BackupTable(folder=folder, every="1d")  # type: ignore[arg-type]
    watch.outlook = replace(watch.outlook, backup=table)
    clock.advance(49 * 3600)
    watch.look()
    assert claimed(store, clock) == []
    clock.advance(60)
    watch.look()
    message = claimed(store, clock)[0]
    assert message.rule == "alarm:backup-overdue"
    assert message.headline.startswith("no verified backup since 2026-03-02 12:00Z")
    back_up(store.path, folder, clock())
    watch.look()
    assert claimed(store, clock)[0].rule_title == "Wirewatch: backup-overdue, over"


def test_without_a_folder_no_backup_is_missed(store: Store, clock: ManualClock) -> None:
    """Who wants no backups hears of none."""
    watch = watching(store, clock)
    clock.now = START + timedelta(days=100)
    assert watch.look() == []


@pytest.mark.parametrize(("size", "before", "told"), [
    (1_100_000_000, 0, True), (900_000_000, 0, False), (900_000_000, 1_100_000_000, True),
    (400_000_000, 1_100_000_000, False),
])  # fmt: skip
def test_a_log_that_grows_is_told(
    store: Store, clock: ManualClock, size: int, before: int, *, told: bool
) -> None:
    """From a gigabyte on the log is trouble, and no more from half of that."""
    log, kinds = beside(store.path, "-wal"), []
    watch = watching(store, clock)
    for much in (before, size):
        if much:
            os.truncate(log, much)  # a hole, of which SQLite takes no notice
        kinds = [alarm.kind.value for alarm in watch.look()]
    assert kinds == (["log-growing"] if told else [])
