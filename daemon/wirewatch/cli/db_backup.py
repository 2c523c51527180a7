"""`wirewatch db backup`: a verified copy of the store, while it is written to."""

from pathlib import Path
from typing import Annotated

import typer

from wirewatch.cli.app import AsJson, print_json, settings
from wirewatch.cli.db import db
from wirewatch.cli.progress import progress


@db.command("backup")
def backup(
    context: typer.Context,
    to: Annotated[
        Path | None, typer.Argument(help="A folder, or the file; else `backup.folder`.")
    ] = None,
    keep: Annotated[
        int | None, typer.Option(min=1, help="How many stay in the folder, the newest ones.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Copy the store while the daemon runs, verify the copy, and put it in place only then.

    In `backup.folder` the newest `backup.keep` stay, in another folder all, but for --keep. Exits
    with 1 when no backup was made, with 3 when the store is damaged.
    """
    from wirewatch.clock import utc_now
    from wirewatch.store.backup import back_up, keep_newest

    config = settings(context)
    folder = config.backup.folder
    place = to or folder
    if place is None:
        raise typer.BadParameter("name a place, or set `backup.folder`", param_hint="TO")
    if to is None:
        place.mkdir(parents=True, exist_ok=True)
    with progress("copying") as seen:
        made = back_up(config.store, place.absolute(), utc_now(), seen)
    if to is None and keep is None:
        keep = config.backup.keep
    gone = keep_newest(config.store, made.path.parent, keep) if keep else []
    record = {
        "path": str(made.path),
        "bytes": made.size,
        "seconds": round(made.seconds, 3),
        "rows": made.rows,
        "removed": [str(path) for path in gone],
    }
    if as_json:
        print_json(record)
        return
    print(f"{made.path}: {made.size / 1e6:,.1f} MB, verified, in {made.seconds:.1f} s")
    for path in gone:
        print(f"removed {path}")
