"""`wirewatch routes`: who would be told of an article, when, and why?"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from wirewatch.cli.app import AsJson, app, config_path, print_json

if TYPE_CHECKING:
    from wirewatch.pipeline.routing import Routing

routes = typer.Typer(
    help="Try the ways that alerts take.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(routes, name="routes")


@routes.command("test")
def try_routes(
    context: typer.Context,
    which: Annotated[
        str, typer.Argument(metavar="FILE|ARTICLE", help="A file, or a stored article's number.")
    ],
    at: Annotated[
        str, typer.Option(metavar="TIME", help="When it arrives, as 2026-03-02T23:10; else now.")
    ] = "",
    source: Annotated[str, typer.Option(help="The inbox that it comes by, for a file.")] = "",
    as_json: AsJson = False,
) -> None:
    """Say who would be told of an article, when, and why; nobody is told.

    Exits with 1 when nobody would be told.
    """
    from wirewatch.deployment import load_deployment
    from wirewatch.pipeline.routing import routings
    from wirewatch.pipeline.trials import article_at
    from wirewatch.rules.matcher import Matcher

    deployment = load_deployment(config_path(context))
    article, known = article_at(which, deployment.config.store)
    inbox = source or known
    _, matches = Matcher(deployment.rules, deployment.gazetteers).match(article, inbox)
    outlets = (deployment.router, deployment.patience.policies)
    found = list(routings(article, inbox, matches, _moment(at), outlets))
    if as_json:
        print_json([_record(one) for one in found])
    else:
        _print(found)
    if not any(one.ways for one in found):
        raise typer.Exit(1)


def _moment(said: str) -> datetime:
    """Read a moment, in UTC where it says no zone."""
    if not said:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(said)
    except ValueError as error:
        problem = f"{said!r} is no moment; write it as 2026-03-02T23:10 or 2026-03-02T23:10+05:00"
        raise typer.BadParameter(problem, param_hint="--at") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _record(one: "Routing") -> dict[str, object]:
    """Give what becomes of a match as a script wants it."""
    from wirewatch.clock import iso

    told = [
        {"channel": way.channel, "due": iso(way.due), "reason": way.reason, "because": way.because}
        for way in one.ways
    ]
    return {"rule": one.match.rule, "severity": one.match.severity, "told": told,
            "missed": list(one.missed)}  # fmt: skip


def _print(found: "list[Routing]") -> None:
    """Draw who is told."""
    from wirewatch.clock import iso

    if not found:
        print("no rule is true of it, so nobody is told")
    for one in found:
        print(f"{one.match.rule}  {one.match.severity}  {one.match.title}")
        for way in one.ways:
            when = f"{iso(way.due)[:16]}Z ({way.reason})" if way.reason else f"{iso(way.due)[:16]}Z"
            print(f"  → {way.channel}: {when}, as {way.because}")
        for missed in one.missed:
            print(f"  {missed}")
        if not one.ways:
            print("  nobody is told")
