"""One item of ninjs: whether it is an article, and where each field is in versions 1 to 3."""

import re

from wirewatch.errors import Unreadable
from wirewatch.formats.byline import without_by
from wirewatch.formats.identity import headline_of, identity_of
from wirewatch.formats.jsonfile import (
    Members,
    first,
    folded,
    integer,
    line,
    listed,
    marked_up,
    names,
    objects,
    paragraphs,
)
from wirewatch.formats.moments import moment, when
from wirewatch.formats.ninjs import words
from wirewatch.formats.urgency import urgency_of
from wirewatch.model import Article, Skipped
from wirewatch.states import WITHDRAWN, FileReason, SkipReason

TYPES = {
    "text": None,
    "picture": SkipReason.PICTURE,
    "image": SkipReason.PICTURE,
    "photo": SkipReason.PICTURE,
    "graphic": SkipReason.GRAPHIC,
    "audio": SkipReason.AUDIO,
    "video": SkipReason.VIDEO,
    "composite": SkipReason.PACKAGE,
    "component": SkipReason.PACKAGE,
    "planning": SkipReason.PLANNING,
    "event": SkipReason.PLANNING,
    "concept": SkipReason.CONCEPT,
}
"""The types of items, and why those that are no articles are none."""

_AFTER_DATELINE = re.compile(r" ?[-–—]+ ?|\n\n|\Z")
_HTML, _PLAIN, _OTHER = range(3)
_LARGEST = 2**63 - 1  # what the database holds


def read_item(item: Members) -> Article | Skipped:
    """Read an item with folded names; say why it is no article if it is none.

    Raises Unreadable where a text or a number in it could not be stored.
    """
    title, body = _title(item), _body(item)
    why = _why_none(item)
    if why is SkipReason.PACKAGE and body:  # a story told with its pictures
        why = None
    is_text = line(item.get("type")).lower() == "text"
    if why is None and is_text:
        body = body or _description(item)
    withdrawn = words.status(first(item, "pubstatus"), None) in WITHDRAWN
    if why is None and not body and not (is_text and (title or withdrawn)):
        why = SkipReason.NO_TEXT
    if why is not None:
        return Skipped(title or first(item, "uri", "guid") or "an item without a name", why)
    return _article(item, title, body)


def _article(item: Members, title: str, body: str) -> Article:
    """Give the article that a text is."""
    published, precision = when(
        *(first(item, name) for name in ("versioncreated", "published", "firstcreated"))
    )
    dateline, body = parted(_dateline(item), body)
    embargo = moment(first(item, "embargoed", "embargoeduntil"))
    place, country = _located(item)
    return Article(
        guid=_identity(item) or identity_of(published or "", title, dateline, body),
        title=title,
        headline=headline_of(title, body),
        body=body,
        dateline=dateline,
        version=version(item),
        published=published,
        published_precision=precision,
        place=place,
        country=country,
        agency=_agency(item),
        byline=_byline(item),
        language=first(item, "language") or None,
        url=first(item, "url", "link", "canonicalurl") or None,
        status=words.status(first(item, "pubstatus"), embargo),
        subjects=words.subjects(item.get("subjects") or item.get("subject"), _keywords(item)),
        urgency=urgency_of(integer(item.get("urgency"))),
        slugline=first(item, "slugline") or None,
        signal=words.signal(item.get("signals") or item.get("signal")),
        embargo=embargo,
        note="\n".join(words.once(names(item.get("ednote"), "value", "name"))) or None,
    )


def version(item: Members) -> int:
    """Give an item's version: 1 where it has none. Some agencies count from nought.

    Raises Unreadable (malformed) for one that nothing could store.
    """
    given = integer(item.get("version"))
    found = 1 if given is None else given
    if found > _LARGEST:
        raise Unreadable(FileReason.MALFORMED, f"a version of {len(str(found)):,} digits")
    return max(0, found)


def parted(dateline: str, body: str) -> tuple[str, str]:
    """Give a dateline without its dash, and a body that does not begin with it."""
    bare = dateline.rstrip(" -–—")
    end = _AFTER_DATELINE.match(body, len(bare)) if bare and body.startswith(bare) else None
    return bare, body[end.end() :].lstrip("\n") if end else body


