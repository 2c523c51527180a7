"""What a channel wants to hear and when, as the outbox asks for it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from wirewatch.states import DeliveryReason, Severity


class Policy(Protocol):
    """What a channel wants to hear and when, as claiming asks for it."""

    @property
    def holds(self) -> bool:
        """Tell whether it can hold anything at all."""

    @property
    def rate(self) -> int | None:
        """Give how many messages it takes in any `per`; None where it counts none."""

    @property
    def per(self) -> timedelta:
        """Give for how long messages are counted."""

    @property
    def zone(self) -> ZoneInfo:
        """Give the zone of its days."""

    @property
    def pictured(self) -> bool:
        """Tell whether what it gathers has a picture of its month."""

    def held(
        self,
        severity: Severity,
        reason: DeliveryReason | None,
        now: datetime,
        sent: Sequence[datetime],
        last: datetime | None = None,
    ) -> tuple[datetime, DeliveryReason] | None:
        """Say until when and why something waits that is due now; None when it may go.

        `sent` are the last messages, `last` is the last one of the group that it belongs to.
        """

    def empty_since(self, now: datetime) -> tuple[datetime, datetime] | None:
        """Give the last digest and the one before, where the last is told though it is empty."""

    def slot(self, moment: datetime) -> str:
        """Name a moment by the date and time on the channel's wall."""
