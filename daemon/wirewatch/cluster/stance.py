"""How a desk stands in the log, as it says when it is asked."""

import threading

from wirewatch.cluster.account import Follows, Question
from wirewatch.cluster.election import Election
from wirewatch.cluster.following import Following
from wirewatch.cluster.measuring import Measuring
from wirewatch.store.database import Store
from wirewatch.store.desks import digest_at, known_desks, position_of


class Stance:
    """Reads by a connection of its own, for one who asks at a time."""

    def __init__(
        self, store: Store, following: Following, election: Election, measuring: Measuring
    ) -> None:
        self._store = store
        self._turn = threading.Lock()
        self._following = following
        self._election = election
        self._measuring = measuring

    def follows(self, question: Question) -> Follows:
        """Say how the desk stands, and answer the rest of a question."""
        with self._turn:
            return self._follows(question)

    def _follows(self, question: Question) -> Follows:
        """Say it in one's turn."""
        db, at = self._store.db, self._following.at
        return Follows(
            at.number,
            at.digest,
            round(self._following.lag, 3),
            self._election.leads,
            self._election.leading,
            known_desks(db),
            (question.at and digest_at(db, question.at)) or "",
            (question.entry and position_of(db, question.entry)) or 0,
            (question.measure and self._measuring.found(question.measure)) or "",
        )
