"""`wirewatch cluster join` and `forget`: a desk more, a desk less."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wirewatch.cli.app import config_path
from wirewatch.cli.cluster import cluster
from wirewatch.cli.progress import progress

if TYPE_CHECKING:
    from wirewatch.config import Config

_CONNECTING = 10.0  # seconds


@cluster.command("join")
def join(
    context: typer.Context,
    backup: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A backup of another desk, taken since the first step."),
    ] = None,
) -> None:
    """Make this machine a desk more, from a backup of another, in two steps; it must not run yet.

    Without --backup its queue is made, in which all that comes gathers from now on. With one that
    was taken after that, the backup is verified and put in the place of the store. In a new
    cluster the first step is enough: on each desk, before any of them is started. Exits with 1 when
    it cannot be done; then nothing was changed.
    """
    from wirewatch.config import load_config

    config = load_config(config_path(context), tells=False)
    if backup is None:
        _begin(config)
    else:
        _finish(config, backup)


def _begin(config: "Config") -> None:
    """Make the queue, and say what comes next."""
    from wirewatch.broker.topology import of_joining
    from wirewatch.brokerage import linked, name_of, settings_of
    from wirewatch.clock import utc_now
    from wirewatch.cluster.joining import begin

    settings, name = settings_of(config), name_of(config)
    with linked(config, "join", of_joining(settings, name), _CONNECTING) as link:
        begin(link, settings, name, config.store, utc_now())
    print(f"all that comes gathers in {settings.desk(name)} from now on")
    print("next: on a desk that is at work `wirewatch db backup`, and bring that file here;")
    print("then here `wirewatch cluster join --backup FILE`")
    print(
        "(in a new cluster, once this was done on all desks: `wirewatch run --role desk` on each)"
    )


def _finish(config: "Config", backup: Path) -> None:
    """Put a backup in the place of the store."""
    from wirewatch.broker.topology import of_asking
    from wirewatch.brokerage import linked, name_of, settings_of
    from wirewatch.clock import utc_now
    from wirewatch.cluster.joining import end, refuse_unfit
    from wirewatch.store import restore as restoring
    from wirewatch.store.lock import StoreLock

    settings, name = settings_of(config), name_of(config)
    lock = StoreLock(config.store, "cluster join", utc_now)
    lock.acquire()
    try:
        with linked(config, "join", of_asking(settings), _CONNECTING) as link:
            refuse_unfit(link, settings, name, config.store, backup)
        with progress("copying") as seen:
            aside = restoring.restore(config.store, backup, utc_now(), seen)
        end(config.store)
    finally:
        lock.release()
    print(f"{config.store} is made of {backup}")
    if aside:
        print(f"the store that was there is kept as {aside}")
    print("next: `wirewatch run --role desk`, then `wirewatch cluster status`")


@cluster.command("forget")
def forget(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The desk (cluster.name).")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete the queues of a desk that is stopped, for good or to build it anew by `join`.

    What waits there is for that desk alone; others have it. Exits with 1 when it is at work, or
    not there.
    """
    from wirewatch.broker.topology import of_asking
    from wirewatch.brokerage import linked, settings_of
    from wirewatch.cluster.joining import forget as forget_desk
    from wirewatch.config import load_config

    config = load_config(config_path(context), tells=False)
    if not yes:
        typer.confirm(f"delete the queues of the desk {name}?", abort=True)
    settings = settings_of(config)
    with linked(config, "forget", of_asking(settings), _CONNECTING) as link:
        left = forget_desk(link, settings, name)
    print(f"the desk {name} is forgotten; {left} entries waited for it")
