"""May the daemon open as many files as it takes?"""

from collections.abc import Iterator

from wirewatch.diagnosis.finding import Finding, warning, well
from wirewatch.diagnosis.patient import Patient

_FIXED = 128  # the store's connections, inotify, pipes
_EACH = 8  # of a channel: its connection, and those to the store


def check(patient: Patient) -> Iterator[Finding]:
    """Hold the limit on open files against channels and inboxes."""
    if patient.config is None:
        return
    needed = _FIXED + _EACH * len(patient.config.channels) + 2 * len(patient.config.inboxes)
    allowed = patient.machine.limit("RLIMIT_NOFILE")
    if allowed is not None and allowed < needed:
        said = f"{allowed:,} files may be open, and {needed:,} may be needed"
        yield warning(said, "ulimit -n 8192, or LimitNOFILE=8192 in the unit")
    else:
        yield well(f"{'any number of' if allowed is None else f'{allowed:,}'} files may be open")
