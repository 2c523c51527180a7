"""Others get in the way: a writer that holds the store, a second daemon, a phone that hangs."""

import os
import sqlite3
import threading
from contextlib import closing

import pytest

from trials.daemon import Daemon
from trials.trial import Trial

_HELD = 7.0  # seconds, more than SQLite waits by itself


@pytest.mark.fault(
    "the store locked by another program",
    "BEGIN IMMEDIATE, held for 7 seconds, or for 60 by `make reliability`",
)
def test_store_locked(trial: Trial) -> None:
    """While another program holds the store all waits; then all is done, once."""
    held = float(os.environ.get("WIREWATCH_HELD", _HELD))
    daemon = trial.start()
    assert daemon.wait_ready()
    trial.agency.one_each()
    assert trial.is_settled(daemon), daemon.log()
    with closing(sqlite3.connect(trial.site.store, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        for _ in range(5):
            trial.agency.one_each()
        assert daemon.wait_said("store-unavailable")
        threading.Event().wait(held - 5)
        assert not daemon.has_ended
        writer.execute("ROLLBACK")
    trial.gone_through()
    trial.close(daemon, "the store locked by another program", complaints=True)
    assert trial.verdict() == ""


@pytest.mark.fault("killed while the store is locked", "the same, SIGKILL and a start meanwhile")
def test_killed_while_the_store_is_locked(trial: Trial) -> None:
    """A daemon that comes up while the store is held says so, or waits; and then goes on."""
    daemon = trial.start()
    assert daemon.wait_ready()
    trial.agency.one_each()
    with closing(sqlite3.connect(trial.site.store, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        trial.agency.one_each()
        assert daemon.kill()
        trial.ended()
        daemon = trial.start()
        assert daemon.wait_ended(30) == 1, daemon.log()
        assert "Traceback" not in daemon.log()
        assert "locked" in daemon.log()
        trial.ended(complaints=True)
        writer.execute("ROLLBACK")
    trial.finish("killed while the store is locked")
    assert trial.verdict() == ""


@pytest.mark.fault("two daemons on one store", "a second `wirewatch run`, three times, under load")
def test_two_daemons(trial: Trial) -> None:
    """A second daemon refuses to start, names the first, and touches nothing."""
    first = trial.start()
    assert first.wait_ready()
    for _ in range(3):
        trial.agency.one_each()
        second = Daemon(trial.site)
        assert second.wait_ended() == 1
        assert "is in use by `wirewatch run`, pid" in second.log()
        trial.agency.one_each()
        trial.gone_through()
    trial.close(first, "two daemons on one store")
    assert trial.verdict() == ""


@pytest.mark.fault(
    "a receiver that hangs", "one channel's server takes every call and never answers, until let go"
)
def test_receiver_hangs(trial: Trial) -> None:
    """A service that never answers holds up no other, and gets what is its when it answers."""
    trial.books.may_time_out = True
    trial.site.change('name = "night"', 'timeout = "1s"\nname = "night"')
    trial.receiver.hangs = {"night"}
    daemon = trial.start()
    assert daemon.wait_ready()
    for _ in range(6):
        trial.agency.one_each()
    others = [alert for alert in trial.books.owed() if alert[2] != "night"]
    assert trial.receiver.wait_for(len(others), 30), "the other channels were held up"
    assert trial.waits_for("SELECT count(*) FROM attempts WHERE reason = 'timeout'", 3, 60)
    assert not [one for one in trial.receiver.receipts if one.channel == "night"]
    trial.receiver.let_go()
    trial.gone_through()
    trial.close(daemon, "a receiver that hangs")
    assert trial.verdict() == ""
