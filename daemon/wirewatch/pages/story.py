"""A story: an article with its versions and outlets on a time line, and who was told."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from wirewatch.clock import from_iso
from wirewatch.embargo import lift_of
from wirewatch.model import Mention
from wirewatch.pages.names import Names, names_of
from wirewatch.pages.page import LARGEST, MissingError, Page, Visit
from wirewatch.states import WITHDRAWN
from wirewatch.store.archive import Stored, stored_article
from wirewatch.store.database import Reader
from wirewatch.store.dossier import Dossier, Row, dossier
from wirewatch.text.changes import changes
from wirewatch.text.snippet import Stretch, layered, paragraphs

_WEB = ("http://", "https://")
_MOST_COPIES = 200
_GAP = "gap"  # between paragraphs


def values(db: Reader, visit: Visit) -> dict[str, Any]:
    """Give the dossier of an article. Raises MissingError where there is none."""
    number = int(visit.parts["article"])
    found = dossier(db, number) if number <= LARGEST else None
    if found is None:
        raise MissingError(visit.parts["article"])
    article = found.stored.article
    zone = "title" if article.title else "headline"
    earlier = _compared(db, found, visit.number("against"))
    return {
        "found": found,
        "article": article,
        "headline": layered(article.title or article.headline, _layers(found, zone)),
        "paragraphs": list(_paragraphs(found)),
        "names": _named(found.mentions, names_of(visit.deployment)),
        "line": _line(found),
        "more_copies": max(0, len(found.copies) - _MOST_COPIES),
        "newest": found.versions[-1]["id"],
        "is_withdrawn": article.status in WITHDRAWN,
        "is_embargoed": visit.now < (lift_of(article.embargo) or visit.now),
        "against": earlier,
        "changes": changes(earlier.article.body, article.body) if earlier else [],
        "address": article.url if (article.url or "").startswith(_WEB) else None,
    }


def _layers(found: Dossier, zone: str) -> dict[str, list[Stretch]]:
    """Give the hits and names of a zone."""
    return {
        "hit": [(one.start, one.end) for one in found.hits if one.zone == zone],
        "name": [(one.start, one.end) for one in found.mentions if one.zone == zone],
    }


def _paragraphs(found: Dossier) -> Iterator[list[tuple[str, frozenset[str]]]]:
    """Give the text's paragraphs, with the hits and names in them."""
    body = found.stored.article.body
    gaps = [(start - 2, start) for start, _ in paragraphs(body) if start]
    pieces: list[tuple[str, frozenset[str]]] = []
    for text, layers in layered(body, {**_layers(found, "body"), _GAP: gaps}):
        if _GAP not in layers:
            pieces.append((text, layers))
        elif pieces:
            yield pieces
            pieces = []
    yield pieces


def _named(mentions: tuple[Mention, ...], names: Names) -> list[dict[str, Any]]:
    """Give who is named: entry, name, how often, and spellings; who is named most comes first."""
    often = Counter(one.entry for one in mentions)
    spelled: dict[str, dict[str, None]] = {}
    for one in mentions:
        spelled.setdefault(one.entry, {})[one.spelling] = None
    return [
        {"entry": entry, "label": names.label(entry), "times": n, "spellings": list(spelled[entry])}
        for entry, n in often.most_common()
    ]


def _line(found: Dossier) -> list[Row]:
    """Give versions and copies as they came, each with how long after the first."""
    own = found.stored.article.agency or found.stored.source
    versions = [row | {"outlet": own, "is_version": True} for row in found.versions]
    copies = [
        row | {"is_version": False, "signal": None, "status": "usable", "version": None}
        for row in found.copies[:_MOST_COPIES]
    ]
    line = sorted([*versions, *copies], key=lambda row: (row["received"], row["id"]))
    begun = from_iso(line[0]["received"])
    return [row | {"after": _after(from_iso(row["received"]) - begun)} for row in line]


def _after(span: timedelta) -> tuple[int, int, int]:
    """Give a span as days, hours and minutes."""
    hours, minutes = divmod(int(span.total_seconds()) // 60, 60)
    return hours // 24, hours % 24, minutes


def _compared(db: Reader, found: Dossier, against: int | None) -> Stored | None:
    """Give the version to compare with: the one asked for, else the one before this."""
    own = found.stored.id
    others = [row["id"] for row in found.versions if row["id"] != own]
    before = [row["id"] for row in found.versions if row["version"] < found.stored.article.version]
    chosen = against if against in others else next(iter(before[::-1]), None)
    return stored_article(db, chosen) if chosen is not None else None


PAGE = Page("story", re.compile(r"/story/(?P<article>[0-9]{1,19})$"), values, in_menu=False)
