"""What single services want, and Apprise does not see to: their markup, mentions, priority, limits.

A service is known by the schemes of its plugin's URLs.
"""

import json
from collections.abc import Callable
from typing import Any

from wirewatch.notify.markup import Rendered
from wirewatch.states import Severity

_CHATS = frozenset((
    "bluesky", "bsky", "dingtalk", "discord", "feishu", "fluxer", "gchat", "guilded", "kook",
    "lark", "mastodon", "matrix", "misskey", "mmost", "nctalk", "onebot", "qq", "revolt",
    "rocket", "ryver", "slack", "synology", "tgram", "toot", "tweet", "twist", "twitter", "webex",
    "wecombot", "workflow", "wxteams", "x", "zulip",
))  # fmt: skip
_READ_MARKDOWN = ("mmost://", "mmosts://")
_PRIORITIES: dict[str, dict[Severity, object]] = {
    "ntfy": dict(zip(Severity, ("low", "default", "high", "max"), strict=True)),
    "gotify": dict(zip(Severity, (3, 5, 8, 10), strict=True)),
}
_COUNTED = 12  # characters that Apprise keeps for "[1/2]" behind a title


def _in_utf8(text: str) -> int:
    """Count the bytes of a text as it is."""
    return len(text.encode())


def _in_json(text: str) -> int:
    """Count the bytes of a text as Apprise writes it in JSON."""
    return len(json.dumps(text)) - 2


_LIMITS = {
    "ntfy": ((_in_utf8, 4000), (_in_json, 6500)),  # Apprise would send a file beyond
    "rsyslog": ((_in_utf8, 7000),),
}


def with_its_markup(url: str) -> str:
    """Say in a URL that its service reads Markdown, where Apprise takes that for plain text."""
    if not url.lower().startswith(_READ_MARKDOWN) or "format=" in url:
        return url
    return f"{url}{'&' if '?' in url else '?'}format=markdown"


def calling_nobody(words: Rendered, plugin: Any) -> Rendered:  # noqa: ANN401 - Apprise is untyped
    """Keep a message from mentioning people in a chat: articles hold @all and the like too.

    A space of no width after the @ does it everywhere; no chat has a mark to escape one.
    """
    if _CHATS.isdisjoint(plugin.schemas()):
        return words
    return Rendered(*(text.replace("@", "@\u200b") for text in words))


def suit(plugin: Any, url: str, words: Rendered, severity: Severity) -> None:  # noqa: ANN401 - the same
    """Give a plugin the priority and the limit that suit a message, where its URL sets none.

    Apprise counts characters where these services count bytes; what is over is split.
    """
    schemas = plugin.schemas()
    for name in schemas & _PRIORITIES.keys():
        if "priority=" not in url:
            plugin.priority = _PRIORITIES[name][severity]
    for name in schemas & _LIMITS.keys():
        most = min(_together(words.body, weigh, limit) for weigh, limit in _LIMITS[name])
        plugin.body_maxlen = most + min(plugin.title_maxlen, len(words.title) + _COUNTED)


def _together(text: str, weigh: Callable[[str], int], most: int) -> int:
    """Give how many characters may always go together, wherever in a text, up to a weight."""
    if weigh(text) <= most:
        return len(text)
    fewest, start, weight = len(text), 0, 0
    weights = [weigh(letter) for letter in text]
    for end, one in enumerate(weights):
        weight += one
        while weight > most:
            fewest = min(fewest, end - start)
            weight -= weights[start]
            start += 1
    return fewest
