"""What a channel wants to hear and when: at once, in digests, not at night, so many an hour.

Pure: what waits, what was sent lately and the time go in. Nothing is ever dropped: what may not go
now waits until it may, with the reason, and what has waited goes out gathered.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from wirewatch.rhythm import Quiet, last_time, next_time
from wirewatch.states import DeliveryReason, Severity

_LOUDNESS = tuple(Severity)
_LATE = timedelta(hours=1)  # after which nobody wants to be told that nothing came
_UTC = ZoneInfo("UTC")


class Held(NamedTuple):
    """Until when something is held, and why."""

    until: datetime
    reason: DeliveryReason


@dataclass(frozen=True, slots=True)
class Policy:
    """How one channel is told. By itself: everything at once.

    `digests` are rhythms as `rhythm_of` gives them, `rate` counts messages in any `per`, `interval`
    lies between two messages of a group; what speaks as loudly as `breaks`, or louder, is held by
    none of it. With `tells_of_nothing` a digest that is empty is told too. `pictured` is for
    channels whose digests have a picture of their month.
    """

    zone: ZoneInfo = _UTC
    digests: tuple[str, ...] = ()
    quiet: tuple[Quiet, ...] = ()
    rate: int | None = None
    per: timedelta = timedelta(hours=1)
    breaks: Severity | None = Severity.CRITICAL
    interval: timedelta = timedelta()
    tells_of_nothing: bool = False
    pictured: bool = False

    @property
    def holds(self) -> bool:
        """Tell whether it can hold anything at all."""
        return bool(self.digests or self.quiet or self.rate or self.interval)

    def held(
        self,
        severity: Severity,
        reason: DeliveryReason | None,
        now: datetime,
        sent: Sequence[datetime],
        last: datetime | None = None,
    ) -> Held | None:
        """Say until when a message is held that is due now; None when it may go.

        `reason` is why it has waited, if it has: what has been in a digest's turn waits for no
        other. `sent` are the moments of the last messages, first to last; `last` is that of the
        last message of its group.
        """
        if reason is DeliveryReason.RETRIED_BY_HAND or self._breaks(severity):
            return None
        if self.digests and reason is None:
            return Held(next_time(self.digests, self.zone, now), DeliveryReason.DIGEST)
        if reason is None and last and now < last + self.interval:
            return Held(last + self.interval, DeliveryReason.GROUPED)
        ends = [end for quiet in self.quiet if (end := quiet.until(now, self.zone))]
        if ends:
            return Held(max(ends), DeliveryReason.QUIET_HOURS)
        lately = [moment for moment in sent if moment > now - self.per]
        if self.rate and len(lately) >= self.rate:
            return Held(lately[-self.rate] + self.per, DeliveryReason.RATE)
        return None

    def empty_since(self, now: datetime) -> tuple[datetime, datetime] | None:
        """Give the last digest and the one before, where the last is to be told though it is empty.

        None where that is over an hour ago, or quiet hours put it off.
        """
        if not (self.tells_of_nothing and self.digests):
            return None
        last = last_time(self.digests, self.zone, now)
        if now - last > _LATE or any(quiet.until(last, self.zone) for quiet in self.quiet):
            return None
        return last, last_time(self.digests, self.zone, last - timedelta(seconds=1))

    def slot(self, moment: datetime) -> str:
        """Name a digest of a moment by the date and time on the wall."""
        local = moment.astimezone(UTC).astimezone(self.zone)
        return local.isoformat(timespec="minutes")

    def _breaks(self, severity: Severity) -> bool:
        """Tell whether something is so urgent that nothing holds it."""
        return self.breaks is not None and _LOUDNESS.index(severity) >= _LOUDNESS.index(self.breaks)
