"""What SQLite's tokenizer (unicode61) reads as we do: words of some scripts, and not of others.

See https://sqlite.org/fts5.html#unicode61_tokenizer.
"""

import unicodedata
from functools import cache
from typing import NamedTuple

from wirewatch.text.words import is_unspaced

NOTHING = '""'  # the expression that finds none
_ALIKE = ("LATIN", "CYRILLIC", "DIGIT", "ARMENIAN", "DEVANAGARI")  # as names of characters begin


class Expressions(NamedTuple):
    """FTS5 expressions that together find every article a query can be true of.

    None stands for every article, `NOTHING` for none. Articles that have `foreign` words may
    have any that is written in such a script; the others are read `alike`, and have none of these.
    """

    alike: str | None
    foreign: str | None


EVERYTHING = Expressions(None, None)


@cache
def is_foreign(char: str) -> bool:
    """Tell whether a character is of a script whose words the tokenizer may part otherwise."""
    if is_unspaced(char):
        return True
    return char.isalnum() and not unicodedata.name(char, "").startswith(_ALIKE)
