"""The store's files: are they there, whose are they, who may read them?"""

import os
from collections.abc import Iterator
from pathlib import Path

from wirewatch.diagnosis.finding import Finding, fault, warning, well
from wirewatch.diagnosis.machine import Machine
from wirewatch.diagnosis.patient import Patient

_BESIDE = ("-wal", "-shm", ".lock", ".seal")
_OTHERS = 0o007
_NOT_OWNER = 0o077


def check(patient: Patient) -> Iterator[Finding]:
    """Try the folder, the store, and the files beside it."""
    if patient.config is None:
        return
    machine, path = patient.machine, patient.config.store
    folder = next(one for one in path.parents if machine.status(one) or one == Path("/"))
    if not machine.may(folder, os.W_OK | os.X_OK):
        remedy = f"sudo install -d -o wirewatch -g wirewatch -m 0750 {path.parent}"
        yield fault(f"{folder} may not be written", remedy)
    if not machine.status(path):
        yield well(f"{path} is made at the start")
        return
    found = list(_rights(path, machine))
    yield from found or [well(str(path))]


def _rights(path: Path, machine: Machine) -> Iterator[Finding]:
    """Say what is wrong with the rights to the store's files."""
    for file in (path, *(path.with_name(path.name + end) for end in _BESIDE)):
        status = machine.status(file)
        if not status:
            continue
        if not machine.may(file, os.R_OK | os.W_OK):
            remedy = f"sudo chown wirewatch:wirewatch {path}*"
            yield fault(f"{file} may not be written: another user has made it", remedy)
        if file.suffix == ".seal" and status.st_mode & _NOT_OWNER:
            yield fault(f"{file} is a secret that others may read", f"chmod 600 {file}")
        elif file == path and status.st_mode & _OTHERS:
            yield warning(f"everybody may read {file}", f"chmod 640 {file}")
