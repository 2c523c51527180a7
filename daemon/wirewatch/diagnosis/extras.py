"""Are the libraries installed that some formats take?"""

from collections.abc import Iterator

from wirewatch.diagnosis.finding import Finding, warning, well
from wirewatch.diagnosis.patient import Patient
from wirewatch.formats import formats
from wirewatch.formats.extras import EXTRA


def check(patient: Patient) -> Iterator[Finding]:
    """Name the formats that would be quarantined as `not-installed`."""
    lacking = [one.name for one in formats() if not patient.machine.is_installed(one.needs)]
    if lacking:
        said = f"{', '.join(lacking)} cannot be read"
        yield warning(said, f"pip install 'wirewatch[{EXTRA}]'; in /opt: sudo make install")
    else:
        yield well(f"all {len(formats())} formats can be read")
