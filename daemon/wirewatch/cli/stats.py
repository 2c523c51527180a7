"""`wirewatch stats`: how much came, by day, source, agency, language, rule and name."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from wirewatch.cli.app import AsJson, app, print_json, settings
from wirewatch.cli.paper import bar, paper, printable
from wirewatch.cli.since import Since, moment

if TYPE_CHECKING:
    from datetime import datetime

    from rich.console import Console

    from wirewatch.store.hours import Counted

_BAR = 40  # columns
_LONGEST_NAME = 40
_HEADINGS = {
    "source": "Inboxes", "agency": "Agencies", "language": "Languages", "rule": "Rules",
    "name": "Names",
}  # fmt: skip


@app.command()
def stats(
    context: typer.Context,
    since: Since = "30d",
    top: Annotated[int, typer.Option("--top", min=1, help="Of each kind, so many.")] = 10,
    as_json: AsJson = False,
) -> None:
    """Show how many articles came: each day, and by inbox, agency, language, rule and name.

    Days are those of UTC. An article of which a newer version comes counts once for its names,
    language and rules.
    """
    from wirewatch.clock import utc_now
    from wirewatch.store.database import open_reader
    from wirewatch.store.hours import Counted, by_day, totals

    db = open_reader(settings(context).store)
    now = utc_now()
    begin = moment(since, now)
    days = _filled(dict(by_day(db, Counted.SOURCE, begin)), begin, now)
    found = {what: totals(db, what, begin)[:top] for what in Counted}
    if as_json:
        named = {what.value: dict(rows) for what, rows in found.items()}
        print_json({"since": begin.isoformat(), "day": dict(days)} | named)
        return
    console = paper()
    _print(console, "Articles a day", days)
    _print_kinds(console, found)


def _filled(known: dict[str, int], begin: "datetime", end: "datetime") -> list[tuple[str, int]]:
    """Give all days from the first that brought anything, those too that brought nothing."""
    first = date.fromisoformat(min(known, default=end.date().isoformat()))
    first = max(first, begin.date())
    days = (first + timedelta(days=number) for number in range((end.date() - first).days + 1))
    return [(day.isoformat(), known.get(day.isoformat(), 0)) for day in days]


def _print_kinds(console: "Console", found: "dict[Counted, list[tuple[str, int]]]") -> None:
    """Print a table of bars for each kind of which there is anything."""
    for what, rows in found.items():
        if rows:
            console.print()
            _print(console, _HEADINGS[what.value], rows)


def _print(console: "Console", heading: str, rows: Sequence[tuple[str, int]]) -> None:
    """Print names, numbers, and a bar for each."""
    console.print(heading, style="bold")
    shown = [(printable(name)[:_LONGEST_NAME], number) for name, number in rows]
    wide = max((len(name) for name, _ in shown), default=0)
    most = max((number for _, number in shown), default=0)
    for name, number in shown:
        drawn = bar(number / most if most else 0.0, _BAR)
        console.print(f"  {name:<{wide}} {number:>8}  {drawn}".rstrip())
