"""The key that a message carries, by which a repeat is seen."""

import hashlib
from datetime import datetime

from wirewatch.clock import iso
from wirewatch.model import Article

NAMELESS = "sha256:"
"""How the guid of an article begins that its format gives none, so that it is of its content."""

KEY_LENGTH = 16
"""Hexadecimal digits of a delivery's key: 64 bits, so that a clash is not to be expected."""


def alarm_key(title: str, subject: str, raised: datetime, channel: str) -> str:
    """Give the key of a message that tells one channel of an alarm, raised or over."""
    words = "\x00".join((title, subject, iso(raised), channel))
    return hashlib.sha256(words.encode(errors="surrogatepass")).hexdigest()[:KEY_LENGTH]


def bundle_key(channel: str, slot: str) -> str:
    """Give the key of a message that gathers alerts: of its channel and its turn, nothing else."""
    return hashlib.sha256(f"{channel}\x00{slot}".encode()).hexdigest()[:KEY_LENGTH]


def delivery_key(article: Article, rule: str, channel: str) -> str:
    """Give the key that a message carries: the same for a repeat, on any machine.

    It follows from the article's identity, the rule and the channel, and from nothing else.
    """
    words = "\x00".join((article.guid, str(article.version), rule, channel))
    return hashlib.sha256(words.encode(errors="surrogatepass")).hexdigest()[:KEY_LENGTH]
