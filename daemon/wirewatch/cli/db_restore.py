"""`wirewatch db restore`: a backup in the place of the store."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wirewatch.cli.app import settings
from wirewatch.cli.db import db
from wirewatch.cli.progress import progress

if TYPE_CHECKING:
    from wirewatch.config import Config


@db.command("restore")
def restore(
    context: typer.Context,
    backup: Annotated[
        Path | None,
        typer.Argument(metavar="FROM", help="The backup; without it the newest is named."),
    ] = None,
) -> None:
    """Verify a backup and put it in the place of the store, which is kept beside it.

    The daemon must not run. What was archived since the backup lies in the inboxes again
    afterwards, and the next start takes it in. Exits with 1 when nothing was restored.
    """
    from wirewatch.clock import utc_now
    from wirewatch.pipeline.inboxes import inboxes_of
    from wirewatch.pipeline.returning import return_archived
    from wirewatch.store import restore as restoring
    from wirewatch.store.lock import StoreLock

    config = settings(context)
    unfinished = restoring.is_unfinished(config.store)
    if backup is None and not unfinished:
        raise typer.BadParameter(_newest(config), param_hint="FROM")
    lock = StoreLock(config.store, "db restore", utc_now)
    lock.acquire()
    try:
        if unfinished and backup is None:
            aside = restoring.finish(config.store, utc_now())
        else:
            with progress("copying") as seen:
                aside = restoring.restore(config.store, Path(str(backup)), utc_now(), seen)
        returned = return_archived(config.store, inboxes_of(config.inboxes).values(), utc_now)
    finally:
        lock.release()
    print(f"restored {config.store}")
    _tell_of_desks(config)
    if aside:
        print(f"the store that was there is kept as {aside}")
    if returned:
        print(f"{returned} archived files that it does not know lie in their inboxes again")
    print("next: start the daemon, which takes in what came since; then `wirewatch status`")


def _newest(config: "Config") -> str:
    """Name the newest verified backup, as the command that restores it."""
    from wirewatch.store.backup import backups

    folder = config.backup.folder
    known = backups(config.store, folder) if folder else []
    if not known:
        where = f"there is none in {folder}" if folder else "`backup.folder` is not set"
        return f"name a backup; {where}"
    return f"name a backup; the newest is: wirewatch db restore {known[0]}"


def _tell_of_desks(config: "Config") -> None:
    """Say what a desk of several has to mind."""
    from wirewatch.store.database import open_reader
    from wirewatch.store.desks import follows_log

    db = open_reader(config.store)
    if follows_log(db):
        print(
            "it is the store of a desk of several: while others are at work it has to join them"
            " by `wirewatch cluster join`, else it lacks what they did since the backup was made"
        )
    db.close()
