"""The rows that values come to, without the ids that only a batch can give."""

import json

from wirewatch.clock import iso
from wirewatch.model import Match, Planned

Row = dict[str, object]


def delivery_row(planned: Planned, now: str) -> Row:
    """Give the row of a delivery that nobody has tried yet."""
    return {
        "channel": planned.channel,
        "key": planned.key,
        "state": planned.state.value,
        "reason": planned.reason.value if planned.reason else None,
        "due": iso(planned.due),
        "attempts": 0,
        "created": now,
        "since": iso(planned.due),
        "finished": None,
        "escalation": int(planned.escalation),
        "grouping": planned.group,
        "recall": int(planned.recall),
    }


def rule_row(match: Match, now: str) -> tuple[str, ...]:
    """Give a rule as it was when it matched."""
    channels = json.dumps(match.channels, ensure_ascii=False, separators=(",", ":"))
    severity = match.severity.value
    return (match.rule_hash, match.rule, match.title, match.query, severity, channels, now)
