"""JSON of crawlers, as news-please and fundus write it: an object, an array, or a line an article.

A crawler has no identity of its own for an article, and fetches an address again when its text has
changed: the digest of address, date, title and text is the identity.
"""

import re
from typing import Any

from wirewatch.errors import Unreadable
from wirewatch.formats.document import Document, Format
from wirewatch.formats.identity import HEADLINE, headline_of, identity_of
from wirewatch.formats.jsonfile import (
    Members,
    first,
    first_object,
    folded,
    listed,
    names,
    objects,
    paragraphs,
    values,
)
from wirewatch.formats.moments import when
from wirewatch.model import Article, Skipped
from wirewatch.states import FileReason, SkipReason

_TEXTS = ("maintext", "plaintext", "text", "articletext", "content")
_DATES = (
    "datepublish", "publishingdate", "publishdate", "datepublished", "publishedat", "published",
    "date",
)  # fmt: skip
_SIGNS = {
    "title", "url", "authors", "author", "sourcedomain", "language", "lang", "publisher", "body",
    *_DATES,
}  # fmt: skip
_ARRAY = re.compile(r"\[\s*[\[{\]]")
_BROKEN = re.compile(
    r'\{\s*"(?:title|text|maintext|plaintext|plain_text|url|authors|author|language|lang|date_\w+'
    r'|publishing_date|source_domain|publisher|filename|image_url|localpath|description)"\s*:'
)


def _recognises(document: Document) -> bool:
    """Look for a text beside a title or the like; take arrays, which nobody else reads."""
    if not document.start.startswith(("{", "[")):
        return False
    if document.start.startswith("["):
        return _ARRAY.match(document.start) is not None
    found = first_object(document.text)
    if found is None:
        return _BROKEN.match(document.start) is not None
    return _is_article(folded(found))


def _is_article(members: Members) -> bool:
    """Tell a crawler's article from any other object, by its names (folded)."""
    known = members.keys()
    return (
        (bool(known & {*_TEXTS}) and bool(known & _SIGNS))
        or {"title", "url"} <= known
        or ({"title", "body"} <= known)
    )


def _parse(document: Document) -> list[Article | Skipped]:
    """Read all articles of a file, in order."""
    found: list[Article | Skipped] = []
    known = False
    for place, value in values(document.text):
        members = folded(value) if isinstance(value, dict) else {}
        known = known or _is_article(members)
        try:
            found.append(_read(members, place))
        except Unreadable as error:
            raise Unreadable(error.reason, f"{error.detail} ({place})") from error
    if found and not known:
        raise Unreadable(FileReason.UNKNOWN_FORMAT, "JSON, but no articles that we know")
    return found


def _read(members: Members, place: str) -> Article | Skipped:
    """Read one article with folded names; `place` is where it is in the file."""
    title, body = first(members, "title", "headline"), _body(members)
    url = first(members, "url", "link") or _address(members)
    if not body:
        return Skipped(title or url or place, SkipReason.NO_TEXT)
    published, precision = when(*(first(members, name) for name in _DATES))
    return Article(
        guid=identity_of(url, published or "", title, body),
        title=title,
        headline=headline_of(title, body),
        body=body,
        published=published,
        published_precision=precision,
        agency=_agency(members),
        byline=_byline(members),
        language=first(members, "language", "lang") or None,
        url=url or None,
        subjects=_subjects(members),
    )


def _body(members: Members) -> str:
    """Give the text: as one, or in sections with their headlines, as fundus has it."""
    for name in _TEXTS:
        text = members.get(name)
        if isinstance(text, str) and (found := paragraphs(text)):
            return found
    body = members.get("body")
    if isinstance(body, str):
        return paragraphs(body)
    pieces: list[str] = []
    for one in objects(body):
        pieces += names(one.get("summary"))
        for section in objects(one.get("sections")):
            pieces += [*names(section.get("headline")), *names(section.get("paragraphs"))]
    return "\n\n".join(pieces)


def _address(members: Members) -> str:
    """Give the address of the page, where it is kept with the page."""
    return next(
        (first(one, "responded_url", "requested_url") for one in objects(members.get("html"))), ""
    )


def _agency(members: Members) -> str | None:
    """Give who published an article."""
    given = names(members.get("publisher"), "name") + names(members.get("sourcedomain"))
    return next(iter(given), None)


def _byline(members: Members) -> str | None:
    """Give the writers, each once."""
    writers = names(listed(members.get("authors")) or members.get("author"), "name")
    return ", ".join(dict.fromkeys(writers)) or None


def _subjects(members: Members) -> tuple[str, ...]:
    """Give topics and keywords, each once."""
    given: list[Any] = []
    for name in ("topics", "keywords", "tags", "categories"):
        given += listed(members.get(name))
    return tuple(dict.fromkeys(names(given, "name")))


_SOURCES = {
    "guid": "the digest of url, published, title and body",
    "title": "title, else headline",
    "headline": HEADLINE,
    "body": "maintext, else plain_text, text, article_text or content, else body",
    "published": (
        "date_publish, else publishing_date, publish_date, date_published, published_at, "
        "published or date"
    ),
    "agency": "publisher, else source_domain",
    "byline": "authors, else author",
    "language": "language, else lang",
    "url": "url, else link, else responded_url or requested_url of html",
    "subjects": "topics, then keywords, tags and categories",
}

FORMAT = Format(
    name="crawler",
    reads="JSON, JSON lines and arrays of crawlers (news-please, fundus)",
    rank=25,
    recognises=_recognises,
    parse=_parse,
    told_by=(
        "a JSON array no other format reads, or a JSON object with a text beside a title or the "
        "like, or with a title beside url or body; broken JSON by its first name"
    ),
    sources=_SOURCES,
)
