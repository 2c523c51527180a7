"""An event as it is logged: a name and fields, which no value can add to or break out of."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from wirewatch.clock import iso

Value = str | int | float | datetime | list[int] | list[str] | tuple[int, ...] | None

_BARE = re.compile(r"[A-Za-z0-9_./:@+,*-]+")
_DIGITS = 3  # of a fraction


class Event:
    """Something to log: `_log.info(Event("stored", file=3, inbox="wires"))`.

    Its text is `stored file=3 inbox=wires`. Fields that are None are left out.
    """

    def __init__(self, name: str, **fields: Value) -> None:
        self.name = name
        self._fields = fields

    @property
    def fields(self) -> dict[str, str | int | float | list[int] | list[str]]:
        """Give the fields as JSON can say them."""
        return {key: _plain(value) for key, value in self._fields.items() if value is not None}

    def __str__(self) -> str:
        return " ".join((self.name, *pairs(self.fields)))


def pairs(fields: Mapping[str, str | float | list[int] | list[str]]) -> list[str]:
    """Write fields as `key=value`, one text each."""
    return [f"{key}={_written(value)}" for key, value in fields.items()]


def _plain(value: object) -> str | int | float | list[int] | list[str]:
    """Give a value as JSON can say it."""
    match value:
        case datetime():
            return iso(value)
        case StrEnum():
            return value.value
        case tuple() | list():
            return list(value)
        case float():
            return round(value, _DIGITS)
        case int():
            return value
        case _:
            return str(value)


def _written(value: object) -> str:
    """Write a value: as it is where it is one plain word, else in quotes with escapes."""
    if isinstance(value, list):
        return _written(",".join(map(str, value)))
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if _BARE.fullmatch(text) else escaped(json.dumps(text, ensure_ascii=False))


def escaped(text: str) -> str:
    """Replace what a terminal, or a reader of lines, might obey by its number, as JSON does."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _numbered(char) for char in text)


def _numbered(char: str) -> str:
    """Write a character by its number, as JSON does."""
    return json.dumps(char)[1:-1] if char != "\x7f" else "\\u007f"
