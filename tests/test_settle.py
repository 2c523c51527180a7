"""When a file counts as whole: never while it may still be written, always in the end."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from wirewatch.intake.settle import Seen, wait_until
from wirewatch.model import Stamp

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
QUIET = timedelta(seconds=3)
SECOND = timedelta(seconds=1)


def stamp(changed: datetime, size: int = 100) -> Stamp:
    """Make the stamp of a file last changed at a moment."""
    ns = (changed - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * 1000
    return Stamp(size, ns, ns)


def test_closed_is_whole_at_once() -> None:
    """A file that its writer closed, or renamed into place, is whole at once."""
    assert wait_until(stamp(NOON), NOON, QUIET, closed=True) is None


def test_empty_waits_though_closed() -> None:
    """An empty file waits its quiet time even when closed, and then no longer."""
    empty = stamp(NOON, size=0)
    due = wait_until(empty, NOON, QUIET, closed=True)
    assert due == NOON + QUIET
    assert wait_until(empty, due, QUIET, closed=False, before=Seen(str(empty), due)) is None


def test_old_file_is_whole_at_first_sight() -> None:
    """A file untouched for the quiet time is whole at the first look, to the moment."""
    assert wait_until(stamp(NOON - QUIET), NOON, QUIET, closed=False) is None
    almost = stamp(NOON - QUIET + timedelta(microseconds=1))
    assert wait_until(almost, NOON, QUIET, closed=False) is not None


@pytest.mark.parametrize("field", ["mtime_ns", "ctime_ns"])
def test_later_time_counts(field: str) -> None:
    """A file whose writer set an old time of change is still seen to be new, and vice versa."""
    old, new = stamp(NOON - timedelta(days=9)), stamp(NOON)
    mixed = old._replace(**{field: getattr(new, field)})
    assert wait_until(mixed, NOON, QUIET, closed=False) == NOON + QUIET


def test_early_look_does_not_prolong_the_wait() -> None:
    """Looking at an unchanged file before it is due leaves its due time as it was."""
    due = NOON + QUIET
    seen = Seen(str(stamp(NOON)), due)
    assert wait_until(stamp(NOON), NOON + SECOND, QUIET, closed=False, before=seen) == due


def test_change_begins_the_wait_anew() -> None:
    """A file found changed when it was due waits for the quiet time again."""
    seen = Seen(str(stamp(NOON, size=50)), NOON + QUIET)
    later = stamp(NOON + 2 * SECOND, size=60)
    due = wait_until(later, NOON + QUIET, QUIET, closed=False, before=seen)
    assert due == NOON + 2 * QUIET


@dataclass(frozen=True)
class Step:
    """Time goes by, the file is perhaps written to, and looked at."""

    wait: timedelta
    written: int
    looked: bool


STEPS = st.lists(
    st.builds(
        Step,
        st.timedeltas(timedelta(0), timedelta(seconds=5)),
        st.integers(0, 3),
        st.booleans(),
    ),
    max_size=12,
)
QUIETS = st.timedeltas(timedelta(milliseconds=1), timedelta(seconds=10))


@settings(max_examples=200, deadline=None)
@given(STEPS, QUIETS)
def test_never_whole_within_the_quiet_time(steps: list[Step], quiet: timedelta) -> None:
    """However a file is written to and looked at, it is never whole within its quiet time."""
    now = changed = NOON
    size, before = 0, None
    for step in steps:
        now += step.wait
        if step.written:
            size, changed = size + step.written, now
        if not step.looked:
            continue
        at = stamp(changed, size)
        due = wait_until(at, now, quiet, closed=False, before=before)
        if due is None:
            assert now - changed >= quiet
        else:
            assert now < due <= now + quiet
            before = Seen(str(at), due)


MOMENTS = st.integers(-(2**62), 2**62) | st.integers(10**18, 2 * 10**18)


@settings(max_examples=200, deadline=None)
@given(MOMENTS, MOMENTS, st.integers(0, 10**9), st.booleans(), QUIETS)
@example(10**21, 0, 1, False, QUIET).via("a time beyond the calendar, as some file systems hold")
@example(0, 10**21, 0, True, QUIET).via("the same for an empty file")
def test_always_ends(
    mtime: int,
    ctime: int,
    size: int,
    closed: bool,  # noqa: FBT001 - Hypothesis passes it by position
    quiet: timedelta,
) -> None:
    """A file that stops changing is whole at the second look at the latest, whatever its times."""
    at = Stamp(size, mtime, ctime)
    due = wait_until(at, NOON, quiet, closed=closed)
    if due is not None:
        assert due <= NOON + quiet
        assert wait_until(at, due, quiet, closed=False, before=Seen(str(at), due)) is None
