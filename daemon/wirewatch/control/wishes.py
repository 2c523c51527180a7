"""What people wish of the desk, granted as acts: each in one transaction."""

import getpass
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from wirewatch.clock import Clock, iso
from wirewatch.control.asker import printable
from wirewatch.errors import WirewatchError
from wirewatch.pipeline.acts import BeginSilence, EndSilence, Performer, TakeOn, TryAgain
from wirewatch.quantities import duration
from wirewatch.store.silences import Silence

ANY = "*"
_LONGEST_PATTERN = 200  # of what GLOB is given for every delivery that falls due
_LONGEST_COMMENT = 1_000


class WishError(WirewatchError):
    """A wish that makes no sense; `field` names what is wrong in it."""

    def __init__(self, field: str, problem: str) -> None:
        self.field = field
        self.problem = problem
        super().__init__(problem)


@dataclass(frozen=True, slots=True)
class TakenOn:
    """Alerts acknowledged: how many now, how many had been before, and names that lead to none."""

    alerts: tuple[int, ...]
    taken: int
    before: int
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hush:
    """A silence that is wanted: patterns as shells write them, for how long, or until when."""

    until: str
    comment: str
    rule: str = ANY
    channel: str = ANY
    source: str = ANY


@dataclass(frozen=True, slots=True)
class Begun:
    """A silence that has begun: its number, and when it ends."""

    silence: int
    until: str


class Desk(Protocol):
    """Who grants wishes: the store itself, or the daemon that holds it; `by` says who asks."""

    def acknowledge(self, names: Sequence[str], by: str = "") -> TakenOn:
        """Take alerts on, by their numbers or the `ref` of a message."""

    def retry(self, alerts: Sequence[int], by: str = "", *, dead: bool = False) -> int:
        """Make what was not delivered of alerts, or every `dead` delivery, due at once."""

    def silence(self, hush: Hush, by: str = "") -> Begun:
        """Begin a silence."""

    def unsilence(self, number: int, by: str = "") -> bool:
        """End a silence; tell whether there was such a one, still at work."""


class StoreDesk:
    """Grants wishes on a store; `woken` is called after each, when it is committed.

    Raises StoreError when the store cannot be written, WishError when a wish makes no sense.
    """

    def __init__(
        self, performer: Performer, clock: Clock, woken: Callable[[], None] | None = None
    ) -> None:
        self._performer = performer
        self._clock = clock
        self._woken = woken or _nobody

    def acknowledge(self, names: Sequence[str], by: str = "") -> TakenOn:
        """Take alerts on; what waited because nobody had is suppressed."""
        wish = TakeOn(self._clock(), tuple(names), by or getpass.getuser())
        found, taken, unknown = self._performer.perform(wish)
        self._woken()
        return TakenOn(tuple(found), taken, len(found) - taken, tuple(unknown))

    def retry(self, alerts: Sequence[int], by: str = "", *, dead: bool = False) -> int:
        """Make failed, dead and suppressed deliveries due at once; give their number."""
        del by  # no row has a place for it
        count = self._performer.perform(TryAgain(self._clock(), tuple(alerts), dead))
        self._woken()
        return count

    def silence(self, hush: Hush, by: str = "") -> Begun:
        """Begin a silence."""
        now = self._clock()
        silence = silence_of(hush, by or getpass.getuser(), now)
        number = self._performer.perform(BeginSilence(now, silence))
        self._woken()
        return Begun(number, iso(silence.until))

    def unsilence(self, number: int, by: str = "") -> bool:
        """End a silence; what it has kept stays suppressed."""
        del by  # no row has a place for it
        ended = self._performer.perform(EndSilence(self._clock(), number))
        self._woken()
        return ended


def _nobody() -> None:
    """Wake nobody: a daemon looks by itself within seconds."""


def silence_of(hush: Hush, author: str, now: datetime) -> Silence:
    """Make a silence of what is wanted. Raises WishError."""
    patterns = {"rule": hush.rule, "channel": hush.channel, "source": hush.source}
    if all(pattern in {ANY, ""} for pattern in patterns.values()):
        raise WishError("rule", "name a rule, a channel or a source")
    for field, pattern in patterns.items():
        if len(pattern) > _LONGEST_PATTERN:
            raise WishError(field, f"a pattern has at most {_LONGEST_PATTERN} characters")
    comment = printable(hush.comment).strip()
    if not comment:
        raise WishError("comment", "say why, in a comment")
    if len(comment) > _LONGEST_COMMENT:
        raise WishError("comment", f"a comment has at most {_LONGEST_COMMENT} characters")
    rule, channel, source = (printable(pattern) or ANY for pattern in patterns.values())
    until = _moment(hush.until, now)
    return Silence(rule, channel, source, until, author, comment)


def _moment(said: str, now: datetime) -> datetime:
    """Read '2h' from now on, or a moment, in UTC where it says no zone. Raises WishError."""
    try:
        until = now + duration(said) if said[-1:].isalpha() else datetime.fromisoformat(said)
        moment = (until if until.tzinfo else until.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        problem = f"{said!r} is no time; write it as 2h, 3d or 2026-03-02T23:10"
        raise WishError("until", problem) from error
    if moment <= now:
        raise WishError("until", f"{said!r} is over")
    return moment
