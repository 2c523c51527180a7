"""`wirewatch silences`: what nobody wants to hear of for a while."""

import getpass
from datetime import UTC, datetime
from typing import Annotated

import typer

from wirewatch.cli.app import AsJson, app, print_json, settings
from wirewatch.text.visible import isolated

silences = typer.Typer(
    help="Keep alerts silent for a while.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(silences, name="silences")

_ANY = "*"


@silences.command("add")
def add(  # noqa: PLR0913, PLR0917 - a command has as many options as it needs
    context: typer.Context,
    until: Annotated[str, typer.Option(metavar="TIME", help="For so long, or until then.")],
    comment: Annotated[str, typer.Option(help="Why.")],
    rule: Annotated[str, typer.Option(metavar="PATTERN", help="Alerts of these rules.")] = _ANY,
    channel: Annotated[str, typer.Option(metavar="PATTERN", help="On these channels.")] = _ANY,
    source: Annotated[str, typer.Option(metavar="PATTERN", help="Of these inboxes.")] = _ANY,
    author: Annotated[str, typer.Option(help="Who wants it; you, if left out.")] = "",
) -> None:
    """Begin a silence: alerts that fit all its patterns are told to nobody, and noted so."""
    from wirewatch.clock import iso, utc_now
    from wirewatch.store import silences as store_silences
    from wirewatch.store.database import Store

    if (rule, channel, source) == (_ANY, _ANY, _ANY):
        raise typer.BadParameter("name a rule, a channel or a source", param_hint="--rule")
    now = utc_now()
    by = author or getpass.getuser()
    silence = store_silences.Silence(rule, channel, source, _moment(until, now), by, comment)
    store = Store.open(settings(context).store, checkpoints=False)
    with store.write() as db:
        number = store_silences.add(db, silence, now)
    store.close()
    print(f"silence {number} until {iso(silence.until)}")


@silences.command("list")
def list_(
    context: typer.Context,
    every: Annotated[bool, typer.Option("--all", help="Those that have ended, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the silences at work, with how many deliveries each has kept."""
    from wirewatch.clock import utc_now
    from wirewatch.store import silences as store_silences
    from wirewatch.store.database import open_reader

    db = open_reader(settings(context).store)
    rows = store_silences.silences(db, None if every else utc_now())
    if as_json:
        print_json(rows)
        return
    for row in rows:
        fits = ", ".join(
            f"{key} {row[key]}" for key in ("rule", "channel", "source") if row[key] != _ANY
        )
        ended = f"ended {row['ended']}" if row["ended"] else f"until {row['until']}"
        said = isolated(f"{row['author']}: {row['comment']}")
        print(f"{row['id']}  {fits}  {ended}  kept {row['kept']}  {said}")


@silences.command("end")
def end(
    context: typer.Context, number: Annotated[int, typer.Argument(help="A silence's number.")]
) -> None:
    """End a silence before its time; what it has kept stays suppressed."""
    from wirewatch.clock import utc_now
    from wirewatch.errors import StoreError
    from wirewatch.store import silences as store_silences
    from wirewatch.store.database import Store

    store = Store.open(settings(context).store, checkpoints=False)
    with store.write() as db:
        ended = store_silences.end(db, number, utc_now())
    store.close()
    if not ended:
        raise StoreError(f"no silence {number} is at work; `wirewatch silences list` names them")
    print(f"silence {number} has ended")


def _moment(said: str, now: datetime) -> datetime:
    """Read '2h' from now on, or a moment, in UTC where it says no zone."""
    from wirewatch.quantities import duration

    try:
        until = now + duration(said) if said[-1:].isalpha() else datetime.fromisoformat(said)
    except (ValueError, OverflowError) as error:
        problem = f"{said!r} is no time; write it as 2h, 3d or 2026-03-02T23:10"
        raise typer.BadParameter(problem, param_hint="--until") from error
    moment = until if until.tzinfo else until.replace(tzinfo=UTC)
    if moment <= now:
        raise typer.BadParameter(f"{said!r} is over", param_hint="--until")
    return moment
