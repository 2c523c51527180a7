"""Is the clock right, as digests, quiet hours and embargoes need it?"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from wirewatch.diagnosis.finding import Finding, fault, warning, well
from wirewatch.diagnosis.patient import Patient

_EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)  # before which this program was not there
_LATEST = _EARLIEST + timedelta(days=365 * 50)


def check(patient: Patient) -> Iterator[Finding]:
    """Look at the year, at who keeps it, and at the zones that are known."""
    machine = patient.machine
    now = machine.now()
    if not _EARLIEST <= now <= _LATEST:
        yield fault(f"the clock says {now:%Y-%m-%d}", "sudo timedatectl set-ntp true")
    kept = machine.is_synchronised()
    if kept is None:
        yield warning("the system does not say whether the clock is kept right", "timedatectl")
    elif kept:
        yield well(f"{now:%Y-%m-%d %H:%M} UTC, kept right by the network")
    else:
        said = f"{now:%Y-%m-%d %H:%M} UTC, and nothing keeps it right"
        yield warning(said, "sudo apt install systemd-timesyncd && sudo timedatectl set-ntp true")
    if not machine.zones():
        yield fault("no time zone is known", "pip install tzdata, or apt install tzdata")
