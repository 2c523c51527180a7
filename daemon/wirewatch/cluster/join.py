"""A mark in the log: from here on a new desk's queue gathers all that comes."""

from datetime import datetime
from typing import NamedTuple

from wirewatch.store.database import Transaction
from wirewatch.store.desks import note_joined


class Join(NamedTuple):
    """A desk's queue stands.

    A store that has come to this entry has all that the queue lacks: a backup of it makes the desk.
    """

    now: datetime
    desk: str

    def perform(self, db: Transaction) -> None:
        """Note its name, so that it is missed when it does not answer."""
        note_joined(db, self.desk, self.now)
