"""A page: an address, a template, and what the template is given of the store."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from wirewatch.deployment import Deployment
from wirewatch.pages.wording import Wording
from wirewatch.store.database import Reader

LARGEST = 2**63 - 1
"""The largest number that SQLite knows."""


class MissingError(LookupError):
    """There is no such page: nothing in the store bears that number or name."""


def whole(said: str) -> int | None:
    """Read a whole number that SQLite can hold; None where it is none."""
    is_one = said.isascii() and said.isdecimal() and len(said) < len(str(LARGEST))
    return int(said) if is_one else None


@dataclass(frozen=True, slots=True)
class Visit:
    """What a visitor asks for, when and in which language, who it is, and the configuration."""

    parts: Mapping[str, str]
    """The parts of the address that its pattern names."""
    query: Mapping[str, str]
    deployment: Deployment
    words: Wording
    now: datetime
    user: str = ""
    """Who a proxy says that it is."""

    def number(self, key: str) -> int | None:
        """Give a whole number of the query; None where there is none, or it is none."""
        return whole(self.query.get(key, ""))


@dataclass(frozen=True, slots=True)
class Page:
    """One page; `values` reads what its template of the same name is given."""

    name: str
    address: re.Pattern[str]
    values: Callable[[Reader, Visit], dict[str, Any]]
    in_menu: bool = True
    under: str = ""
    """The page of the menu that it belongs to, where it is not there itself."""
    is_heavy: bool = False
    """It may take seconds, and is read by threads of its own."""

    @property
    def path(self) -> str:
        """Give the address of a page that has no parts."""
        return self.address.pattern.removesuffix("$")
