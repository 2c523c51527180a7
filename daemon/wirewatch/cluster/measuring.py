"""Digests what a desk holds at a place in the log, while the desk goes on behind it."""

import logging
import threading
from pathlib import Path

from wirewatch.cluster.following import Done
from wirewatch.cluster.measure import Measure
from wirewatch.errors import StoreError
from wirewatch.event import Event
from wirewatch.store.database import DatabaseError, open_reader
from wirewatch.store.digest import begin_reading, digest_of, end_reading, table_digests

_log = logging.getLogger("wirewatch.cluster")

_REMEMBERED = 8  # answers
_AT_ONCE = 2  # readings; each keeps the store's log from being given back
_BEGINNING = 10.0  # seconds that following waits until a reading has begun


class Measuring:
    """Hears of what is performed; `found` has the digests, by the name of the question."""

    def __init__(self, store: Path) -> None:
        self._store = store
        self._free = threading.Semaphore(_AT_ONCE)
        self._found: dict[str, str] = {}

    def found(self, question: str) -> str:
        """Give the digest that was asked for; nothing while it is not known."""
        return self._found.get(question, "")

    def done(self, done: Done) -> None:
        """Begin to read, where a desk is asked to, before the log goes on.

        `following` performs nothing more before this ends.
        """
        if not isinstance(done.entry.act, Measure) or not self._free.acquire(blocking=False):
            return
        begun = threading.Event()
        arguments = (done.entry.act.question, begun)
        threading.Thread(target=self._measure, args=arguments, name="measure", daemon=True).start()
        begun.wait(_BEGINNING)

    def _measure(self, question: str, begun: threading.Event) -> None:
        """Digest what the store holds now."""
        try:
            db = open_reader(self._store)
            try:
                begin_reading(db)
                begun.set()
                digest = digest_of(table_digests(db))
                end_reading(db)
            finally:
                db.close()
        except (DatabaseError, StoreError) as error:
            _log.warning(Event("not-measured", error=str(error)))
        else:
            self._keep(question, digest)
        finally:
            begun.set()
            self._free.release()

    def _keep(self, question: str, digest: str) -> None:
        """Remember an answer, and forget the oldest."""
        self._found = {**dict(list(self._found.items())[1 - _REMEMBERED :]), question: digest}
