"""`wirewatch cluster up`: a broker of several nodes on this machine alone, to try a cluster."""

import json
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wirewatch.cli.cluster import cluster
from wirewatch.cli.progress import progress

if TYPE_CHECKING:
    from wirewatch.broker.local import LocalBroker
    from wirewatch.wakeup import Wakeup

_LOOKING = 1.0  # seconds between looks at the nodes


@cluster.command("up")
def up(
    nodes: Annotated[
        int, typer.Option("--local", min=1, max=9, help="How many nodes, on this machine.")
    ] = 3,
    folder: Annotated[Path, typer.Option(help="Where all their files lie; kept.")] = Path(
        "var/broker"
    ),
    port: Annotated[
        int | None,
        typer.Option(min=1024, max=65_000, help="The first of their ports; else some free ones."),
    ] = None,
) -> None:
    """Run a broker of several nodes on loopback until Ctrl-C or SIGTERM, to try a cluster.

    Prints the `[cluster]` table for wirewatch.toml when all are up. It needs no configuration, and
    RabbitMQ installed, but not its service. A node that ends is told of, and not started again.
    Exits with 1 when the broker does not start, or no node is left.
    """
    from wirewatch.broker.local import LocalBroker
    from wirewatch.wakeup import Wakeup

    wakeup = Wakeup()
    wakeup.hear_signals((signal.SIGTERM, signal.SIGINT))
    broker = LocalBroker(folder, nodes, port)
    try:
        print(f"starting {', '.join(broker.names)} in {broker.folder}", file=sys.stderr)
        with progress("starting") as seen:
            broker.start(_until_stopped(wakeup, seen))
        print(_table(broker), flush=True)
        print("all nodes are up; Ctrl-C stops them", file=sys.stderr)
        _watch(broker, wakeup)
        print("stopping", file=sys.stderr)
    finally:
        broker.stop()
        wakeup.close()


def _until_stopped(
    wakeup: "Wakeup", seen: Callable[[int, int], None]
) -> Callable[[int, int], None]:
    """Give what hears how the start goes, and ends it when somebody stops us."""

    def going_on(up: int, every: int) -> None:
        if wakeup.wait(0.0)[0]:
            raise typer.Exit
        seen(up, every)

    return going_on


def _table(broker: "LocalBroker") -> str:
    """Write the table by which desks find the broker."""
    from wirewatch.broker.local import PASSWORD, USER

    keys = {
        "addresses": broker.addresses,
        "user": USER,
        "password": PASSWORD,
        "management": broker.management,
    }
    return "\n".join(["[cluster]", *(f"{key} = {json.dumps(keys[key])}" for key in keys)])


def _watch(broker: "LocalBroker", wakeup: "Wakeup") -> None:
    """Tell of each node that ends, until somebody stops us, or none is left."""
    told: set[int] = set()
    while not wakeup.wait(_LOOKING)[0]:
        for node, code in broker.exit_codes().items():
            if node not in told:
                how = f"by {signal.Signals(-code).name}" if code < 0 else f"with {code}"
                place = broker.printed(node)
                print(f"{broker.names[node]} ended {how}; see {place}", file=sys.stderr)
                told.add(node)
        if len(told) == len(broker.names):
            raise typer.Exit(1)
