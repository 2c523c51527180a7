"""Keywords as the properties of documents have them."""

import re

from wirewatch.formats.office.tidy import tidy

_PARTING = re.compile(r"[;,\n]")


def keywords_of(text: str) -> tuple[str, ...]:
    """Give keywords, parted by commas or semicolons, each once."""
    words = (tidy(word).strip("\"' ") for word in _PARTING.split(text))
    return tuple(dict.fromkeys(word for word in words if word))
