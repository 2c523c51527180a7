"""The daemon with one job more, which never ends: started by test_stopping as a process."""

import logging
import threading
from datetime import timedelta

from wirewatch import jobs
from wirewatch.cli import main


def hang(_works: jobs.Works) -> None:
    """Say so, and never come back, as a job on a mount that is gone."""
    logging.getLogger("wirewatch").info("the job hangs")
    threading.Event().wait()


if __name__ == "__main__":
    endless = jobs.Job("endless", "hangs", lambda _works: timedelta(seconds=1), hang)
    setattr(jobs, "JOBS", (*jobs.JOBS, endless))  # noqa: B010 - of another length than its type
    main()
