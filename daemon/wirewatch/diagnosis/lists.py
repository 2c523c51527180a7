"""Are the lists of names compiled, so that a start does not wait for it?"""

from collections.abc import Iterator

from wirewatch.deployment import shipped_gazetteers
from wirewatch.diagnosis.finding import Finding, warning, well
from wirewatch.diagnosis.patient import Patient
from wirewatch.rules.gazetteer.shelf import book_of


def check(patient: Patient) -> Iterator[Finding]:
    """Look for the book of the shipped lists where this user keeps it."""
    if patient.config is None:
        return
    book = book_of(shipped_gazetteers())
    if patient.machine.status(book):
        yield well(f"compiled in {book.parent}")
    else:
        said = f"not compiled in {book.parent}: the next start takes a quarter of a minute more"
        yield warning(said, f"let {book.parent} be written; any command compiles them once")
