"""`wirewatch db …`: care of the store. Each verb stands in a file of its own beside this one."""

import typer

from wirewatch.cli.app import app

db = typer.Typer(
    help="Care for the store: backups, checks, retention, exports.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(db, name="db")
