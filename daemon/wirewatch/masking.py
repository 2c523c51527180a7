"""Secrets taken out of what people see: of every word that is printed or logged, by whoever.

Nothing prints a secret on purpose; this is for the libraries beneath us, whose exceptions and
answers quote what they were given, and for tracebacks. What is hidden is kept for the life of the
process: secrets of a configuration that has been replaced may still turn up.
"""

import base64
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import unquote, unquote_plus

STARS = "***"
_SHORTEST = 4  # characters; of what is shorter every line would be full of stars
_SHORTEST_PART = 8  # of a part of a URL that may as well be a word
_DIGIT = re.compile(r"\d")
_URL = re.compile(r"[^:/?#]+:/+([^/?#]*)(.*)", re.DOTALL)
_MARKS = re.compile(r"[/:@?&=,;#]+")


@dataclass
class _Hidden:
    """What is hidden: a set that is never changed, only replaced, as other threads look at it."""

    words: frozenset[str] = frozenset()
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, *words: str) -> None:
        """Hide some more words."""
        with self.lock:
            self.words |= set(words)


_hidden = _Hidden()


def hide(secret: str) -> None:
    """Hide a secret from now on, in each way in which it may be written; of a URL, its parts."""
    found = _URL.fullmatch(secret)
    for one in _of_url(found[1], found[2]) if found else ():
        _add(one)
    _add(secret)


def masked(text: str) -> str:
    """Give a text with stars in place of all that is hidden."""
    words = _hidden.words
    return _pattern(words).sub(STARS, text) if words else text


def _of_url(authority: str, rest: str) -> Iterator[str]:
    """Give the password of a URL, and what of it is no plain word; never scheme or host."""
    login, _, _ = authority.rpartition("@")
    user, _, password = login.partition(":")
    if password:
        yield password
        name, word = unquote(user), unquote(password)
        for pair in (f"{name}:{word}", f"\0{name}\0{word}"):  # HTTP Basic, SMTP PLAIN
            _hidden.add(base64.b64encode(pair.encode()).decode())
    for part in (user, *_MARKS.split(rest)):
        if len(part) >= _SHORTEST_PART and _DIGIT.search(part):
            yield part


def _add(secret: str) -> None:
    """Hide a text as it is, unquoted, and as it is sent in logins."""
    for form in {secret, unquote(secret), unquote_plus(secret)}:
        if len(form) >= _SHORTEST:
            coded = base64.b64encode(form.encode("utf-8", "surrogatepass")).decode()
            _hidden.add(form, coded)


@lru_cache(maxsize=2)
def _pattern(words: frozenset[str]) -> re.Pattern[str]:
    """Compile what finds words, the longest first."""
    return re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))))
