"""How long and how often sending is tried, and what each channel wants to hear when."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from wirewatch.alerts.policy import Policy
from wirewatch.notify.backoff import delay
from wirewatch.store.channels import Delay


@dataclass(frozen=True, slots=True)
class Patience:
    """The terms on which the outbox works.

    What is older than `gather_after` goes out in one message; there is a policy for each channel
    that wants to hear otherwise than at once.
    """

    give_up_after: timedelta = timedelta(days=3)
    first_retry: timedelta = timedelta(seconds=5)
    slowest_retry: timedelta = timedelta(hours=1)
    gather_after: timedelta = timedelta(hours=1)
    policies: Mapping[str, Policy] = field(default_factory=dict)

    def delays(self, seed: int) -> Delay:
        """Give what tells the wait after each failure; the same seed gives the same waits."""
        chances = random.Random(seed)  # noqa: S311 - jitter is no secret

        def wait(tries: int, retry_after: float | None) -> timedelta:
            return delay(tries, self.first_retry, self.slowest_retry, chances.random(), retry_after)

        return wait
