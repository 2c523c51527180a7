"""The scheduled jobs: what each does, at its rhythm, and what happens when one fails or is late."""

import logging
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from queue import SimpleQueue
from typing import cast
from unittest.mock import Mock

import pytest

from conftest import PATIENCE, START, ManualClock
from wirewatch.clock import iso
from wirewatch.jobs import JOBS
from wirewatch.model import JobRun
from wirewatch.scheduler import _OFTEN, Scheduler
from wirewatch.store.database import Store
from wirewatch.store.jobs import job_runs

OFTEN = timedelta(milliseconds=10)
SELDOM = timedelta(days=30)


@pytest.fixture
def scheduler() -> Iterator[Scheduler]:
    made = Scheduler(ManualClock())
    yield made
    made.stop()


class Tally:
    """A job that counts its runs, and can be waited for."""

    def __init__(self, then: Callable[[int], None] = lambda _: None) -> None:
        self.runs = 0
        self._then = then
        self._changed = threading.Condition()

    def __call__(self) -> None:
        with self._changed:
            self.runs += 1
            self._changed.notify_all()
        self._then(self.runs)

    def wait_for(self, runs: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self.runs >= runs, PATIENCE)


class Heard(logging.Handler):
    """A handler that can be waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[tuple[int, str]] = []
        self._came = threading.Condition()

    def emit(self, record: logging.LogRecord) -> None:
        with self._came:
            self.lines.append((record.levelno, record.getMessage()))
            self._came.notify_all()

    def first(self, job: str) -> tuple[int, str]:
        """Wait for what is said of a job: another test's may still be heard."""
        with self._came:
            said = self._came.wait_for(
                lambda: [line for line in self.lines if f"job={job}" in line[1]], PATIENCE
            )
        assert said
        return said[0]


@pytest.fixture
def heard() -> Iterator[Heard]:
    handler = Heard()
    logger = logging.getLogger("wirewatch.jobs")
    logger.addHandler(handler)
    yield handler
    logger.removeHandler(handler)


def test_jobs_run_again_and_again(scheduler: Scheduler) -> None:
    """Each job of the table runs at its own rhythm, and a seldom one does not run at the start."""
    often, seldom = Tally(), Tally()
    scheduler.start([("often", OFTEN, often), ("seldom", SELDOM, seldom)])
    often.wait_for(3)
    assert seldom.runs == 0


def test_what_runs_often_runs_at_once(scheduler: Scheduler) -> None:
    """A job that runs every half minute runs right after the start; one that is rarer waits."""
    soon, later = Tally(), Tally()
    half = timedelta(seconds=30)
    scheduler.start([("soon", half, soon), ("later", half + OFTEN, later)])
    soon.wait_for(1)
    assert later.runs == 0


def test_a_job_that_notes_all_runs_notes_its_own(scheduler: Scheduler) -> None:
    """A job that runs for the first time is known to run: the note of runs names itself."""
    seen: SimpleQueue[list[JobRun]] = SimpleQueue()
    noting = Tally(lambda _: seen.put(scheduler.runs()))
    scheduler.start([("note-runs", SELDOM, noting)])
    scheduler._scheduler.modify_job("note-runs", next_run_time=datetime.now(UTC))
    [run] = seen.get(timeout=PATIENCE)
    assert (run.last_run, run.took_ms) == (START, 0.0)


def test_the_desk_is_looked_at_right_after_the_start() -> None:
    """The jobs that raise alarms and note runs are among those that run at once."""
    works = Mock(rescan=SELDOM, within=SELDOM)
    works.care.every = SELDOM
    at_once = {job.name for job in JOBS if job.every(works) <= _OFTEN}
    assert {"alarms", "note-runs"} <= at_once


def test_a_job_that_fails_is_reported_and_runs_again(scheduler: Scheduler, heard: Heard) -> None:
    """A job's error is logged with the job's name and its reason, and its next turn comes."""

    def fail(_: int) -> None:
        raise ValueError("no such thing")

    failing = Tally(fail)
    scheduler.start([("failing", OFTEN, failing)])
    failing.wait_for(2)
    reported = heard.first("failing error")
    assert reported == (logging.ERROR, 'job-failed job=failing error="ValueError: no such thing"')


def test_a_job_never_runs_twice_at_a_time(scheduler: Scheduler, heard: Heard) -> None:
    """A job still running when it is due again skips that turn, which is said, and goes on after."""
    release = threading.Event()
    slow = Tally(lambda run: None if run > 1 else cast("None", release.wait(PATIENCE)))
    scheduler.start([("slow", OFTEN, slow)])
    reported = heard.first("slow")
    assert reported == (logging.WARNING, 'job-skipped job=slow why="it is still running"')
    assert slow.runs == 1
    release.set()
    slow.wait_for(2)


