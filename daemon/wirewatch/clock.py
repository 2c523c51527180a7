"""The time, handed in wherever it is needed, and how it is written."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Gives the present moment as an aware UTC datetime."""


def utc_now() -> datetime:
    """Give the present moment in UTC."""
    return datetime.now(UTC)


def iso(moment: datetime) -> str:
    """Write an aware moment as ISO 8601 in UTC with milliseconds: text that sorts as time does."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + (
        f"{moment.microsecond // 1000:03d}Z"
    )


def from_iso(text: str) -> datetime:
    """Read what `iso` wrote."""
    return datetime.fromisoformat(text)
