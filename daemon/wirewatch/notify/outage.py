"""The message that tells the operator that nothing can be stored: it cannot go by the store."""

from datetime import datetime

from wirewatch.keys import alarm_key
from wirewatch.model import Message
from wirewatch.states import AlarmKind, Severity


def outage_message(channel: str, since: datetime, said: str) -> Message:
    """Make the message for a channel; `since` is when the outage began."""
    title = f"Wirewatch: {AlarmKind.STORE}"
    return Message(
        delivery_id=0,
        alert_id=0,
        channel=channel,
        key=alarm_key(title, "store", since, channel),
        attempts=0,
        created=since,
        repeat_possible=False,
        rule=f"alarm:{AlarmKind.STORE}",
        rule_title=title,
        severity=Severity.CRITICAL,
        article_id=None,
        headline=said,
    )
