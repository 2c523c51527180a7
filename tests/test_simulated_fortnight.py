"""Two weeks of a desk around a change of the clocks, by the machinery of the simulated year."""

from pathlib import Path

from year.books import Books
from year.conditions import Conditions
from year.corrections import Corrections
from year.escalations import Escalations
from year.groups import Groups
from year.nothing import EmptyDigests
from year.promises import Promises
from year.reasons import Reasons
from year.references import References
from year.simulation import FORTNIGHT, live


def test_a_fortnight_of_a_desk(tmp_path: Path) -> None:
    """Whatever fails, each alert ends as it should, at its time, and once."""
    lived = live(tmp_path, "fortnight", *FORTNIGHT)
    books = Books(lived)
    promises, reasons, references = Promises(books), Reasons(books), References(books)
    groups, escalations = Groups(books), Escalations(books)
    conditions, digests = Conditions(books), EmptyDigests(books)
    checks = (
        books.unbalanced, books.repeated, books.misprinted, references.reused, references.misled,
        promises.missed, promises.doubled, promises.disturbed, promises.hurried, promises.flooded,
        reasons.buried, reasons.hushed, reasons.overheard, reasons.deceived, reasons.uninformed,
        reasons.unexplained, groups.misplaced, groups.crowded, groups.parted,
        escalations.hasty, escalations.sleepy, escalations.needless, escalations.untaken,
        conditions.doubted, conditions.misjudged, digests.untrue, digests.untold,
        Corrections(books).early,
    )  # fmt: skip
    faults = [f"{check.__name__}: {fault}" for check in checks for fault in check()]
    assert len(books.deliveries) > 500
    assert lived.diary.down
    assert not faults, "\n".join(faults[:10])
    lived.store.close()
