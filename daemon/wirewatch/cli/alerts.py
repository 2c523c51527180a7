"""`wirewatch alerts`: what was told to whom, what was not, and trying again."""

import getpass
from typing import Annotated

import typer

from wirewatch.cli.app import AsJson, app, print_json, settings
from wirewatch.cli.desk import desk
from wirewatch.states import WAITING, DeliveryState
from wirewatch.text.visible import isolated, visible_line

alerts = typer.Typer(
    help="List, show and retry alerts.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(alerts, name="alerts")


@alerts.command("list")
def list_(
    context: typer.Context,
    state: Annotated[
        DeliveryState | None, typer.Option(help="Only deliveries in this state.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="Show at most so many.")] = 50,
    held: Annotated[
        bool,
        typer.Option("--held", help="Only what a channel's policy holds."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List deliveries, newest first."""
    from wirewatch.store.archive import alert_log
    from wirewatch.store.database import open_reader

    db = open_reader(settings(context).store)
    rows = list(alert_log(db, state, limit, held=held))
    if as_json:
        print_json(rows)
        return
    for row in rows:
        why = f" ({row['reason']})" if row["reason"] else ""
        why += f", until {row['due']}" if row["reason"] in WAITING else ""
        why += f", again at {row['due']}" if row["state"] == DeliveryState.FAILED else ""
        headline = isolated(str(row["headline"])[:60])
        others = f"  +{row['outlets']} outlets" if row["outlets"] else ""
        print(
            f"{row['alert_id']}  {str(row['created'])[:19]}  {row['severity']}  {row['rule']}  "
            f"→ {row['channel']}: {row['state']}{why}  {headline}{others}  ref {row['key']}"
        )


@alerts.command("show")
def show(
    context: typer.Context,
    alert: Annotated[int, typer.Argument(help="An alert's number, as `alerts list` gives it.")],
    as_json: AsJson = False,
) -> None:
    """Show an alert with every attempt to deliver it."""
    from wirewatch.errors import StoreError
    from wirewatch.store.archive import alert_details
    from wirewatch.store.database import open_reader

    found = alert_details(open_reader(settings(context).store), alert)
    if found is None:
        raise StoreError(f"there is no alert {alert}; `wirewatch alerts list` names them")
    if as_json:
        print_json(found)
        return
    for key, value in found.items():
        if key not in {"deliveries", "copies"} and value is not None:
            print(f"{key}: {isolated(str(value))}")
    for copy in found["copies"]:  # type: ignore[attr-defined]
        print(f"+ article {copy['id']}: {isolated(copy['outlet'])}, {copy['received']}")
    for delivery in found["deliveries"]:  # type: ignore[attr-defined]
        why = f" ({delivery['reason']})" if delivery["reason"] else ""
        why += f", due {delivery['due']}" if delivery["due"] else ""
        print(f"→ {delivery['channel']}: {delivery['state']}{why}, ref {delivery['key']}")
        for attempt in delivery["attempted"]:
            outcome = (
                "ok" if attempt["ok"] else f"{attempt['reason']}: {visible_line(attempt['error'])}"
            )
            print(f"    {attempt['at']}  {attempt['ms']:.0f} ms  {outcome}")


@alerts.command("ack")
def acknowledge(
    context: typer.Context,
    names: Annotated[
        list[str], typer.Argument(metavar="ALERT|REF...", help="Alerts, or messages by their ref.")
    ],
    by: Annotated[str, typer.Option(help="Who takes them on; you, if left out.")] = "",
) -> None:
    """Take alerts on, so that they are not escalated."""
    from wirewatch.errors import StoreError

    with desk(context) as asked:
        found = asked.acknowledge(names, by or getpass.getuser())
    before = f", {found.before} had been before" if found.before else ""
    print(f"{found.taken} acknowledged{before}")
    if found.unknown:
        raise StoreError(
            f"there is no alert {', '.join(found.unknown)}; `wirewatch alerts list` names them"
        )


@alerts.command("retry")
def retry(
    context: typer.Context,
    numbers: Annotated[
        list[int] | None, typer.Argument(help="Alerts whose failed deliveries go again.")
    ] = None,
    dead: Annotated[bool, typer.Option("--dead", help="Every dead delivery.")] = False,
) -> None:
    """Make failed and dead deliveries due at once; the daemon sends them within seconds."""
    from wirewatch.store.database import open_reader

    if not numbers and not dead:
        raise typer.BadParameter("name alerts, or give --dead", param_hint="NUMBERS")
    open_reader(settings(context).store).close()  # there has to be one
    with desk(context) as asked:
        count = asked.retry(numbers or [], dead=dead)
    print(f"{count} deliveries are due again")
    if not count:
        raise typer.Exit(1)
