"""`wirewatch run`: the daemon."""

import faulthandler
import gc
import logging
import os
import sys
import threading
import time
import warnings
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wirewatch.cli.app import app, config_path
from wirewatch.log import LogFormat
from wirewatch.states import Role

if TYPE_CHECKING:
    from wirewatch.clock import Clock
    from wirewatch.deployment import Deployment
    from wirewatch.life import Life

_LEAVING = 0.5  # seconds that jobs may still take to end


@app.command()
def run(
    context: typer.Context,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log every detail.")] = False,
    log_format: Annotated[
        LogFormat, typer.Option("--log-format", help="How lines are written.")
    ] = LogFormat.TEXT,
    role: Annotated[
        Role,
        typer.Option(
            "--role",
            envvar="WIREWATCH_ROLE",
            help="What is done here; all, unless there is a cluster.",
        ),
    ] = Role.ALL,
    metrics: Annotated[
        str | None,
        typer.Option(
            metavar="HOST:PORT",
            envvar="WIREWATCH_METRICS",
            help="Where figures are read, instead of metrics.listen.",
        ),
    ] = None,
) -> None:
    """Run the daemon: watch the inboxes until stopped by SIGTERM or Ctrl-C.

    Where several machines share the work, an intake takes files in, a worker parses and matches
    them, a desk stores what they hold and tells people; docs/scale.md says how. A worker shows its
    figures only where --metrics says so: several of them share a machine, and a configuration.

    Logs one line an event to standard error. Exits with 1 when a part of it died, with 2 when
    the configuration is at fault and nothing was started.
    """
    gc.disable()  # until it is ready: all that a start makes stays, and looking at it takes a fifth
    from wirewatch.clock import utc_now
    from wirewatch.deployment import load_deployment
    from wirewatch.log import set_up

    set_up(sys.stderr, logging.DEBUG if verbose else logging.INFO, log_format)
    # watchdog's word on folders that it watches already; it is of no consequence
    warnings.filterwarnings("ignore", "Callback with id", RuntimeWarning)
    path = config_path(context)
    deployment = load_deployment(path, tells=role is not Role.WORKER)
    life = _life(role, path, _read_at(deployment, role, metrics), utc_now)
    life.handle_signals()
    faulthandler.enable()  # where each thread stands, should systemd's watchdog end it (SIGABRT)
    _leave(life.run())


def _read_at(deployment: "Deployment", role: Role, metrics: str | None) -> "Deployment":
    """Give a deployment that shows its figures where it was asked to. Raises ConfigError."""
    from wirewatch.exposure import read_at

    config = deployment.config
    table = config.metrics
    if metrics:
        table = read_at(config.path, table, metrics)
    elif role is Role.WORKER:
        table = table.model_copy(update={"listen": None})
    return replace(deployment, config=config.model_copy(update={"metrics": table}))


def _life(role: Role, path: Path, deployment: "Deployment", clock: "Clock") -> "Life":
    """Make the process of a role, and load no more than it needs."""
    if role is Role.WORKER:
        from wirewatch.worker import Worker

        return Worker(path, deployment, clock)
    from wirewatch.service import Service

    if role is Role.ALL:
        return Service(path, deployment, clock)
    from wirewatch.posts import DeskPost, IntakePost

    post = IntakePost if role is Role.INTAKE else DeskPost
    return Service(path, deployment, clock, post(deployment.config))


def _leave(code: int) -> None:
    """End the process with a code, also where a thread hangs that no waiting would end.

    Python would wait for the scheduler's. What a job has not committed is undone by SQLite.
    """
    deadline = time.monotonic() + _LEAVING
    others = [one for one in threading.enumerate() if one is not threading.main_thread()]
    for thread in others:
        thread.join(max(0.0, deadline - time.monotonic()))
    left = [thread.name for thread in others if thread.is_alive()]
    if left:
        logging.getLogger("wirewatch").warning("left under way: %s", ", ".join(left))
        logging.shutdown()
        os._exit(code)
    raise typer.Exit(code)
