"""SQLite as it is installed: can it do what the store needs?"""

from collections.abc import Iterator

from wirewatch.diagnosis.finding import Finding, fault, well
from wirewatch.diagnosis.patient import Patient

_OLDEST = (3, 35, 0)


def check(patient: Patient) -> Iterator[Finding]:
    """Say the version, what it lacks, and what keeps clear of the WAL-reset race."""
    found = patient.machine.engine()
    version = ".".join(map(str, found.version))
    remedy = "use the Python of Debian 12 or later, whose SQLite has all of it"
    if found.version < _OLDEST:
        yield fault(f"SQLite {version} is too old", remedy)
    for name, there in (("FTS5", found.full_text), ("JSON", found.json)):
        if not there:
            yield fault(f"SQLite {version} is built without {name}", remedy)
    if found.may_race:
        yield well(
            f"SQLite {version} has the WAL-reset race; only one connection of Wirewatch moves the "
            "log into the file, which keeps clear of it: let no other program write to the store"
        )
    else:
        yield well(f"SQLite {version}")
