"""The application that every verb adds itself to, and what all of them share."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wirewatch import __version__

if TYPE_CHECKING:
    from wirewatch.config import Config

app = typer.Typer(
    name="wirewatch",
    help="Watch folders for news articles, store them in one SQLite file, alert by rules.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]


def _version(value: bool) -> None:
    """Print the version and stop."""
    if value:
        print(f"wirewatch {__version__}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(
            "--config",
            help="The configuration file; else ./config/wirewatch.toml, "
            "~/.config/wirewatch/wirewatch.toml or /etc/wirewatch/wirewatch.toml.",
        ),
    ] = None,
    version: Annotated[  # noqa: ARG001 - acted on by its callback
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Keep what is given before the verb."""
    context.obj = config


def config_path(context: typer.Context) -> Path:
    """Give the path of the configuration. Raises ConfigError when there is none."""
    from wirewatch.config import find_config

    given: Path | None = context.find_root().obj
    return find_config(given)


def settings(context: typer.Context) -> "Config":
    """Read the configuration for a command that sends nothing: it may be run without the secrets.

    Raises ConfigError.
    """
    from wirewatch.config import load_config

    return load_config(config_path(context), secrets=False)


def print_json(value: Any) -> None:  # noqa: ANN401 - anything that JSON can say
    """Print a value as JSON."""
    from wirewatch.text.visible import visible_json

    print(visible_json(json.dumps(value, ensure_ascii=False, indent=2)))
