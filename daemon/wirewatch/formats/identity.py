"""What an article is known by where its format gives nothing: a digest, and a headline."""

import hashlib

from wirewatch.keys import NAMELESS
from wirewatch.text.sentences import first_sentence, shortened

HEADLINE_LIMIT = 120
"""Characters of the headline that is made from an untitled story's first sentence."""

DIGEST = "the digest of published, title, dateline and body"
"""What `identity_of` is mostly made of, as `Format.sources` says it."""

HEADLINE = (
    f"the title, else the first sentence of the body, at most {HEADLINE_LIMIT} characters of it"
)
"""Where `headline_of` reads, as `Format.sources` says it."""


def identity_of(*texts: str) -> str:
    """Make a guid from content, so that other bytes of the same story are the same article."""
    return NAMELESS + hashlib.sha256("\x00".join(texts).encode()).hexdigest()


def headline_of(title: str, body: str) -> str:
    """Give the title, or where there is none the first sentence of a body, in short."""
    if title or not body:
        return title
    first = body.partition("\n\n")[0]
    start, end = first_sentence(first)
    return shortened(first[start:end], HEADLINE_LIMIT)
