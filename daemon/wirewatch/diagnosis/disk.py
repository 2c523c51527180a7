"""Is there room for the store and the archives?"""

from collections.abc import Iterator

from wirewatch.diagnosis.finding import Finding, fault, warning, well
from wirewatch.diagnosis.patient import Patient
from wirewatch.quantities import as_size
from wirewatch.states import After

_FILES = 10_000  # inodes that a busy day takes
_TIMES = 4  # of what raises the alarm: room for days


def check(patient: Patient) -> Iterator[Finding]:
    """Hold what is left against `alarms.free`, on each file system once."""
    config, machine = patient.config, patient.machine
    if config is None:
        return
    places = {"store": config.store.parent}
    for inbox in config.inboxes:
        if inbox.after is After.ARCHIVE and inbox.archive:
            places[f"archive of {inbox.name}"] = inbox.archive
    seen: set[int] = set()
    for name, place in places.items():
        device = machine.device(place)
        if device not in seen:
            seen.add(device)
            yield from _left(name, machine.space(place), config.alarms.free)


def _left(name: str, space: tuple[int, int | None], least: int) -> Iterator[Finding]:
    """Say whether what is left will do."""
    free, files = space
    said = f"{name}: {as_size(free)} free"
    if free < least:
        yield fault(f"{said}, less than alarms.free", "make room, or put it on a larger disk")
    elif free < _TIMES * least:
        yield warning(said, "make room in time: wirewatch status shows the alarm when it is late")
    else:
        yield well(said)
    if files is not None and files < _FILES:
        yield warning(f"{name}: only {files:,} files may still be made", "df -i; remove old files")
