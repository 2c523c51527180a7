"""A question in the log: every desk digests what it holds at the very place where it is asked."""

from datetime import datetime
from typing import NamedTuple

from wirewatch.store.database import Transaction


class Measure(NamedTuple):
    """All desks digest what they hold when they have come to this entry; `question` names it.

    It changes nothing: a desk reads for as long as that takes, and follows the log meanwhile
    (`measuring`).
    """

    now: datetime
    question: str

    def perform(self, db: Transaction) -> str:
        """Give the question."""
        del db
        return self.question
