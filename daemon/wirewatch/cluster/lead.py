"""Which desk sends: one takes the lead, and its epoch begins for all."""

from datetime import datetime
from typing import NamedTuple

from wirewatch.pipeline.acts import TakeUp
from wirewatch.store.database import Transaction
from wirewatch.store.desks import Leading, begin_epoch


class Lead(NamedTuple):
    """A desk sends from now on, as the process that it is now.

    What was being sent is due again, and carries the same key: nobody knows whether it was told.
    """

    now: datetime
    desk: str
    instance: str
    channels: tuple[str, ...]

    def perform(self, db: Transaction) -> Leading:
        """Give the epoch that begins."""
        begun = begin_epoch(db, self.desk, self.instance, self.now)
        TakeUp(self.now, self.channels).perform(db)
        return begun
