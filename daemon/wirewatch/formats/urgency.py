"""How urgent a story is: from 1, the most urgent, to 9."""

_URGENCIES = range(1, 10)


def urgency_of(number: int | None) -> int | None:
    """Give a number that is an urgency, None for any other."""
    return number if number in _URGENCIES else None
