"""Files with secrets: may anybody read them who should not?"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from wirewatch.diagnosis.finding import Finding, fault, well
from wirewatch.diagnosis.patient import Patient

_FILE = re.compile(r"\$\{file:([^}]+)\}")
_INLINE = re.compile(r"""^\s*url\s*=\s*["'][\w+]+://[^"'/@$]*:[^"'/@$]+@""", re.MULTILINE)
_OTHERS = 0o007


def check(patient: Patient) -> Iterator[Finding]:
    """Look at the files that channels' secrets come from, and at the configuration itself."""
    machine, base = patient.machine, patient.path.parent
    lines = machine.text(patient.path).splitlines()
    text = "\n".join(line for line in lines if not line.lstrip().startswith("#"))
    named = [Path(os.path.normpath(base / Path(one).expanduser())) for one in _FILE.findall(text)]
    files = [*named, *machine.listed(base / "credentials")]
    if _INLINE.search(text):
        files.append(patient.path)
    open_ones = [one for one in files if _is_open(patient, one)]
    for one in open_ones:
        yield fault(f"everybody may read {one}, which holds a secret", f"chmod o-rwx {one}")
    if not open_ones:
        yield well(f"{len(files)} files hold secrets, and no stranger may read them")


def _is_open(patient: Patient, file: Path) -> bool:
    """Tell whether everybody may read a file, and enter the folder that it lies in."""
    status, folder = patient.machine.status(file), patient.machine.status(file.parent)
    return bool(status and folder and status.st_mode & _OTHERS and folder.st_mode & _OTHERS)
