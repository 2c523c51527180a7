"""Is there memory for the daemon, and for a file that is heavy to read?"""

import re
from collections.abc import Iterator
from pathlib import Path

from wirewatch.diagnosis.finding import Finding, warning, well
from wirewatch.diagnosis.patient import Patient
from wirewatch.quantities import as_size

_DAEMON = 250_000_000  # bytes that the daemon itself takes at most, with some thousand rules
_INFO = Path("/proc/meminfo")


def check(patient: Patient) -> Iterator[Finding]:
    """Hold what is there against the daemon and `limits.parse_memory`."""
    if patient.config is None:
        return
    found = re.search(r"^MemAvailable:\s+(\d+) kB", patient.machine.text(_INFO), re.MULTILINE)
    if not found:
        yield warning("the system does not say how much memory is free", "free -m")
        return
    available = int(found[1]) * 1024
    needed = _DAEMON + patient.config.limits.parse_memory
    said = f"{as_size(available)} to be had; the daemon and its worker take {as_size(needed)}"
    if available < needed:
        yield warning(f"{said} at most", "lower limits.parse_memory, or add memory")
    else:
        yield well(f"{said} at most")
