"""The only door to APScheduler: runs the jobs of a table in a thread of its own."""

import logging
from collections.abc import Callable, Iterable
from datetime import timedelta
from zoneinfo import ZoneInfo

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MAX_INSTANCES, JobEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

_log = logging.getLogger("wirewatch.jobs")


class Scheduler:
    """Runs functions at their rhythm. A missed run is made up for once, however late."""

    def __init__(self) -> None:
        self._scheduler = BackgroundScheduler(
            timezone=ZoneInfo("UTC"),
            executors={"default": ThreadPoolExecutor(2)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._scheduler.add_listener(_report, EVENT_JOB_ERROR | EVENT_JOB_MAX_INSTANCES)

    def start(self, jobs: Iterable[tuple[str, timedelta, Callable[[], None]]]) -> None:
        """Begin to run jobs, each given as name, time between two beginnings, and function."""
        for name, every, run in jobs:
            seconds = every.total_seconds()
            self._scheduler.add_job(run, "interval", seconds=seconds, id=name)
        self._scheduler.start()

    def stop(self) -> None:
        """Stop, without waiting for a job that runs."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)


def _report(event: JobEvent) -> None:
    """Say which job failed or is still running when it is due again."""
    error = getattr(event, "exception", None)
    if error is not None:
        _log.error("job %s failed: %s: %s", event.job_id, type(error).__name__, error)
    else:
        _log.warning("job %s is still running and skips a turn", event.job_id)
