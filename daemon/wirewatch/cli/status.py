"""`wirewatch status`: do the books balance, and what waits?"""

import contextlib
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wirewatch.cli.app import AsJson, app, print_json, settings
from wirewatch.text.visible import isolated, visible_line

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from wirewatch.config import Config
    from wirewatch.pipeline.balance import Report

_ROUND = 1.0  # seconds between two looks


@app.command()
def status(
    context: typer.Context,
    as_json: AsJson = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Show the figures live, until Ctrl-C; once in a pipe.")
    ] = False,
) -> None:
    """Count what was seen against the inboxes, and what waits to be told.

    Exits with 1 when the books do not balance: when a file lies in an inbox that the ledger does
    not know as it is now, or when a row of the ledger cannot be true.
    """
    from wirewatch.pipeline.balance import report
    from wirewatch.pipeline.inboxes import inboxes_of

    config = settings(context)
    if watch:
        from rich.console import Console

        show_live(Console(), lambda: _board(config))
        return
    found = report(config.store, inboxes_of(config.inboxes).values())
    if as_json:
        print_json(_record(found))
    else:
        _show(found)
    if not found.balance.conserved:
        raise typer.Exit(1)


def _board(config: "Config") -> "RenderableType":
    """Read the figures of the store as they are now, and draw them."""
    from wirewatch.cli.board import board
    from wirewatch.clock import utc_now
    from wirewatch.pipeline.figures import figures
    from wirewatch.store.database import open_reader
    from wirewatch.store.lock import StoreLock

    daemon = StoreLock.holder(config.store)
    if not config.store.is_file():
        return board(None, daemon)
    names = [inbox.name for inbox in config.inboxes], [one.name for one in config.channels]
    reader = open_reader(config.store)
    try:
        return board(figures(reader, config.store, utc_now(), names), daemon)
    finally:
        reader.close()


def show_live(
    console: "Console",
    draw: "Callable[[], RenderableType]",
    wait: Callable[[], object] = lambda: time.sleep(_ROUND),
) -> None:
    """Show what is drawn, again and again until Ctrl-C; where nobody looks on, only once."""
    from rich.live import Live

    if not console.is_terminal:
        console.print(draw())
        return
    with (
        contextlib.suppress(KeyboardInterrupt),
        Live(draw(), console=console, screen=True, auto_refresh=False) as live,
    ):
        while True:
            wait()
            live.update(draw(), refresh=True)


def _record(found: "Report") -> dict[str, Any]:
    """Give the report as a script wants it."""
    balance = found.balance
    return {
        "seen": balance.seen,
        **{state.value: count for state, count in balance.counts.items()},
        "conserved": balance.conserved,
        "unaccounted": list(balance.unaccounted),
        "broken": list(balance.broken),
        "articles": found.articles,
        "deliveries": {state.value: count for state, count in found.outbox.items()},
        "daemon": found.daemon,
        "rules": _notice(found, "rules"),
        "reload_fault": _notice(found, "reload-fault"),
        "alarms": [dict(alarm) for alarm in found.alarms],
        "failing": {name: one._asdict() for name, one in found.failing.items()},
        "jobs": [dict(job) for job in found.jobs],
    }


def _notice(found: "Report", name: str) -> dict[str, str] | None:
    """Give one of the things that the daemon says of itself."""
    said = {notice.value: told for notice, told in found.notices.items()}.get(name)
    return {"value": said[0], "at": said[1]} if said else None


def _show(found: "Report") -> None:
    """Print the report for people."""
    balance = found.balance
    sums = " + ".join(f"{count} {state}" for state, count in balance.counts.items())
    verdict = "conserved" if balance.conserved else "NOT CONSERVED"
    missing = f" + {len(balance.unaccounted)} unaccounted" if balance.unaccounted else ""
    print(f"files       {balance.seen} seen = {sums}{missing}: {verdict}")
    print(f"articles    {found.articles}")
    outbox = ", ".join(f"{count} {state}" for state, count in found.outbox.items() if count)
    print(f"deliveries  {outbox or 'none'}")
    print(f"daemon      {found.daemon or 'not running'}")
    rules = _notice(found, "rules")
    print(
        f"rules       {'version {value}, since {at}'.format(**rules) if rules else 'never loaded'}"
    )
    fault = _notice(found, "reload-fault")
    if fault:
        said = visible_line(fault["value"])
        print(f"NOT RELOADED at {fault['at']}, the old rules are at work: {said}")
    _show_trouble(found)
    for path in balance.unaccounted[:10]:
        print(f"unaccounted: {path!r}")
    if len(balance.unaccounted) > 10:  # noqa: PLR2004 - as many as are shown
        print(f"… and {len(balance.unaccounted) - 10} more")
    if balance.unaccounted and not found.daemon:
        print("start the daemon with `wirewatch run`, or take them in with `wirewatch ingest`")
    for line in balance.broken:
        print(f"broken: {line}")
    if found.daemon:
        _show_jobs(found)


def _show_trouble(found: "Report") -> None:
    """Print alarms, and channels that fail."""
    for alarm in found.alarms:
        print(f"ALARM since {alarm['raised']}: {isolated(alarm['said'])}")
    for name, one in found.failing.items():
        times = f"{one.failures} time{'s' * (one.failures > 1)}"
        again = f", tried again at {one.retry_at}" if one.retry_at else ""
        said = isolated(one.error or "")
        print(f"channel {name} failed {times} since {one.failing_since}{again}: {said}")


def _show_jobs(found: "Report") -> None:
    """Print when each job ran, and runs next."""
    for job in found.jobs:
        last = f"ran {job['last_run']}, {job['took_ms']} ms" if job["last_run"] else "has not run"
        error = f", FAILED: {isolated(job['error'])}" if job["error"] else ""
        print(f"job         {job['name']}: {last}, next {job['next_run'] or '?'}{error}")
