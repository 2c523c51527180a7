"""How far back a command looks: `--since 30d`."""

from datetime import datetime, timedelta
from typing import Annotated

import typer

_FURTHEST = timedelta(days=36_500)

Since = Annotated[str, typer.Option(metavar="TIME", help="How far back: 12h, 30d.")]


def moment(since: str, now: datetime) -> datetime:
    """Read how far back `30d` is. Raises BadParameter when it is no time."""
    from wirewatch.quantities import duration

    try:
        back: timedelta = duration(since)
    except ValueError as error:
        raise typer.BadParameter(str(error).replace(" | ", "; ")) from error
    if not timedelta(0) < back <= _FURTHEST:
        problem = f"{since!r} is no time from 1ms to {_FURTHEST.days}d"
        raise typer.BadParameter(problem, param_hint="--since")
    return now - back
