"""`wirewatch db digest`: one word for all that desks have in common."""

from typing import Annotated

import typer

from wirewatch.cli.app import AsJson, print_json, settings
from wirewatch.cli.db import db


@db.command("digest")
def digest(
    context: typer.Context,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Print the digest of each table too.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Digest what desks of a cluster have in common, and say how far this one is in the log.

    Two stores at the same position have the same digest; a lone machine's position is 0.
    """
    from wirewatch.store.database import open_reader
    from wirewatch.store.desks import position
    from wirewatch.store.digest import begin_reading, digest_of, end_reading, table_digests

    reader = open_reader(settings(context).store)
    try:
        begin_reading(reader)
        at = position(reader)
        tables = dict(table_digests(reader))
        end_reading(reader)
    finally:
        reader.close()
    whole = digest_of(tables.items())
    if as_json:
        print_json({"digest": whole, "position": at.number, "log": at.digest, "tables": tables})
        return
    print(f"{whole}  at position {at.number} of the log")
    for table, one in tables.items() if verbose else ():
        print(f"{one}  {table}")
