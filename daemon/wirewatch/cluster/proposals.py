"""Acts of this desk: written into the log, and performed when they come back out of it.

So they have their place among all others, the same for every desk.
"""

import threading
from concurrent.futures import Future
from concurrent.futures import TimeoutError as LateError
from typing import TYPE_CHECKING, Any, TypeVar

from wirewatch.broker.access import BrokerUnavailableError
from wirewatch.broker.letter import Letter
from wirewatch.broker.link import Link
from wirewatch.cluster.entry import Entry, entry_of, written
from wirewatch.cluster.following import Done, Refused
from wirewatch.pipeline.acts import Act
from wirewatch.store.database import StoreUnavailableError, UnstorableError

if TYPE_CHECKING:
    from collections.abc import Callable

R = TypeVar("R")

_PATIENCE = 10.0  # seconds for the broker to confirm an entry
_WAY = 20.0  # seconds for it to come back
_REMEMBERED = 256  # entries that nobody waits for any more, and may come back yet


class Proposals:
    """Performs acts by way of the log: a `Performer`.

    `late` is given what came of acts for which nobody waited any more.
    """

    def __init__(self, link: Link, log: str) -> None:
        self._link = link
        self._log = log
        self._lock = threading.Lock()
        self._waiting: dict[str, Future[Any]] = {}
        self._given_up: dict[str, None] = {}
        self.late: Callable[[Any], None] = _nothing

    def perform(self, act: Act[R]) -> R:
        """Perform an act; gives what it came to on this desk.

        Raises StoreUnavailableError where the broker does not take it, or it does not come back in
        time; it may be performed even so. Raises UnstorableError where SQLite refuses it.
        """
        entry = entry_of(act)
        future: Future[R | Refused] = Future()
        with self._lock:
            self._waiting[entry.id] = future
        try:
            result = self._awaited(entry, future)
        finally:
            self._leave(entry.id)
        if isinstance(result, Refused):
            raise UnstorableError(f"{entry.kind}: {result.why}")
        return result

    def _awaited(self, entry: Entry, future: "Future[R | Refused]") -> "R | Refused":
        """Write an entry, and wait until it is performed. Raises StoreUnavailableError."""
        letter = Letter(entry.id, entry.kind, written(entry))
        may_come = self._link.connected and not self._link.blocked
        try:
            self._link.publish("", self._log, [letter], _PATIENCE)
            return future.result(_WAY)
        except BrokerUnavailableError as error:
            if self._leave(entry.id, may_come=may_come):
                raise StoreUnavailableError(f"the log cannot be written: {error}") from error
        except LateError as error:
            if self._leave(entry.id):
                problem = f"this desk has not come to its own entry {entry.id} within {_WAY:.0f} s"
                raise StoreUnavailableError(f"{problem}; it may be catching up") from error
        return future.result()  # it was performed all the same

    def done(self, done: Done) -> None:
        """Pass on what came of an entry, if it is one of this desk's."""
        with self._lock:
            future = self._waiting.pop(done.entry.id, None)
            is_late = done.entry.id in self._given_up
            self._given_up.pop(done.entry.id, None)
        if future:
            future.set_result(done.result)
        elif is_late:
            self.late(done.result)

    def _leave(self, entry: str, *, may_come: bool = True) -> bool:
        """Wait for an entry no more, which may come back yet; tell whether it had not."""
        with self._lock:
            if self._waiting.pop(entry, None) is None:
                return False
            if may_come:
                self._given_up[entry] = None
            for old in list(self._given_up)[:-_REMEMBERED]:
                del self._given_up[old]
        return True


def _nothing(_result: object) -> None:
    """Do nothing of what came too late."""
