"""`wirewatch cluster status`: who is at work, how far, and do the desks agree?"""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from wirewatch.cli.app import AsJson, config_path, print_json
from wirewatch.cli.cluster import cluster

if TYPE_CHECKING:
    from rich.console import RenderableType

    from wirewatch.broker.topology import Settings
    from wirewatch.cluster.account import Account
    from wirewatch.cluster.standing import Standing

_CONNECTING = 10.0  # seconds


@cluster.command("status")
def status(
    context: typer.Context,
    as_json: AsJson = False,
    digest: Annotated[
        bool,
        typer.Option("--digest", help="Let every desk digest its rows at one place of the log."),
    ] = False,
    within: Annotated[
        float, typer.Option("--within", min=1, help="Seconds to wait for these digests.")
    ] = 300.0,
) -> None:
    """Show what waits in the broker, who sends, and how far every process is.

    Exits with 1 when something is not as it should be: desks disagree or do not answer, nobody
    sends, rules differ, letters lie where none should.
    """
    from wirewatch.broker.topology import of_asking
    from wirewatch.brokerage import linked, settings_of
    from wirewatch.clock import utc_now
    from wirewatch.cluster.survey import Survey
    from wirewatch.config import load_config

    config = load_config(config_path(context), tells=False)
    settings = settings_of(config)
    with linked(config, "status", of_asking(settings), _CONNECTING) as link:
        survey = Survey(link, settings)
        found = survey.look()
        if digest and found.desks:
            found = survey.measure(found, utc_now, within)
    faults = found.faults(settings)
    if as_json:
        print_json(_record(found, faults))
    else:
        _show(found, faults, settings)
    if faults:
        raise typer.Exit(1)


def _record(found: "Standing", faults: list[str]) -> dict[str, Any]:
    """Give all of it as a script wants it."""
    leading = found.leading
    return {
        "well": not faults,
        "faults": faults,
        "queues": {name: queue._asdict() for name, queue in found.queues.items()},
        "sends": leading._asdict() if leading else None,
        "processes": [_process(one) for one in found.accounts],
        "agree": found.agree,
        "at": found.at,
        "digests": dict(found.digests),
        "content": dict(found.measured) if found.measured is not None else None,
    }


def _process(one: "Account") -> dict[str, Any]:
    """Give one process as a script wants it."""
    follows = one.follows
    keys = ("position", "digest", "lag", "leads")
    known = {key: getattr(follows, key) for key in keys} if follows else {}
    return {**one._asdict(), "follows": known or None}


def _show(found: "Standing", faults: list[str], settings: "Settings") -> None:
    """Print all of it for people."""
    from wirewatch.cli.paper import paper, printable

    out = paper()
    leading = found.leading
    sends = f"{leading.desk} since {leading.since}, epoch {leading.epoch}" if leading else "nobody"
    out.print(f"sends   {printable(sends)}")
    out.print(f"desks   {_agreement(found)}")
    out.print(_processes(found))
    out.print(_queues(found, settings))
    for fault in faults:
        out.print(f"NOT WELL: {printable(fault)}", style="bold red")


def _agreement(found: "Standing") -> str:
    """Say whether the desks hold the same."""
    if not found.desks:
        return "none answers"
    if not found.agree:
        return f"DISAGREE at position {found.at}"
    if len(found.desks) == 1:
        said = "only one answers"
    else:
        said = f"agree at position {found.at}" if found.at else "cannot be compared yet"
    digests = sorted({one for one in found.digests.values() if one})
    said += f", digest {digests[0]}" if digests else ""
    contents = sorted({one for one in (found.measured or {}).values() if one})
    return said + (f"; their rows {contents[0]}" if contents else "")


def _processes(found: "Standing") -> "RenderableType":
    """Draw who answers."""
    from rich.table import Table

    from wirewatch.cli.paper import printable

    table = Table(box=None, pad_edge=False)
    for head in ("name", "role", "program", "rules", "done", "position", "digest", "rows", "lag"):
        right = head in {"done", "position", "lag"}
        table.add_column(head, justify="right" if right else "left", no_wrap=True)
    for one in found.accounts:
        cells = [printable(one.name), one.role, printable(one.program), one.rules[:8]]
        cells.append(str(one.done))
        if one.follows:
            digest = found.digests.get(one.name, "")[:8]
            rows = (found.measured or {}).get(one.name, "")[:8]
            cells += [str(one.follows.position), digest, rows, f"{one.follows.lag:.1f} s"]
        table.add_row(*cells, style="bold" if one.follows and one.follows.leads else None)
    return table


def _queues(found: "Standing", settings: "Settings") -> "RenderableType":
    """Draw what waits in queues; of those that should be empty only what is not."""
    from rich.table import Table

    from wirewatch.cli.paper import printable

    amiss = (settings.failed, settings.unreadable, settings.cut(""))
    table = Table(box=None, pad_edge=False)
    table.add_column("queue", no_wrap=True)
    table.add_column("ready", justify="right")
    table.add_column("taken from by", justify="right")
    for name, queue in found.queues.items():
        if queue.ready or not name.startswith(amiss):
            table.add_row(printable(name), str(queue.ready), str(queue.takers))
    return table
