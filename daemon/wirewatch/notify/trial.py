"""The message of `wirewatch send-test`: looks like an alert, and says that it is none."""

from datetime import datetime

from wirewatch.model import Message, Span
from wirewatch.states import Severity


def trial_message(channel: str, now: datetime) -> Message:
    """Make a test message for a channel."""
    body = "This is a test of Wirewatch. An alert marks what was found like this."
    start = body.index("marks what was found")
    return Message(
        delivery_id=0,
        alert_id=0,
        channel=channel,
        key=f"test-{now:%Y%m%d%H%M%S}",
        attempts=0,
        created=now,
        repeat_possible=False,
        rule="send-test",
        rule_title="Test message, nothing has happened",
        severity=Severity.LOW,
        article_id=0,
        headline="Wirewatch can reach this channel",
        title="",
        dateline="",
        body=body,
        spans=(Span("body", start, start + len("marks what was found")),),
        place=None,
        agency="Wirewatch",
        published=f"{now:%Y-%m-%d}",
        source="send-test",
        path="none",
    )
