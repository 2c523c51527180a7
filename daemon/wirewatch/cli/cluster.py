"""`wirewatch cluster …`: desks that share work. Each verb stands in a file beside this one."""

import logging

import typer

from wirewatch.cli.app import app

cluster = typer.Typer(
    help="Let several desks share work by a broker.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(cluster, name="cluster")


@cluster.callback()
def quietly() -> None:
    """Let several desks share work by a broker."""
    logging.getLogger().addHandler(
        logging.NullHandler()
    )  # what goes wrong the verbs say themselves
