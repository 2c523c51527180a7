"""Sees to it that a desk never goes on behind a gap: what it has missed nobody tells it again.

Entries are missing where a desk's queue had grown too large and its oldest were cut off, or where
the queue was made when the log had begun already.
"""

import time
from collections.abc import Callable

from wirewatch.broker.letter import Parcel
from wirewatch.broker.link import Link
from wirewatch.broker.topology import Settings
from wirewatch.cluster.account import Follows, Question
from wirewatch.cluster.asking import accounts
from wirewatch.errors import WirewatchError
from wirewatch.store.desks import REMEMBERED

_LOOK = 5.0  # seconds after which a desk looks again whether its queue was cut
_ASKING = 1.0  # seconds for other desks to answer
_COMPARISONS = 3  # a connection, with other desks, until one of them knows; there may be none
_CONNECTING = 5.0  # seconds; letters may be handed out before questions can be asked

Check = Callable[[int, Parcel | None, int], None]
"""Is given which connection handed entries out, the first that is new, and the desk's position."""


class GapError(WirewatchError):
    """Entries are missing that all other desks have: this desk cannot come to what they hold."""


def unchecked(_session: int, _first: Parcel | None, _position: int) -> None:
    """Take it that nothing is missing."""


class Unbroken:
    """Checks what one desk is handed."""

    def __init__(
        self,
        link: Link,
        settings: Settings,
        name: str,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._link = link
        self._settings = settings
        self._name = name
        self._monotonic = monotonic
        self._looked = (0, 0.0)
        self._comparisons = _COMPARISONS
        self._others = 0

    def check(self, session: int, first: Parcel | None, position: int) -> None:
        """Look for a gap before what is performed next.

        Raises GapError where there is one, BrokerUnavailableError where that cannot be known.
        """
        now = self._monotonic()
        if self._looked[0] == session and now - self._looked[1] < _LOOK:
            return
        if self._looked[0] != session:  # another may have deleted the queue meanwhile
            self._comparisons, self._others = _COMPARISONS, 0
        self._link.wait(_CONNECTING)
        self._refuse_cut()
        if first is not None and self._comparisons:
            self._comparisons -= 1
            self._refuse_strange(first.letter.id, position)
        self._looked = (session, now)

    def _refuse_cut(self) -> None:
        """Raise GapError where a letter tells that the queue was cut."""
        queue = self._settings.cut(self._name)
        found = self._link.depths([queue])[queue]
        if found and found[0]:
            size = f"{self._settings.desk_bytes:,} bytes (cluster.desk)"
            raise self._gap(f"its queue had reached {size}, and its oldest entries were cut off")

    def _refuse_strange(self, entry: str, position: int) -> None:
        """Raise GapError where another desk has an entry elsewhere than it would be here."""
        question = Question(entry=entry)
        said = accounts(self._link, self._settings.asks, question, _ASKING, self._others)
        self._others = len(said)  # when as many have spoken again, nobody is waited for
        for one in said:
            if one.follows is None or one.name == self._name:
                continue
            if _is_further(one.follows, position):
                raise self._gap(
                    f"the next entry would be number {position + 1} here, and the desk {one.name}"
                    f" has others at that place, up to {one.follows.position}"
                )
            if one.follows.entry_at:
                self._comparisons = 0

    def _gap(self, why: str) -> GapError:
        """Say what is wrong, and what to do."""
        return GapError(
            f"entries of the log are missing for the desk {self._name}: {why}; build it anew: with"
            f" it stopped `wirewatch cluster forget {self._name}`, then `wirewatch cluster join`"
        )


def _is_further(other: Follows, position: int) -> bool:
    """Tell whether another desk has performed entries that this one will not be given.

    It has when it knows the next entry at a later place, or has come further without it. One that
    knows it at an earlier place lacks entries itself.
    """
    if other.entry_at:
        return other.entry_at > position + 1
    return position < other.position < position + REMEMBERED
