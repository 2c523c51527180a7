"""A mark in the log: from here on a new desk's queue gathers all that comes."""

from datetime import datetime
from typing import NamedTuple

from wirewatch.store.database import Transaction


class Join(NamedTuple):
    """A desk's queue stands. It changes nothing.

    A store that has come to this entry has all that the queue lacks: a backup of it makes the desk.
    """

    now: datetime
    desk: str

    def perform(self, db: Transaction) -> None:
        """Do nothing; that it was performed is noted as of any entry."""
        del db
