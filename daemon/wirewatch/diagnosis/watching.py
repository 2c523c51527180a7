"""Do inotify's limits suffice for the folders that are to be watched?"""

from collections.abc import Iterator

from wirewatch.diagnosis.finding import Finding, fault, warning, well
from wirewatch.diagnosis.patient import Patient
from wirewatch.intake.filesystem import tells_of_changes
from wirewatch.states import Watching

_PLACE = "/proc/sys/fs/inotify/"
_SPARE = 2  # times as many watches as folders are well: others watch too
_QUEUE = 16_384  # the kernel's own: a burst of so many files between two looks


def check(patient: Patient) -> Iterator[Finding]:
    """Count folders against watches, inboxes against instances."""
    config, machine = patient.config, patient.machine
    if config is None:
        return
    watched = [
        inbox
        for inbox in config.inboxes
        if inbox.watcher is not Watching.POLLING and tells_of_changes(machine.kind_of(inbox.path))
    ]
    folders = sum(machine.folders(one.path) if one.recursive else 1 for one in watched)
    yield _enough("max_user_watches", machine.number(f"{_PLACE}max_user_watches"), folders)
    instances = machine.number(f"{_PLACE}max_user_instances")
    yield _enough("max_user_instances", instances, len(watched))
    queue = machine.number(f"{_PLACE}max_queued_events")
    if queue is not None and queue < _QUEUE:
        said = f"fs.inotify.max_queued_events is {queue}: bursts overflow, and take a rescan"
        yield warning(said, _set("max_queued_events", _QUEUE))


def _enough(name: str, allowed: int | None, needed: int) -> Finding:
    """Hold one limit against what is needed."""
    if allowed is None:
        return warning(f"fs.inotify.{name} is not told", f"sysctl fs.inotify.{name}")
    said = f"fs.inotify.{name} is {allowed:,}, and {needed:,} are needed"
    if allowed < needed:
        return fault(f"{said}: the rest is polled", _set(name, needed * 2 * _SPARE))
    if allowed < needed * _SPARE:
        return warning(said, _set(name, needed * 2 * _SPARE))
    return well(said)


def _set(name: str, value: int) -> str:
    """Give the command that sets a limit, for good."""
    file = "/etc/sysctl.d/60-wirewatch.conf"
    return f"echo fs.inotify.{name}={value} | sudo tee -a {file} && sudo sysctl --system"
