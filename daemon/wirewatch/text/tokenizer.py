"""What SQLite's tokenizer (unicode61) reads as we do: words of some scripts, and not of others.

See https://sqlite.org/fts5.html#unicode61_tokenizer.
"""

import unicodedata
from functools import cache

from wirewatch.text.words import is_unspaced

_ALIKE = ("LATIN", "CYRILLIC", "DIGIT", "ARMENIAN", "DEVANAGARI")  # as names of characters begin


@cache
def is_foreign(char: str) -> bool:
    """Tell whether a character is of a script whose words the tokenizer may part otherwise."""
    if is_unspaced(char):
        return True
    return char.isalnum() and not unicodedata.name(char, "").startswith(_ALIKE)
