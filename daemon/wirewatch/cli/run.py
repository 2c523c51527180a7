"""`wirewatch run`: the daemon."""

import logging
import sys
import warnings
from typing import Annotated

import typer

from wirewatch.cli.app import app, config_path


@app.command()
def run(
    context: typer.Context,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log every detail.")] = False,
) -> None:
    """Run the daemon: watch the inboxes until stopped by SIGTERM or Ctrl-C.

    Logs one line an event to standard error. Exits with 1 when a part of it died, with 2 when
    the configuration is at fault and nothing was started.
    """
    from wirewatch.clock import utc_now
    from wirewatch.deployment import load_deployment
    from wirewatch.service import Service

    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
        stream=sys.stderr,
    )
    # watchdog's word on folders that it watches already; it is of no consequence
    warnings.filterwarnings("ignore", "Callback with id", RuntimeWarning)
    for library in ("apscheduler", "watchdog", "urllib3", "requests", "charset_normalizer"):
        logging.getLogger(library).setLevel(logging.WARNING)
    path = config_path(context)
    service = Service(path, load_deployment(path), utc_now)
    service.handle_signals()
    raise typer.Exit(service.run())
