"""What is told of acknowledged parcels: all of them, each once, in few words."""

from hypothesis import given
from hypothesis import strategies as st

from wirewatch.broker.receipts import Receipts


def test_a_run_from_the_first_is_one_word() -> None:
    """Parcels that were taken in turn are acknowledged by the last of them, and all before it."""
    receipts = Receipts()
    assert receipts.acknowledge([1, 2, 3]) == [(3, True)]
    assert receipts.acknowledge([4]) == [(4, True)]


def test_what_comes_before_its_turn_stands_alone() -> None:
    """A parcel that others before it are not done with is acknowledged for itself."""
    receipts = Receipts()
    assert receipts.acknowledge([3, 5]) == [(3, False), (5, False)]
    assert receipts.acknowledge([1, 2]) == [(2, True)]
    assert receipts.acknowledge([4, 6]) == [(6, True)]


def test_nothing_is_told_twice() -> None:
    """A parcel that is acknowledged again is not told again: the broker takes that for an error."""
    receipts = Receipts()
    assert receipts.acknowledge([1, 1, 3]) == [(1, True), (3, False)]
    assert receipts.acknowledge([1, 3]) == []
    assert receipts.acknowledge([]) == []


@given(st.permutations(range(1, 25)), st.lists(st.integers(1, 6), min_size=24, max_size=24))
def test_the_broker_understands_in_any_order(order: list[int], sizes: list[int]) -> None:
    """Whatever is done with first, the broker knows of exactly that, and of nothing twice."""
    receipts, known, done = Receipts(), set(range(1, 25)), set[int]()
    rest = list(order)
    for size in sizes:
        some, rest = rest[:size], rest[size:]
        done |= set(some)
        for tag, all_before in receipts.acknowledge(some):
            assert tag in known
            known -= {one for one in known if one == tag or (all_before and one < tag)}
        assert known == set(range(1, 25)) - done
