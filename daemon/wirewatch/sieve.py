"""What the store is asked for, to find the articles that a query can be true of.

It may give more: the matcher decides.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

NOTHING = '""'
"""The expression of FTS5 that finds no article."""


class Expressions(NamedTuple):
    """FTS5 expressions that together find every article a query can be true of.

    None stands for every article, `NOTHING` for none. Articles that have `foreign` words may have
    any that is written in such a script; the others are read `alike`, and have none of these.
    """

    alike: str | None
    foreign: str | None


class Naming(NamedTuple):
    """What an article must name: one entry of each group, by lists of some versions.

    `beside` is what full text is asked for where that decides about names.
    """

    groups: tuple[tuple[str, ...], ...]
    lists: tuple[tuple[str, str], ...]
    beside: Expressions


@dataclass(frozen=True)
class Sieve:
    """What an article must have: words, names, and nothing of what a body must be `without`.

    That is in small letters, of ASCII. To write the words of many names takes some time: `worded`
    does so where they are asked for.
    """

    worded: Callable[[], Expressions]
    naming: Naming | None = None
    without: tuple[str, ...] = ()

    @cached_property
    def words(self) -> Expressions:
        """Give what full text is asked for where it is all that tells of names too."""
        return self.worded()


EVERYTHING = Sieve(lambda: Expressions(None, None))
