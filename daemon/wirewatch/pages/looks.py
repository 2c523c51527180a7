"""What a template is given beside its own values: ways to write times, sizes and numbers."""

import re
from datetime import datetime, timedelta
from typing import Any

from wirewatch.clock import from_iso, iso, spoken
from wirewatch.pages.wording import Wording

_UNITS = ("B", "kB", "MB", "GB", "TB")
_STEP = 1000
_TONGUE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")


def looks(words: Wording, now: datetime) -> dict[str, Any]:
    """Give the functions that templates write values with, in a visitor's language."""

    def ago(moment: datetime | str | None) -> str:
        """Say how long ago something was; a dash where it never was."""
        if moment is None:
            return "–"
        span = now - (from_iso(moment) if isinstance(moment, str) else moment)
        return words("ago", span=span_in(words, max(timedelta(), span)))

    def until(moment: datetime | str | None) -> str:
        """Say in what time something is; a dash where it never is."""
        if moment is None:
            return "–"
        span = (from_iso(moment) if isinstance(moment, str) else moment) - now
        return words("until", span=span_in(words, max(timedelta(), span)))

    return {
        "ago": ago,
        "until": until,
        "clock": lambda moment: _text(moment)[11:16],
        "day": lambda moment: _text(moment)[:10],
        "moment": lambda moment: f"{_text(moment)[:10]} {_text(moment)[11:16]}",
        "exact": _text,
        "tongue": is_tongue,
        "size": size,
        "number": number,
    }


def span_in(words: Wording, span: timedelta) -> str:
    """Write a span in the units of a language, the largest only: `3 h`."""
    amount, unit = spoken(span).split()[:2]
    return f"{amount}\u00a0{words(f'unit_{unit}')}"


def number(value: float) -> str:
    """Write a whole number with thin spaces between its thousands."""
    return f"{round(value):,}".replace(",", "\u202f")


def is_tongue(language: str | None) -> bool:
    """Tell a code of a language (RFC 5646) from what an article may say in its place."""
    return bool(_TONGUE.fullmatch(language or ""))


def size(value: int) -> str:
    """Write a number of bytes."""
    amount, unit = float(value), 0
    while amount >= _STEP and unit < len(_UNITS) - 1:
        amount, unit = amount / _STEP, unit + 1
    return f"{amount:.0f} {_UNITS[unit]}" if unit == 0 else f"{amount:.1f} {_UNITS[unit]}"


def _text(moment: datetime | str) -> str:
    """Give a moment as text that sorts."""
    return iso(moment) if isinstance(moment, datetime) else moment