def test_a_missed_run_is_made_up_for_once(scheduler: Scheduler) -> None:
    """However many turns were slept through, the job runs once as soon as it can."""
    late = Tally()
    scheduler.start([("rescan", SELDOM, late)])
    scheduler._scheduler.modify_job("rescan", next_run_time=datetime(2020, 1, 1, tzinfo=UTC))
    late.wait_for(1)
    scheduler.stop()
    assert late.runs == 1


def test_a_clock_that_is_set_back_delays_no_job() -> None:
    """Where the clock goes back by a day, each job is due when it was, by the time that passes."""
    clock, ticks = ManualClock(), iter((0.0, 1.0, 2.0))
    scheduler = Scheduler(clock)
    scheduler.monotonic = lambda: next(ticks)
    scheduler.start([("slow", timedelta(hours=1), lambda: None)])
    try:
        scheduler.keep_time()
        [before] = scheduler.runs()
        clock.advance(1)
        scheduler.keep_time()
        assert scheduler.runs() == [before]
        clock.advance(1 - 86_400)
        scheduler.keep_time()
        [after] = scheduler.runs()
    finally:
        scheduler.stop()
    assert before.next_run
    assert after.next_run == before.next_run - timedelta(days=1)


def test_stopping_does_not_wait_for_a_job(scheduler: Scheduler) -> None:
    """A job that hangs does not keep the daemon from stopping, and a second stop is harmless."""
    release = threading.Event()
    stuck = Tally(lambda _: cast("None", release.wait(PATIENCE)))
    scheduler.start([("rescan", OFTEN, stuck)])
    stuck.wait_for(1)
    scheduler.stop()
    scheduler.stop()
    assert not release.is_set()
    release.set()


def test_every_job_does_its_part(
    caplog: pytest.LogCaptureFixture, store: Store, clock: ManualClock
) -> None:
    """The jobs list the inboxes as configured, look after the watching, and wake both workers."""
    works = Mock(rescan=timedelta(minutes=7), within=timedelta(days=3), store=store, clock=clock)
    works.runs.return_value = [JobRun("rescan", START, 1.234, "", START + OFTEN)]
    works.care.every = timedelta(minutes=20)
    works.deliveries.policies = {}
    works.watcher.check.return_value = ["inbox wires: the folder is gone"]
    rhythm = {job.name: job.every(works) for job in JOBS}
    with caplog.at_level(logging.WARNING, logger="wirewatch.jobs"):
        for job in JOBS:
            job.run(works)
    works.arrivals.rescan.assert_called_once_with()
    works.arrivals.hints.wake.assert_called_once_with()
    works.deliveries.wake.assert_called_once_with()
    works.alarming.look.assert_called_once_with()
    works.care.back_up.assert_called_once_with(works.arrivals.stopping.is_set)
    works.care.prune.assert_called_once_with(works.arrivals.pause)
    works.care.optimize.assert_called_once_with()
    [row] = job_runs(store.db)
    assert (row["name"], row["last_run"], row["took_ms"]) == ("rescan", iso(START), 1.23)
    assert (row["error"], row["next_run"]) == (None, iso(START + OFTEN))
    assert rhythm["rescan"] == timedelta(minutes=7)
    assert rhythm["backup"] == timedelta(minutes=20)
    assert rhythm["heartbeat"] <= timedelta(seconds=30)
    assert rhythm["check-watching"] <= timedelta(seconds=10)
    assert "the folder is gone" in caplog.text


def test_it_is_known_when_each_job_ran_and_runs_next(scheduler: Scheduler, heard: Heard) -> None:
    """Each job's last run, how long it took, its error and its next run can be asked for."""

    def fail(_: int) -> None:
        raise ValueError("no such thing")

    scheduler.start([("never", SELDOM, Tally()), ("failing", OFTEN, Tally(fail))])
    heard.first("failing error")
    scheduler.stop()
    never, failing = scheduler.runs()
    assert (never.name, never.last_run, never.took_ms, never.error) == ("never", None, None, "")
    assert (failing.last_run, failing.error) == (START, "ValueError: no such thing")
    assert failing.took_ms is not None


def test_the_next_run_of_a_job_is_told(scheduler: Scheduler) -> None:
    """A job that has not run yet says when it will."""
    scheduler.start([("seldom", SELDOM, Tally())])
    [run] = scheduler.runs()
    assert run.next_run is not None
    assert timedelta() < run.next_run - datetime.now(UTC) <= SELDOM


def test_jobs_have_names_of_their_own() -> None:
    """No two jobs share a name, and each says what it does."""
    assert len({job.name for job in JOBS}) == len(JOBS)
    assert all(job.does for job in JOBS)
