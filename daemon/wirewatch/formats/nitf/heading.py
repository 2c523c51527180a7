"""Who wrote a story and where, as the heads of NITF and NewsML 1 say it in words."""

import re
from itertools import islice

from wirewatch.formats import markup
from wirewatch.formats.byline import without_by
from wirewatch.formats.markup import Element

_AFTER_PLACE = re.compile(r"[,(/]|\s[-–—]")
_DASHES = " -–—"
_NUMBER = re.compile(r"[0-9]{1,18}")  # what SQLite takes as an integer
_TITLES = 9  # of writers; each takes a walk through the byline


def byline_of(element: Element | None) -> str | None:
    """Give the writers of a byline element, without their titles unless these stand alone."""
    text = whole = markup.line(element)
    titles = map(markup.line, islice(markup.below(element, "byttl"), _TITLES))
    for title in filter(None, titles):
        before, _, after = text.rpartition(title)
        text = f"{before.strip()} {after.strip()}".strip()
    return without_by(text or whole)


def dateline_of(element: Element | None) -> str:
    """Give a dateline as written; a moment for machines alone is none."""
    moments = [
        markup.line(date)
        for date in markup.below(element, "story.date")
        if markup.value(date, "norm") == markup.line(date)
    ]
    text = markup.line(element)
    return "" if text in moments else text.rstrip(_DASHES)


def place_of(dateline: str) -> str | None:
    """Give the place that a dateline begins with, None where it begins with a date."""
    place = _AFTER_PLACE.split(dateline, maxsplit=1)[0].strip(f".:{_DASHES}")
    return place if place and not any(map(str.isdigit, place)) else None


def number_of(text: str) -> int | None:
    """Read a whole number; None where a text is none, or is too long for one."""
    return int(text) if _NUMBER.fullmatch(text) else None
