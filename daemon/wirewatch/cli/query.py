"""`wirewatch query`: SQL over the store, with no chance of changing it."""

from typing import Annotated

import typer

from wirewatch.cli.app import app, settings
from wirewatch.cli.rows import AsForm, Form, print_rows


@app.command()
def query(
    context: typer.Context,
    sql: Annotated[str, typer.Argument(help="One SELECT; docs/schema.md names the tables.")],
    form: AsForm = Form.TEXT,
) -> None:
    """Ask the store in SQL. It is opened for reading only."""
    from wirewatch.store.database import open_reader
    from wirewatch.store.question import ask

    asked = ask(open_reader(settings(context).store), sql)
    print_rows(asked.columns, asked.rows, form)
