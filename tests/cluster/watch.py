"""What a broker tells of itself by its management plugin: where a queue leads, who takes from it."""

import base64
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Sequence
from typing import Any

from wirewatch.broker.local import PASSWORD, USER

_WORD = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode("ascii")
_PATIENCE = 5.0


def leader_of(management: Sequence[str], queue: str) -> int | None:
    """Give the node on which a queue leads, by its number; None where nobody says."""
    said = _queue(management, queue)
    name = str(said.get("leader", "")) if said else ""
    return int(name.partition("@")[0].removeprefix("n")) if name else None


def taker_of(management: Sequence[str], queue: str) -> int | None:
    """Give the port of the one connection that takes from a queue; None where nobody says."""
    said = _queue(management, queue)
    for one in said.get("consumer_details", []) if said else []:
        if one.get("activity_status") == "single_active":
            return int(one["channel_details"]["peer_port"])
    return None


def _queue(management: Sequence[str], queue: str) -> dict[str, Any] | None:
    """Ask the first node that answers for a queue."""
    for address in management:
        url = f"{address}/api/queues/%2F/{urllib.parse.quote(queue, safe='')}"
        asked = urllib.request.Request(url, headers={"Authorization": f"Basic {_WORD}"})  # noqa: S310 - loopback
        try:
            with urllib.request.urlopen(asked, timeout=_PATIENCE) as answer:  # noqa: S310 - loopback
                found: dict[str, Any] = json.load(answer)
                return found
        except (urllib.error.URLError, OSError, ValueError):
            continue
    return None
