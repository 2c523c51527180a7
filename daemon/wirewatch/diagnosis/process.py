"""Does a daemon run, and which?"""

from collections.abc import Iterator

from wirewatch.diagnosis.finding import Finding, warning, well
from wirewatch.diagnosis.patient import Patient


def check(patient: Patient) -> Iterator[Finding]:
    """Say who holds the store."""
    if patient.config is None:
        return
    holder = patient.machine.holder(patient.config.store)
    if holder:
        yield well(f"the store is held by {holder}")
    else:
        yield warning("no daemon runs", "sudo systemctl start wirewatch, or wirewatch run")
