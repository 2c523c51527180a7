"""What single services want, and Apprise does not see to: their markup, priority, limits.

A service is known by the schemes of its plugin's URLs.
"""

import json
from collections.abc import Callable
from typing import Any

from wirewatch.states import Severity

_READ_MARKDOWN = ("mmost://", "mmosts://")
_PRIORITIES: dict[str, dict[Severity, object]] = {
    "ntfy": dict(zip(Severity, ("low", "default", "high", "max"), strict=True)),
    "gotify": dict(zip(Severity, (3, 5, 8, 10), strict=True)),
}

Weight = tuple[Callable[[str], int], int]
"""What weighs a text, and the most that it may weigh."""


def in_utf8(text: str) -> int:
    """Count the bytes of a text as it is."""
    return len(text.encode())


def _in_json(text: str) -> int:
    """Count the bytes of a text as Apprise writes it in JSON."""
    return len(json.dumps(text)) - 2


_LIMITS: dict[str, tuple[Weight, ...]] = {
    "ntfy": ((in_utf8, 4000), (_in_json, 6500)),  # Apprise would send a file beyond
    "rsyslog": ((in_utf8, 7000),),
}


def with_its_markup(url: str) -> str:
    """Say in a URL that its service reads Markdown, where Apprise takes that for plain text."""
    if not url.lower().startswith(_READ_MARKDOWN) or "format=" in url:
        return url
    return f"{url}{'&' if '?' in url else '?'}format=markdown"


def prioritise(plugin: Any, url: str, severity: Severity) -> None:  # noqa: ANN401 - Apprise is untyped
    """Give a plugin the priority that suits a message, where its URL sets none."""
    if "priority=" not in url:
        for name in plugin.schemas() & _PRIORITIES.keys():
            plugin.priority = _PRIORITIES[name][severity]


def weights_of(plugin: Any) -> tuple[Weight, ...]:  # noqa: ANN401 - the same
    """Give what a service weighs in bytes, where Apprise counts characters."""
    return next((_LIMITS[name] for name in plugin.schemas() & _LIMITS.keys()), ())
