"""Quantities as people write them in a configuration: durations, sizes, counts and shares."""

import re
from datetime import timedelta
from typing import Annotated, Any, NamedTuple

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)")
_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
_LONGEST = timedelta(days=36_525)
"""A hundred years: with more, the calendar ends before or behind it."""
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*(B|kB|KB|MB|GB)?")
_RATE = re.compile(r"(\d{1,6})\s*/\s*(m|h|d)")
_BYTES = {None: 1, "B": 1, "kB": 10**3, "KB": 10**3, "MB": 10**6, "GB": 10**9}


def duration(value: Any) -> Any:  # noqa: ANN401 - whatever the file holds
    """Read '300ms', '2s', '5m', '1h' or '3d'."""
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if not found:
        raise ValueError(
            f"{value!r} is no duration | write it as '300ms', '2s', '5m', '1h' or '3d'"
        )
    seconds = float(found[1]) * _SECONDS[found[2]]
    if seconds > _LONGEST.total_seconds():
        problem = f"{value!r} is no duration that a calendar holds"
        raise ValueError(f"{problem} | write it as '5m', '1h' or '3d', a hundred years at most")
    return timedelta(seconds=seconds)


def _size(value: Any) -> Any:  # noqa: ANN401 - whatever the file holds
    """Read a number of bytes, or '200kB', '20MB', '1GB'."""
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    found = _SIZE.fullmatch(value) if isinstance(value, str) else None
    if not found or not float(found[1]):
        raise ValueError(f"{value!r} is no size | write it as '200kB', '20MB' or '1GB'")
    return int(float(found[1]) * _BYTES[found[2]])


def as_size(count: int) -> str:
    """Write a number of bytes as people do: '1.5 GB'."""
    for unit in ("GB", "MB", "kB"):
        if count >= _BYTES[unit]:
            return f"{count / _BYTES[unit]:.3g} {unit}"
    return f"{count} B"


class Rate(NamedTuple):
    """So many in a time."""

    number: int
    per: timedelta


def _rate(value: Any) -> Any:  # noqa: ANN401 - whatever the file holds
    """Read '10/h', '3/m' or '100/d'."""
    found = _RATE.fullmatch(value) if isinstance(value, str) else None
    if not found or not int(found[1]):
        raise ValueError(f"{value!r} is no rate | write it as '10/h', '3/m' or '100/d'")
    return Rate(int(found[1]), timedelta(seconds=_SECONDS[found[2]]))


def _some_time(value: timedelta) -> timedelta:
    """Refuse no time at all, where something is to be done again after it."""
    if not value:
        raise ValueError("0 is no duration here | give at least '1ms'")
    return value


_DURATION_SCHEMA = WithJsonSchema({"type": "string", "pattern": r"^\d+(\.\d+)?\s*(ms|s|m|h|d)$"})
_SIZE_SCHEMA = WithJsonSchema({"type": ["integer", "string"]})
Duration = Annotated[timedelta, BeforeValidator(duration), _DURATION_SCHEMA]
SomeTime = Annotated[Duration, AfterValidator(_some_time)]
Size = Annotated[int, BeforeValidator(_size), _SIZE_SCHEMA]
RateLimit = Annotated[
    Rate, BeforeValidator(_rate), WithJsonSchema({"type": "string", "pattern": _RATE.pattern})
]
Share = Annotated[float, Field(gt=0, le=1)]
Count = Annotated[int, Field(ge=1)]
