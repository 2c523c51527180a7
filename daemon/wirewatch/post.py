"""What a process does among others: everything by itself, only intake, or only a desk.

The stages are the same everywhere; a post says which of them are here, and what carries values
between them.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from wirewatch.clock import Clock
from wirewatch.deployment import Deployment
from wirewatch.model import Outcome
from wirewatch.pipeline.acts import Alone, Performer
from wirewatch.pipeline.deliveries import Deliveries
from wirewatch.pipeline.examine import Examiner
from wirewatch.pipeline.families import Reading
from wirewatch.pipeline.mandate import Mandate
from wirewatch.pulse import Pulses
from wirewatch.store.database import Store

Stuck = tuple[datetime, str]
"""Since when something waits, and why."""


class Place(NamedTuple):
    """What a post is given: a connection of its own, and what else is here.

    `pause` waits so many seconds and tells whether to stop instead, `version` gives that of the
    rules.
    """

    store: Store
    deliveries: Deliveries
    clock: Clock
    pulses: Pulses
    pause: Callable[[float], bool]
    version: Callable[[], str]


class Post:
    """Everything is done here, and nobody else is needed."""

    command = "run"
    """By which command it was started, as who holds the store is named."""
    takes_in = True
    """Whether files are taken in here."""
    keeps_outbox = True
    """Whether the outbox here is nobody else's too."""

    def examiner(self, deployment: Deployment, clock: Clock) -> Examiner:
        """Give what turns files into outcomes."""
        return deployment.examiner(clock)

    def hand_over(self, outcomes: Sequence[Outcome]) -> Sequence[Outcome]:
        """Bring to safety elsewhere what is to be done elsewhere, before the ledger says so."""
        return outcomes

    def performer(self, store: Store) -> Performer:
        """Give who makes acts durable."""
        return Alone(store)

    def mandate(self) -> Mandate:
        """Tell whether this process sends."""
        return Mandate()

    def stuck(self) -> Stuck | None:
        """Tell since when nothing can be handed over, and why."""
        return None

    def shortcomings(self) -> list[str]:
        """Say what of this post is not as it should be."""
        return []

    def figures(self) -> list[Reading]:
        """Give the metrics of this post, beside those that every daemon has."""
        return []

    def workers(self) -> dict[str, Callable[[], None]]:
        """Give the threads of this post, beside those that every daemon has."""
        return {}

    def patience(self) -> dict[str, float]:
        """Give for each of them the seconds after which it counts as stuck."""
        return {}

    def join(self, place: Place) -> None:
        """Take one's place, once all is made and before threads start."""

    def stop(self) -> None:
        """Ask the threads of this post to end."""

    def close(self) -> None:
        """Let go of what is held, when all threads have ended."""
