"""When an embargo lifts: what an article says of it may be a moment, a day, a month or a year."""

from datetime import UTC, datetime, timedelta, timezone

_BEGINNING = "0000-01-01"  # of a year or a month that is named alone
_LAST_ZONE = timezone(timedelta(hours=-12))  # where every day ends last


def lift_of(embargo: str | None) -> datetime | None:
    """Give when an embargo lifts: without a zone when it has everywhere, at worst at time's end."""
    if not embargo:
        return None
    lift = datetime.fromisoformat(embargo + _BEGINNING[len(embargo) :])
    try:
        return (lift if lift.tzinfo else lift.replace(tzinfo=_LAST_ZONE)).astimezone(UTC)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)
