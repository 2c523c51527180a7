"""Moments as agencies write them: ISO 8601 in its forms, and the dates of mail.

Nothing is guessed: a moment without a zone stays local, as written; what cannot be read is none.
"""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from wirewatch.states import Precision

_BASIC = re.compile(
    r"(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?)?(Z|[+-]\d{2}:?\d{2})?", re.ASCII
)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_PART = re.compile(r"([1-9]\d{3})(-(?:0[1-9]|1[0-2]))?", re.ASCII)

When = tuple[str | None, Precision | None]
"""A moment as `Article.published` has it, and how exact it is."""


def when(*texts: str | None) -> When:
    """Read the first of some texts that is a moment or a day."""
    for text in texts:
        found = _read(text.strip()) if text else None
        if found is not None:
            return found
    return None, None


def moment(text: str | None) -> str | None:
    """Read a moment, as `Article.embargo` has it; None where there is none."""
    return when(text)[0]


def _read(text: str) -> When | None:
    """Read one text."""
    if _DATE.fullmatch(text):
        return (text, Precision.DAY) if _iso(text) else None
    part = _PART.fullmatch(text)
    if part:
        return text, Precision.MONTH if part[2] else Precision.YEAR
    basic = _BASIC.fullmatch(text)
    if basic:
        year, month, day, hour, minute, second, zone = basic.groups()
        text = f"{year}-{month}-{day}"
        if hour is None:
            return (text, Precision.DAY) if _iso(text) else None
        text += f"T{hour}:{minute}:{second or '00'}{zone or ''}"
    found = _iso(text) or _mail(text)
    return (_written(found), Precision.MINUTE) if found else None


def _iso(text: str) -> datetime | None:
    """Read ISO 8601."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _mail(text: str) -> datetime | None:
    """Read RFC 5322, as mail and RSS have it."""
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _written(found: datetime) -> str:
    """Write a moment: in UTC where its zone is known, else as it was."""
    if found.tzinfo is None:
        return found.isoformat(timespec="seconds")
    try:
        return found.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
    except OverflowError:
        return found.replace(tzinfo=None).isoformat(timespec="seconds")
