"""The only door to APScheduler: runs the jobs of a table in a thread of its own."""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from apscheduler.events import (
    EVENT_JOB_ERROR,
    EVENT_JOB_EXECUTED,
    EVENT_JOB_MAX_INSTANCES,
    JobEvent,
)
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from wirewatch.clock import Clock
from wirewatch.event import Event
from wirewatch.model import JobRun

_log = logging.getLogger("wirewatch.jobs")

_AT_ONCE = 5  # jobs: a backup and retention may take minutes, and nothing waits for them
_NOTABLE = timedelta(seconds=2)  # by which a clock is set back at least for jobs to be moved
_OFTEN = timedelta(seconds=30)
"""What runs as often as this runs right after the start too: it costs little, and is waited for."""


class Scheduler:
    """Runs functions at their rhythm. A missed run is made up for once, however late."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.monotonic = time.monotonic
        self._seen: tuple[datetime, float] | None = None
        self._runs: dict[str, JobRun] = {}
        self._frequent: set[str] = set()  # of which a line each time would bury the others
        self._noting = threading.Lock()  # a run may begin before it is noted how the last one ended
        self._scheduler = BackgroundScheduler(
            timezone=ZoneInfo("UTC"),
            executors={"default": ThreadPoolExecutor(_AT_ONCE)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._scheduler.add_listener(
            self._report, EVENT_JOB_EXECUTED | EVENT_JOB_ERROR | EVENT_JOB_MAX_INSTANCES
        )

    def start(self, jobs: Iterable[tuple[str, timedelta, Callable[[], None]]]) -> None:
        """Begin to run jobs, each given as name, time between two beginnings, and function.

        Those that run often run at once, the others when their time is over for the first time.
        """
        for name, every, run in jobs:
            seconds = every.total_seconds()
            timed = partial(self._timed, name, run)
            first = {"next_run_time": datetime.now(UTC)} if every <= _OFTEN else {}
            self._scheduler.add_job(timed, "interval", seconds=seconds, id=name, **first)
            self._runs[name] = JobRun(name)
            if every <= _OFTEN:
                self._frequent.add(name)
        self._scheduler.start()

    def keep_time(self) -> None:
        """Where the clock was set back, let no job wait for as long as it had been ahead.

        Jobs have their next run by the clock on the wall. Call it every second or so.
        """
        now = self._clock(), self.monotonic()
        before, self._seen = self._seen or now, now
        ahead = timedelta(seconds=now[1] - before[1]) - (now[0] - before[0])
        if ahead < _NOTABLE:
            return
        for job in self._scheduler.get_jobs():
            job.modify(next_run_time=job.next_run_time - ahead)

    def runs(self) -> list[JobRun]:
        """Give the last run of each job, one that has only begun too, and its next."""
        jobs = {job.id: job.next_run_time for job in self._scheduler.get_jobs()}
        return [run._replace(next_run=jobs.get(name)) for name, run in self._runs.items()]

    def _timed(self, name: str, run: Callable[[], None]) -> None:
        """Run a job, and note when that was and how long it took; while it runs, what one took."""
        at, begun = self._clock(), time.perf_counter()
        self._note(name, last_run=at, took_ms=self._runs[name].took_ms or 0.0)
        try:
            run()
        finally:
            took = (time.perf_counter() - begun) * 1000
            level = logging.DEBUG if name in self._frequent else logging.INFO
            _log.log(level, Event("job-ran", job=name, ms=took))
            self._note(name, last_run=at, took_ms=took)

    def _note(self, name: str, **known: object) -> None:
        """Note what is known of a job's run."""
        with self._noting:
            self._runs[name] = self._runs[name]._replace(**known)  # type: ignore[arg-type]

    def stop(self) -> None:
        """Stop, without waiting for a job that runs."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def _report(self, event: JobEvent) -> None:
        """Note how a job ended; say which one failed or is still running when it is due again."""
        if event.code == EVENT_JOB_MAX_INSTANCES:
            _log.warning(Event("job-skipped", job=event.job_id, why="it is still running"))
            return
        error = getattr(event, "exception", None)
        said = f"{type(error).__name__}: {error}" if error else ""
        self._note(event.job_id, error=said)
        if said:
            _log.error(Event("job-failed", job=event.job_id, error=said))
