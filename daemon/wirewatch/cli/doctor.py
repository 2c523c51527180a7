"""`wirewatch doctor`: what is wrong with this machine, and what mends it."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from wirewatch.cli.app import AsJson, app, config_path, print_json

if TYPE_CHECKING:
    from wirewatch.diagnosis import Check, Finding

_SERVICE = "wirewatch"
_MARKS = {"well": "ok     ", "warning": "WARNING", "fault": "FAULT  "}
_COLOURS = {"well": "32", "warning": "33", "fault": "31"}


@app.command()
def doctor(
    context: typer.Context,
    network: Annotated[
        bool, typer.Option("--network", help="Look channels' services up and knock; sends nothing.")
    ] = False,
    user: Annotated[
        str, typer.Option("--user", help="For root: examine as this user, not as `wirewatch`.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Examine this machine: rights, file systems, limits, SQLite, clock, disk, unit, channels.

    Every finding has its remedy. Exits with 1 when there are warnings, with 2 when there are
    faults. Nothing is changed, and nobody is called without --network.
    """
    from wirewatch.diagnosis import examine, worst
    from wirewatch.diagnosis.identity import become
    from wirewatch.diagnosis.machine import Machine
    from wirewatch.diagnosis.patient import patient_of
    from wirewatch.diagnosis.unit import UNIT

    path = config_path(context)
    machine = Machine()
    unit = machine.unit(UNIT)  # while we may ask: without D-Bus only root may
    groups = unit.get("SupplementaryGroups", "").split()
    who = become(user or unit.get("User") or _SERVICE, groups, needed=bool(user))
    found = list(examine(patient_of(path, machine, network=network)))
    verdict = worst(finding for _, finding in found)
    if as_json:
        rows = [{"check": check.name, **finding._asdict()} for check, finding in found]
        print_json({"verdict": verdict, "user": who, "findings": rows})
    else:
        _show(found, who)
    raise typer.Exit({"well": 0, "warning": 1, "fault": 2}[verdict])


def _show(found: "list[tuple[Check, Finding]]", who: str) -> None:
    """Print the findings for people."""
    print(f"examined as the user {who}")
    width = max(len(check.name) for check, _ in found)
    for check, finding in found:
        mark = _MARKS[finding.verdict]
        if sys.stdout.isatty():
            mark = f"\x1b[{_COLOURS[finding.verdict]}m{mark}\x1b[0m"
        print(f"{mark}  {check.name:{width}}  {_printable(finding.said)}")
        if finding.remedy:
            print(f"{'':{width + 11}}→ {_printable(finding.remedy)}")


def _printable(text: str) -> str:
    """Keep control characters off the terminal."""
    return "".join(char for char in text if char.isprintable())
