"""Feeds: RSS of all its versions and Atom, each entry an article, read through feedparser.

feedparser gets a stream of bytes and nothing else: a text, or bytes alone, it would take for an
address or for the name of a file, and open it.
"""

import io

import feedparser

from wirewatch.errors import Unreadable
from wirewatch.formats.document import Document, Format
from wirewatch.formats.feed.entry import article_of
from wirewatch.formats.feed.source import decoded, prepared, root_of
from wirewatch.formats.identity import HEADLINE
from wirewatch.model import Article, Skipped
from wirewatch.states import FileReason

_FAILURES = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, AssertionError)


def _recognises(document: Document) -> bool:
    """Take what has the root element of a feed, whatever stands before it."""
    return document.start.startswith(("<", "\ufeff")) and root_of(document.text) is not None


def _parse(document: Document) -> list[Article | Skipped]:
    """Read all entries of a feed, in its order. Raises Unreadable (malformed)."""
    text = decoded(document)
    root = root_of(text)
    if root is None or f"</{root['name']}".lower() not in text[root.end() :].lower():
        raise Unreadable(FileReason.MALFORMED, "the feed breaks off before its end")
    try:
        found = feedparser.parse(
            io.BytesIO(prepared(text)), sanitize_html=False, resolve_relative_uris=False
        )
    except _FAILURES as error:
        raise Unreadable(FileReason.MALFORMED, f"no sound feed: {error}") from error
    if not found.entries and found.bozo:
        raise Unreadable(FileReason.MALFORMED, f"no sound feed: {found.bozo_exception}")
    return [article_of(entry, found, number) for number, entry in enumerate(found.entries, 1)]


_SOURCES = {
    "guid": (
        "guid, id or rdf:about (behind the channel's link or title if it has no colon), else "
        "link, else the digest of published, title and body"
    ),
    "title": "title",
    "headline": HEADLINE,
    "body": "content:encoded or content, else description or summary",
    "version": "the second of updated or dc:date, counted from 1970, if it has a time; else 1",
    "published": "pubDate or published, else updated or dc:date",
    "agency": "the title of source, else that of the channel",
    "byline": "author or dc:creator, else in Atom the feed's author; without By",
    "language": "dc:language, else xml:lang of the text, else language of the channel",
    "url": "link",
    "subjects": "category: codes of the IPTC, then names",
}

FORMAT = Format(
    name="feed",
    reads="RSS and Atom feeds, each entry an article",
    rank=15,
    recognises=_recognises,
    parse=_parse,
    told_by="an XML root called rss, or rdf or feed in a namespace of RSS or Atom",
    sources=_SOURCES,
)
