"""`wirewatch db export`: what is stored, for other programs."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wirewatch.cli.app import settings
from wirewatch.cli.db import db
from wirewatch.cli.terminal import data

if TYPE_CHECKING:
    from wirewatch.config import Config
    from wirewatch.store.export import Exported, Wanted


@db.command("export")
def export(  # noqa: PLR0913, PLR0917 - a command has as many options as it needs
    context: typer.Context,
    what: Annotated[str, typer.Argument(help="articles, matches or alerts.")],
    form: Annotated[str, typer.Option("--format", help="jsonl or csv.")] = "jsonl",
    since: Annotated[str, typer.Option(metavar="TIME", help="What came from then on.")] = "",
    until: Annotated[str, typer.Option(metavar="TIME", help="What came before then.")] = "",
    rule: Annotated[str, typer.Option(metavar="NAME", help="Of this rule only.")] = "",
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A new file; else standard output.")
    ] = None,
    parquet: Annotated[
        bool, typer.Option("--parquet", help="As Parquet, with types; needs --out.")
    ] = False,
) -> None:
    """Write articles, matches or alerts, oldest first, a line for each; the daemon may run.

    Times are as in 2026-03-02 or 2026-03-02T23:10, in UTC where they name no zone.
    """
    from wirewatch.store.database import open_reader
    from wirewatch.store.export import Exported, Form, Wanted, exported

    kind = _one_of(list(Exported), what, "WHAT")
    written = _one_of(list(Form), form, "--format")
    wanted = Wanted(_moment(since, "--since") or "", _moment(until, "--until") or "~", rule)
    config = settings(context)
    if parquet:
        _parquet(config, Exported(kind), wanted, out)
        return
    reader = open_reader(config.store)
    lines = exported(reader, Exported(kind), Form(written), wanted)
    if out is None:
        data().writelines(lines)
        return
    try:
        with out.open("x", newline="", encoding="utf-8") as file:
            out.chmod(0o640)
            file.writelines(lines)
    except FileExistsError as error:
        raise typer.BadParameter(f"{out} is there already", param_hint="--out") from error


def _parquet(config: "Config", kind: "Exported", wanted: "Wanted", out: Path | None) -> None:
    """Write it as Parquet. Raises ConfigError where the library for that is not installed."""
    from wirewatch.errors import ConfigError, Fault
    from wirewatch.store.database import open_reader

    try:
        from wirewatch.store.parquet import write_parquet
    except ModuleNotFoundError as error:
        if error.name != "duckdb":
            raise
        remedy = "pip install 'wirewatch[parquet]'"
        raise ConfigError([Fault("wirewatch db export --parquet", f"{error}", remedy)]) from error

    if out is None:
        raise typer.BadParameter("Parquet is written to a file", param_hint="--out")
    reader = open_reader(config.store)
    try:
        write_parquet(reader, kind, wanted, out)
    except FileExistsError as error:
        raise typer.BadParameter(f"{out} is there already", param_hint="--out") from error
    finally:
        reader.close()


def _one_of(known: list[str], said: str, where: str) -> str:
    """Take one of some words."""
    if said not in known:
        raise typer.BadParameter(f"{said!r} is none of {', '.join(known)}", param_hint=where)
    return said


def _moment(said: str, where: str) -> str | None:
    """Read a moment, in UTC where it names no zone; None where nothing is said."""
    from wirewatch.clock import iso

    if not said:
        return None
    try:
        moment = datetime.fromisoformat(said)
    except ValueError as error:
        problem = f"{said!r} is no time; write it as 2026-03-02 or 2026-03-02T23:10"
        raise typer.BadParameter(problem, param_hint=where) from error
    return iso(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
