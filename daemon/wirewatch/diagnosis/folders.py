"""Inboxes and their archives: may they be used, and what do they lie on?"""

import os
from collections.abc import Iterator
from pathlib import Path

from wirewatch.diagnosis.finding import Finding, fault, warning, well
from wirewatch.diagnosis.machine import Machine
from wirewatch.diagnosis.patient import Patient
from wirewatch.intake.filesystem import tells_of_changes
from wirewatch.states import After, Watching
from wirewatch.tables import InboxTable

_USE = os.R_OK | os.X_OK
_CHANGE = os.W_OK | os.X_OK
_SEVERAL = 3  # samples of what cannot be read


def check(patient: Patient) -> Iterator[Finding]:
    """Try the rights to each inbox, to what lies in it, and to its archive."""
    for inbox in patient.config.inboxes if patient.config else ():
        yield from _rights(inbox, patient.machine) or [well(f"{inbox.name}: {inbox.path}")]


def _rights(inbox: InboxTable, machine: Machine) -> list[Finding]:
    """Say what is in the way of one inbox."""
    path = inbox.path
    if not machine.status(path):
        if machine.may(_nearest(machine, path), _CHANGE):
            return [well(f"{inbox.name}: {path} is made at the start")]
        remedy = f"sudo install -d -o wirewatch -g wirewatch -m 2770 {path}"
        return [fault(f"{inbox.name}: {path} is not there, and cannot be made", remedy)]
    if not machine.may(path, _USE):
        said = f"{inbox.name}: {path} may not be read"
        return [fault(said, f"let the service's user in: chmod g+rx {path}, or a group of its own")]
    found = []
    if inbox.after is not After.LEAVE and not machine.may(path, _CHANGE):
        said = f"{inbox.name}: files are to be {_DONE[inbox.after]}, and {path} may not be written"
        found.append(fault(said, f'chmod g+w {path}, or after = "leave"'))
    archive = inbox.archive
    if inbox.after is After.ARCHIVE and archive:
        standing = _nearest(machine, archive)
        if not machine.may(standing, _CHANGE):
            said = f"{inbox.name}: the archive {archive} may not be written"
            remedy = f"sudo install -d -o wirewatch -g wirewatch -m 2750 {archive}"
            found.append(fault(said, remedy))
    shut = [one for one in machine.listed(path) if not machine.may(one, os.R_OK)]
    if shut:
        names = ", ".join(repr(one.name) for one in shut[:_SEVERAL])
        said = f"{inbox.name}: {len(shut)} files may not be read: {names}"
        remedy = "deliver them readable (umask 027 and the inbox's group), or chmod g+r"
        found.append(warning(said, remedy))
    return found


_DONE = {After.ARCHIVE: "archived", After.DELETE: "deleted"}


def _nearest(machine: Machine, path: Path) -> Path:
    """Give the nearest folder above a path that is there."""
    return next((one for one in (path, *path.parents) if machine.status(one)), Path("/"))


def kinds(patient: Patient) -> Iterator[Finding]:
    """Name file systems that cannot do what is asked of them."""
    config, machine = patient.config, patient.machine
    if config is None:
        return
    kind = machine.kind_of(config.store.parent)
    if tells_of_changes(kind):
        yield well(f"store: {config.store.parent} on {kind}")
    else:
        said = f"store: {config.store} lies on {kind}, where SQLite's log and locks are not safe"
        yield fault(said, "put store.path on a disk of this machine")
    for inbox in config.inboxes:
        yield _kind(inbox, machine)


def _kind(inbox: InboxTable, machine: Machine) -> Finding:
    """Say how an inbox's file system suits it."""
    kind = machine.kind_of(inbox.path)
    if tells_of_changes(kind):
        if inbox.after is After.ARCHIVE and inbox.archive:
            apart = machine.device(inbox.path) != machine.device(inbox.archive)
            note = ", archived to another disk: copied, not renamed" if apart else ""
            return well(f"{inbox.name}: {kind}{note}")
        return well(f"{inbox.name}: {kind}")
    if inbox.watcher is Watching.INOTIFY:
        said = f"{inbox.name}: {kind} tells nothing of files that other machines write"
        return fault(said, f'watcher = "auto" or "polling" for the inbox {inbox.name}')
    every = inbox.poll.total_seconds()
    said = f"{inbox.name}: on {kind}, and so looked at every {every:g} s instead of watched"
    return warning(said, "nothing to do, unless that is too slow: let files be delivered here")
