"""`wirewatch serve`: the archive in the browser."""

import logging
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from wirewatch.cli.app import app, config_path
from wirewatch.log import LogFormat

if TYPE_CHECKING:
    from wirewatch.config import Config

_LIBRARIES = {"datasette", "uvicorn", "pluggy", "asgi_csrf"}


@app.command()
def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="The address; else `pages.listen`.")] = "",
    port: Annotated[
        int, typer.Option(min=-1, max=65_535, help="The port; else `pages.listen`. 0: a free one.")
    ] = -1,
    log_format: Annotated[
        LogFormat, typer.Option("--log-format", help="How lines are written.")
    ] = LogFormat.TEXT,
) -> None:
    """Show the archive in the browser, live, until stopped by SIGTERM or Ctrl-C.

    The store is opened for reading only; the daemon need not run. Exits with 2 when the
    configuration is at fault, or the libraries of the pages are not installed.
    """
    from dataclasses import replace

    from wirewatch.clock import utc_now
    from wirewatch.deployment import load_deployment
    from wirewatch.errors import ConfigError, Fault
    from wirewatch.log import set_up
    from wirewatch.systemd import notify

    try:
        from wirewatch.pages.server import serve as serve_pages
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _LIBRARIES:
            raise
        remedy = "pip install 'wirewatch[web]'"
        raise ConfigError([Fault("wirewatch serve", f"{error}", remedy)]) from error

    set_up(sys.stderr, logging.INFO, log_format)
    deployment = load_deployment(config_path(context))
    config = _listening(deployment.config, host, port)

    def ready(address: str) -> None:
        print(f"pages at {address}", flush=True)
        notify("READY=1")

    serve_pages(replace(deployment, config=config), utc_now, ready)


def _listening(config: "Config", host: str, port: int) -> "Config":
    """Give the configuration with another address. Raises ConfigError for one without a token."""
    from wirewatch.errors import ConfigError
    from wirewatch.exposure import exposed

    known, at = config.pages.listen
    listen = host or known, at if port < 0 else port
    faults = exposed(config.path, "pages", listen)
    if faults and not config.pages.token.get_secret_value():
        raise ConfigError(faults)
    return config.model_copy(update={"pages": config.pages.model_copy(update={"listen": listen})})
