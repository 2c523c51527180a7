"""ninjs, the IPTC's news in JSON, in its versions 1 to 3, and what agencies make of it.

Names are compared without case and underscores, so that 1.x, 2.x and 3.x are one. Read too: `guid`
for `uri`, the wrapping of interfaces (`data.item`), and dpa's digitalwires.
"""

import re
from collections.abc import Iterator
from typing import Any

from wirewatch.formats.document import Document, Format
from wirewatch.formats.identity import DIGEST, HEADLINE
from wirewatch.formats.jsonfile import Members, first_object, folded, objects, values
from wirewatch.formats.ninjs.digitalwires import is_digitalwire, read_digitalwire
from wirewatch.formats.ninjs.item import TYPES, read_item
from wirewatch.model import Article, Skipped
from wirewatch.states import SkipReason

_IDENTITIES = {"uri", "guid", "urn", "altids"}
_MARKS = {
    "versioncreated", "pubstatus", "headline", "headlines", "bodies", "bodytext", "bodyhtml",
    "bodyxhtml", "articlehtml", "eventdetails", "plannedcoverage", "representationtype", "standard",
    "$standard",
}  # fmt: skip
_BROKEN = re.compile(
    r'\[?\s*\{.*"(?:uri|guid|urn|altids|versioncreated|version_created|pubstatus|bodies|headlines'
    r'|digitalwires@[^"]*)"\s*[:,]',
    re.DOTALL,
)


def _recognises(document: Document) -> bool:
    """Look at the first object; at the names in front where the JSON is broken."""
    if not document.start.startswith(("{", "[")):
        return False
    found = first_object(document.text)
    if found is None:
        return _BROKEN.match(document.start) is not None
    return any(_is_item(one) for one in _unwrapped(found))


def _is_item(members: Members) -> bool:
    """Tell an item from any other object: an identity and something only items have."""
    known = members.keys()
    kind = members.get("type")
    typed = isinstance(kind, str) and kind.lower() in TYPES
    if is_digitalwire(members) or {"versioncreated", "headline"} <= known:
        return True
    bodies = any(name.startswith("body") and name != "body" for name in known)
    return bool(known & _IDENTITIES) and (typed or bodies or bool(known & _MARKS))


def _unwrapped(found: Members) -> list[Members]:
    """Take items out of the answer of an interface: `data.item`, `data.items`, `item`."""
    pending, items = [folded(found)], []
    while pending:
        one = pending.pop()
        inside = [*objects(one.get("data")), *objects(one.get("item")), *objects(one.get("items"))]
        if inside and not one.keys() & {"uri", "guid", "urn"}:
            pending += [folded(inner) for inner in reversed(inside)]
        else:
            items.append(one)
    return items


def _with_associated(one: Members) -> Iterator[Article | Skipped]:
    """Read an item, and those associated with it, at any depth, that are texts of their own."""
    yield read_item(one)
    pending = _associated(one)
    while pending:
        inner = pending.pop()
        found = read_item(inner)
        if isinstance(found, Article) and found.body and inner.get("type") == "text":
            yield found
        pending += _associated(inner)


def _associated(one: Members) -> list[Members]:
    """Give the items associated with one, the last first: 1.x names them, later ones list them."""
    inside: Any = one.get("associations")
    if isinstance(inside, dict):
        inside = list(inside.values())
    return [folded(inner) for inner in reversed(objects(inside))]


def _parse(document: Document) -> list[Article | Skipped]:
    """Read all items of a file, in order."""
    found: list[Article | Skipped] = []
    for place, value in values(document.text):
        if not isinstance(value, dict):
            found.append(Skipped(place, SkipReason.DATA))
            continue
        for one in _unwrapped(value):
            if is_digitalwire(one):
                found.append(read_digitalwire(one))
            else:
                found.extend(_with_associated(one))
    return found


_SOURCES = {
    "guid": (
        "guid, else uri; altids.itemid if neither is given or it is a query's; digitalwires: urn; "
        f"else {DIGEST}"
    ),
    "title": "the main one of headlines, else headline, else title; digitalwires: headline",
    "headline": HEADLINE,
    "body": (
        "the first that has text of all body… and bodies: HTML, then plain text, then XML, else "
        "descriptions, else description_text; digitalwires: article_html; without headline and "
        "dateline in front"
    ),
    "dateline": "dateline, else located if dateline_location is given",
    "version": "version, else 1",
    "published": "versioncreated, else published, else firstcreated; digitalwires: version_created",
    "place": "city or name of dateline_location, else of located, or its text; digitalwires: none",
    "country": (
        "country_code of dateline_location, else of located, else country_name or country there; "
        "digitalwires: none"
    ),
    "agency": (
        "provider, else infosources, infosource, source or copyrightholder; digitalwires: the "
        "category provider"
    ),
    "byline": "byline, else by, else bylines; digitalwires: byline; without By",
    "language": "language",
    "url": "url, else link, else canonical_url; digitalwires: none",
    "status": "pubstatus; embargoed without embargoed is withheld; else usable",
    "subjects": (
        "subjects, else subject: codes, then names, then keywords; digitalwires: categories"
    ),
    "urgency": "urgency",
    "slugline": "slugline; digitalwires: none",
    "signal": "signals, else signal; digitalwires: signal",
    "embargo": "embargoed, else embargoed_until; digitalwires: embargoed",
    "note": "ednote; digitalwires: ednotes that are publishable",
}

FORMAT = Format(
    name="ninjs",
    reads="ninjs (IPTC's JSON, versions 1 to 3) and dpa's digitalwires JSON",
    rank=20,
    recognises=_recognises,
    parse=_parse,
    told_by=(
        "names in the first object of JSON, or in one it wraps: uri, guid, urn or altids beside "
        "one that only items have, or versioncreated and headline, or those of digitalwires; "
        "broken JSON by any one of such names"
    ),
    sources=_SOURCES,
)
