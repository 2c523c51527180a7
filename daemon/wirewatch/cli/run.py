"""`wirewatch run`: the daemon."""

import faulthandler
import logging
import sys
import warnings
from typing import Annotated

import typer

from wirewatch.cli.app import app, config_path
from wirewatch.log import LogFormat


@app.command()
def run(
    context: typer.Context,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log every detail.")] = False,
    log_format: Annotated[
        LogFormat, typer.Option("--log-format", help="How lines are written.")
    ] = LogFormat.TEXT,
) -> None:
    """Run the daemon: watch the inboxes until stopped by SIGTERM or Ctrl-C.

    Logs one line an event to standard error. Exits with 1 when a part of it died, with 2 when
    the configuration is at fault and nothing was started.
    """
    from wirewatch.clock import utc_now
    from wirewatch.deployment import load_deployment
    from wirewatch.log import set_up
    from wirewatch.service import Service

    set_up(sys.stderr, logging.DEBUG if verbose else logging.INFO, log_format)
    faulthandler.enable()  # where each thread stands, should systemd's watchdog end it (SIGABRT)
    # watchdog's word on folders that it watches already; it is of no consequence
    warnings.filterwarnings("ignore", "Callback with id", RuntimeWarning)
    path = config_path(context)
    service = Service(path, load_deployment(path), utc_now)
    service.handle_signals()
    raise typer.Exit(service.run())
