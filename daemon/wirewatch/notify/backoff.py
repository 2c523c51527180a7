"""How long to wait before a delivery is tried again. Pure.

Exponential, with half of it random so that many failures do not come back together ("equal
jitter", https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
"""

from datetime import timedelta


def delay(
    tries: int, first: timedelta, slowest: timedelta, chance: float, retry_after: float | None
) -> timedelta:
    """Give the wait after the n-th failure, n from 1.

    `chance` is a random number from 0 up to 1; `retry_after` is the service's own wish in
    seconds, which is kept as a minimum, up to a day.
    """
    doubled = first * float(2 ** min(tries - 1, 32))
    wait = min(doubled, slowest)
    wait = wait / 2 + wait / 2 * chance
    asked = timedelta(seconds=min(retry_after or 0.0, 86_400.0))
    return max(wait, asked)
