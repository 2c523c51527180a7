"""`wirewatch db …`: care of the store. Each verb stands in a file of its own beside this one."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer

from wirewatch.cli.app import app

db = typer.Typer(
    help="Care for the store: backups, checks, retention, exports.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(db, name="db")


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on a terminal; give what hears of the parts done and of all."""
    if not sys.stderr.isatty():
        yield lambda _done, _all: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    )
    with bar:
        task = bar.add_task(what, total=None)
        yield lambda done, every: bar.update(task, completed=done, total=every)