def _why_none(item: Members) -> SkipReason | None:
    """Say why an item is no article, by its type, or by what only plans have."""
    kind = line(item.get("type")).lower()
    if kind not in TYPES and (item.get("eventdetails") or item.get("plannedcoverage")):
        return SkipReason.PLANNING
    return TYPES.get(kind)


def _identity(item: Members) -> str:
    """Give an item's identity: `itemid` where the address is that of a query, which changes."""
    altids = item.get("altids")
    itemid = first(folded(altids), "itemid") if isinstance(altids, dict) else ""
    address = first(item, "guid", "uri")
    return itemid if itemid and (not address or "?" in address) else address


def _title(item: Members) -> str:
    """Give the headline: the main one of many, or the first."""
    given = objects(item.get("headlines"))
    given.sort(key=lambda one: first(folded(one), "role").lower() != "main")
    for one in map(folded, given):
        found = first(one, "value")
        if "html" in first(one, "contenttype"):
            found = " ".join(marked_up(found).split())
        if found:
            return found
    return first(item, "headline", "title")


def _body(item: Members) -> str:
    """Give the story from the best of its bodies: HTML has paragraphs, NITF has a heading too."""
    found = [(name, "", text) for name, text in item.items() if name.startswith("body")]
    found += [
        (first(one, "role"), first(one, "contenttype"), one.get("value"))
        for one in map(folded, objects(item.get("bodies")))
    ]
    texts = [(_kind(name, mime), text) for name, mime, text in found if isinstance(text, str)]
    for kind, text in sorted(texts, key=lambda pair: pair[0]):
        body = paragraphs(text) if kind == _PLAIN else marked_up(text)
        if body:
            return _without_headline(item, body)
    return ""


def _kind(name: str, mime: str) -> int:
    """Tell the markup of a body from its type, or else from its name."""
    said = (mime or name).lower()
    if "html" in said:
        return _HTML
    return _OTHER if "xml" in said or "nitf" in said else _PLAIN


def _without_headline(item: Members, body: str) -> str:
    """Leave out the headline where the body begins with it."""
    start, _, rest = body.partition("\n\n")
    return rest if rest and start == _title(item) else body


def _description(item: Members) -> str:
    """Give the description of a text that comes without its body."""
    for one in map(folded, objects(item.get("descriptions"))):
        text = one.get("value")
        if isinstance(text, str) and first(one, "role").lower() in {"", "text", "lead", "summary"}:
            return marked_up(text) if "html" in first(one, "contenttype") else paragraphs(text)
    text = item.get("descriptiontext")
    return paragraphs(text) if isinstance(text, str) else ""


def _dateline(item: Members) -> str:
    """Give the dateline; interfaces that give its place apart have it under `located`."""
    return first(item, "dateline", *(["located"] if item.get("datelinelocation") else []))


def _located(item: Members) -> tuple[str | None, str | None]:
    """Give place and country; a country as code where the file gives one of two letters."""
    given = item.get("datelinelocation") or item.get("located")
    for one in map(folded, objects(given)):
        code = first(one, "countrycode")
        country = code.upper() if len(code) == len("xx") else first(one, "countryname", "country")
        return first(one, "city", "name") or None, country or None
    return next(iter(names(given)), None), None


def _agency(item: Members) -> str | None:
    """Give who provides an item, else its first source, else who holds its rights."""
    parties = [
        found
        for name in ("provider", "infosources", "infosource", "source", "copyrightholder")
        for found in names(item.get(name), "name", "literal")
    ]
    return next(iter(parties), None)


def _byline(item: Members) -> str | None:
    """Give who wrote an item."""
    written = first(item, "byline", "by")
    return without_by(written or ", ".join(names(item.get("bylines"), "by", "byline", "name")))


def _keywords(item: Members) -> list[str]:
    """Give keywords: a list, or one text with commas."""
    given = [*listed(item.get("keywords")), *listed(item.get("keyword"))]
    parts = [part for one in names(given, "name", "value") for part in one.split(",")]
    return [part.strip() for part in parts]
