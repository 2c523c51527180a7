"""docs/reliability.md is what the trials came to: a row for each of them, none lost, none doubled."""

from trials.page import PAGE, faults, row
from trials.tally import Fault, Skipped, Tally


def _rows() -> list[list[str]]:
    """Give the cells of the page's rows."""
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line[:2] == "| "]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[1:]]


def test_the_page_has_a_row_for_each_fault() -> None:
    """The faults of the page are those that tests put the daemon through, in words and in order."""
    assert [tuple(cells[:2]) for cells in _rows()] == [(one.name, one.how) for one in faults()]


def test_nothing_on_the_page_is_lost_or_doubled() -> None:
    """Each fault on the page was gone through, with files and alerts in play, and without loss."""
    for name, _, rounds, files, alerts, lost, doubled, _ in _rows():
        assert int(rounds.replace(",", "")) > 0, name
        assert int(files.replace(",", "")) > 0, name
        assert int(alerts.replace(",", "")) > 0, name
        assert (lost, doubled) == ("0", "0"), name


def test_a_row_adds_up_and_says_what_was_not_held() -> None:
    """A row sums all trials of a fault; one without a trial says why there was none."""
    fault = Fault("fire", "matches")
    one = Tally(fault, "a", 1, 500, 3, 0, 0, 1)
    two = Tally(fault, "b", 2, 600, 4, 1, 0, 1)
    assert row(fault, [one, two]) == "| fire | matches | 3 | 1,100 | 7 | 1 | 0 | 2 |"
    assert "not held: no matches" in row(fault, [Skipped(fault, "no matches")])
    assert "not held: it was not run" in row(fault, [])
