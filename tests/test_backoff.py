"""How long a failed delivery waits before it is tried again."""

from datetime import timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from wirewatch.notify.backoff import delay

FIRST, SLOWEST = timedelta(seconds=5), timedelta(hours=1)
tries = st.integers(1, 100_000)
chances = st.floats(0, 1, exclude_max=True)
wishes = st.none() | st.floats(0, 1e9)


@settings(max_examples=200, deadline=None)
@given(tries, chances)
@example(1, 0.0)
@example(100_000, 0.999)
def test_the_wait_doubles_within_bounds(number: int, chance: float) -> None:
    """The n-th wait lies between half and the whole of the first doubled n-1 times, or the slowest."""
    whole = min(FIRST * 2 ** min(number - 1, 20), SLOWEST)
    wait = delay(number, FIRST, SLOWEST, chance, None)
    assert whole / 2 <= wait <= whole


@settings(max_examples=100, deadline=None)
@given(tries, chances)
def test_a_later_wait_is_no_shorter(number: int, chance: float) -> None:
    """With the same chance, waiting never becomes shorter."""
    waits = [delay(n, FIRST, SLOWEST, chance, None) for n in (number, number + 1)]
    assert waits == sorted(waits)


@settings(max_examples=200, deadline=None)
@given(tries, chances, wishes)
@example(1, 0.5, 1e300)
@example(1, 0.5, float("inf"))
def test_the_service_is_given_the_time_it_asks_for(
    number: int, chance: float, wish: float | None
) -> None:
    """Retry-After is waited for in full, but not beyond a day, and never shortens the wait."""
    own = delay(number, FIRST, SLOWEST, chance, None)
    wait = delay(number, FIRST, SLOWEST, chance, wish)
    assert wait == max(own, timedelta(seconds=min(wish or 0, 86_400)))


def test_waits_are_spread() -> None:
    """Two deliveries that fail together do not come back together."""
    waits = {delay(3, FIRST, SLOWEST, chance / 10, None) for chance in range(10)}
    assert len(waits) == 10
    assert max(waits) - min(waits) >= timedelta(seconds=8)
