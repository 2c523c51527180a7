"""`wirewatch db prune`: retention, at once."""

import time
from typing import TYPE_CHECKING, Annotated

import typer

from wirewatch.cli.app import AsJson, config_path, print_json
from wirewatch.cli.db import db

if TYPE_CHECKING:
    from wirewatch.config import Config
    from wirewatch.pipeline.pruning import Pruned


@db.command("prune")
def prune(
    context: typer.Context,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would go; nothing goes.")
    ] = False,
    vacuum: Annotated[
        bool, typer.Option("--vacuum", help="Make the file anew, too; the daemon must not run.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Let go what is older, or more, than `[retention]` keeps; the daemon may run meanwhile."""
    from wirewatch.deployment import load_deployment
    from wirewatch.pipeline.keeping import keeping_of

    config = load_deployment(config_path(context)).config
    if not keeping_of(config).limits and not vacuum:
        typer.echo("[retention] sets no limit: everything is kept", err=True)
    pruned = _pruned(config, dry=dry_run, vacuum=vacuum and not dry_run)
    if as_json:
        rows = {kind: number for kind, number in pruned.rows.items() if number}
        print_json({"rows": rows, "bytes": {"before": pruned.before, "after": pruned.after}})
        return
    would = "would go" if dry_run else "went"
    for kind, number in pruned.rows.items():
        if number:
            print(f"{number} {kind} {would}")
    print(f"{pruned.before / 1e6:,.1f} MB were in use, {pruned.after / 1e6:,.1f} MB are")


def _pruned(config: "Config", *, dry: bool, vacuum: bool) -> "Pruned":
    """Prune, and make the file anew if that is wanted."""
    from contextlib import ExitStack

    from wirewatch.clock import utc_now
    from wirewatch.pipeline.keeping import keeping_of
    from wirewatch.pipeline.pruning import Pruning
    from wirewatch.store.database import Store, open_reader
    from wirewatch.store.desks import refuse_alone
    from wirewatch.store.lock import StoreLock
    from wirewatch.store.restore import refuse_in_use
    from wirewatch.store.upkeep import vacuum as make_anew

    open_reader(config.store).close()
    with ExitStack() as ending:
        if vacuum:
            lock = StoreLock(config.store, "db prune --vacuum", utc_now)
            lock.acquire()
            ending.callback(lock.release)
            refuse_in_use(config.store)
        store = Store.open(config.store, checkpoints=vacuum)
        ending.callback(store.close)
        if not dry:
            refuse_alone(store.db)
        pruned = Pruning(store, keeping_of(config), utc_now(), _rest, dry=dry).run()
        if vacuum:
            make_anew(store)
        return pruned


def _rest(seconds: float) -> bool:
    """Let others write, and go on."""
    time.sleep(seconds)
    return False
