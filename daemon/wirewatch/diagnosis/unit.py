"""Does the systemd unit's sandbox let the daemon write what it has to?"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from wirewatch.config import Config
from wirewatch.diagnosis.finding import Finding, fault, warning, well
from wirewatch.diagnosis.patient import Patient
from wirewatch.states import After

UNIT = "wirewatch.service"
_HOMES = (Path("/home"), Path("/root"), Path("/run/user"))
_OWN = (
    ("StateDirectory", "/var/lib"),
    ("CacheDirectory", "/var/cache"),
    ("RuntimeDirectory", "/run"),
)


def check(patient: Patient) -> Iterator[Finding]:
    """Hold the unit's paths against the store, and the inboxes that are to be emptied."""
    unit = patient.machine.unit(UNIT)
    if patient.config is None:
        return
    if not unit:
        yield well(f"there is no {UNIT} here")
    elif str(patient.config.path) not in unit.get("ExecStart", ""):
        yield well(f"{UNIT} serves another configuration")
    else:
        found = list(_hindrances(unit, patient.config))
        yield from found or [well(f"{UNIT} lets it write all that it has to")]


def _hindrances(unit: Mapping[str, str], config: Config) -> Iterator[Finding]:
    """Say what the unit keeps from the daemon."""
    edit = f"sudo systemctl edit {UNIT}"
    if unit.get("NeedDaemonReload") == "yes":
        yield warning("the unit has changed since it was read", "sudo systemctl daemon-reload")
    for path in _written(config):
        if unit.get("ProtectSystem") == "strict" and not _covers(unit, path):
            said = f"{UNIT} keeps {path} read-only"
            yield fault(said, f"{edit}: [Service] ReadWritePaths={path}")
    if unit.get("ProtectHome", "no") != "no":
        for path in {*_written(config), *(inbox.path for inbox in config.inboxes)}:
            if any(path.is_relative_to(home) for home in _HOMES):
                yield fault(f"{UNIT} does not see {path}", f"{edit}: [Service] ProtectHome=no")


def _written(config: Config) -> list[Path]:
    """List the folders that the daemon writes to."""
    paths = list(dict.fromkeys([config.store.parent, config.socket.parent]))
    for inbox in config.inboxes:
        if inbox.after is not After.LEAVE:
            paths.append(inbox.path)
        if inbox.after is After.ARCHIVE and inbox.archive:
            paths.append(inbox.archive)
    return paths


def _covers(unit: Mapping[str, str], path: Path) -> bool:
    """Tell whether the unit lets a path be written."""
    named = [Path(one.lstrip("-+!")) for one in unit.get("ReadWritePaths", "").split()]
    own = [Path(base, one) for key, base in _OWN for one in unit.get(key, "").split()]
    return any(path.is_relative_to(one) for one in (*named, *own))
