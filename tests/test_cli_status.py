"""`wirewatch status` shows what troubles the desk, which channels fail, and when jobs run."""

import json

from conftest import START, STORY, Answer, ManualClock, Receiver, Site, Wirewatch
from wirewatch.clock import iso
from wirewatch.model import Alarm, JobRun
from wirewatch.states import AlarmKind, Severity
from wirewatch.store.alarms import Listeners, settle
from wirewatch.store.database import Store
from wirewatch.store.jobs import note_runs
from wirewatch.store.lock import StoreLock

LISTENERS = Listeners(("desk",), {AlarmKind.DISK: Severity.CRITICAL})


def trouble(site: Site, said: str) -> None:
    """Raise an alarm on a site, and note a run of a job."""
    store = Store.open(site.database)
    with store.write() as db:
        settle(db, START, [Alarm(AlarmKind.DISK, "store", said)], LISTENERS)
        note_runs(db, [JobRun("rescan", START, 2.5, "ValueError: no", START), JobRun("never")])
    store.close()


def test_what_troubles_the_desk_is_shown(wirewatch: Wirewatch, site: Site) -> None:
    """An alarm that stands is named with what it says; control characters do not reach a terminal."""
    trouble(site, "the \x1b[31mdisk is full")
    shown = wirewatch("status").out
    assert f"ALARM since {iso(START)}: the \\x1b[31mdisk is full" in shown
    [alarm] = json.loads(wirewatch("status", "--json").out)["alarms"]
    assert (alarm["kind"], alarm["cleared"]) == ("disk-low", None)


def test_alarms_are_listed_and_shown_as_alerts(wirewatch: Wirewatch, site: Site) -> None:
    """An alarm stands among the alerts, with what it says; there is no file to prove it by."""
    trouble(site, "the disk is full")
    [row] = json.loads(wirewatch("alerts", "list", "--json").out)
    assert (row["rule"], row["headline"], row["article_id"]) == (
        "alarm:disk-low", "the disk is full", None,
    )  # fmt: skip
    assert "said: the disk is full" in wirewatch("alerts", "show", "1").out
    proved = wirewatch("prove", "1")
    assert proved.code != 0
    assert "alarm of the desk's own" in proved.err


def test_the_jobs_are_shown_while_the_daemon_runs(
    wirewatch: Wirewatch, site: Site, clock: ManualClock
) -> None:
    """Each job's last run, its error and its next run are shown of a daemon at work."""
    trouble(site, "the disk is full")
    assert "rescan" not in wirewatch("status").out
    daemon = StoreLock(site.database, "run", clock)
    daemon.acquire()
    shown = wirewatch("status").out
    daemon.release()
    at = iso(START)
    assert f"rescan: ran {at}, 2.5 ms, next {at}, FAILED: ValueError: no" in shown
    assert "never: has not run, next ?" in shown
    jobs = json.loads(wirewatch("status", "--json").out)["jobs"]
    assert [job["name"] for job in jobs] == ["never", "rescan"]


def test_a_channel_that_fails_is_shown(
    wirewatch: Wirewatch, site: Site, receiver: Receiver
) -> None:
    """A channel that lets nothing out is named, with how often it failed and why."""
    receiver.answers["/hook"] = Answer(500)
    site.deliver("a.txt", STORY)
    wirewatch("ingest", site.inbox)
    assert "channel desk failed 1 time since " in wirewatch("status").out
    failing = json.loads(wirewatch("status", "--json").out)["failing"]
    assert failing["desk"]["failures"] == 1
