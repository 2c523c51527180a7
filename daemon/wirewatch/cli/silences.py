"""`wirewatch silences`: what nobody wants to hear of for a while."""

import getpass
from typing import Annotated

import typer

from wirewatch.cli.app import AsJson, app, print_json, settings
from wirewatch.cli.desk import desk
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
    from wirewatch.clock import utc_now
    from wirewatch.control.wishes import Hush, WishError, silence_of

    hush = Hush(until, comment, rule, channel, source)
    try:
        silence_of(hush, author, utc_now())  # before a store is made for it
        with desk(context) as asked:
            begun = asked.silence(hush, author or getpass.getuser())
    except WishError as error:
        raise typer.BadParameter(error.problem, param_hint=f"--{error.field}") from error
    print(f"silence {begun.silence} until {begun.until}")


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
    from wirewatch.errors import StoreError

    with desk(context) as asked:
        ended = asked.unsilence(number)
    if not ended:
        raise StoreError(f"no silence {number} is at work; `wirewatch silences list` names them")
    print(f"silence {number} has ended")
