"""HTML: the page of a site, of which the story is an article and the furniture is nothing."""

import codecs
import re

from wirewatch.formats.document import Document, Format
from wirewatch.formats.html.page import read
from wirewatch.formats.identity import HEADLINE
from wirewatch.model import Article, Skipped

_WITHIN = 65_536  # bytes in which a page begins, after whatever comments
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_BEGINNING = re.compile(
    rb"(?:\s++|<\?.*?\?>|<!--.*?-->)*+<(?:!doctype\s++html|html|head|body)(?=[\s/>])",
    re.IGNORECASE | re.DOTALL,
)


def _recognises(document: Document) -> bool:
    """Look at the first tag. NUL bytes are left out, and with them the other half of UTF-16."""
    head = document.data[:_WITHIN]
    for mark in _MARKS:
        head = head.removeprefix(mark)
    return _BEGINNING.match(head.replace(b"\0", b"")) is not None


def _parse(document: Document) -> list[Article | Skipped]:
    """Read the one page of a file. Raises Unreadable as `read` does."""
    return [read(document.data)]


_SOURCES = {
    "guid": (
        "url where dateModified has a time and the page has its end tag; else the digest of url, "
        "title and body"
    ),
    "title": (
        "headline of JSON-LD, else og:title, twitter:title or dc.title, else h1 that title "
        "repeats, else title or h1; without the name of the site behind it"
    ),
    "headline": HEADLINE,
    "body": (
        "what trafilatura finds, else the densest part of the page; articleBody of JSON-LD where "
        "that is longer"
    ),
    "version": "the second of dateModified, counted from 1970, where it is in guid; else 1",
    "published": (
        "datePublished of JSON-LD, else article:published_time, dcterms.issued, dc.date or date, "
        "else time marked as that of publication, or the only one in the only article"
    ),
    "agency": "publisher of JSON-LD, else og:site_name, dc.publisher or publisher",
    "byline": (
        "author of JSON-LD, else author, article:author or dc.creator, else the one link with "
        "rel=author; without By"
    ),
    "language": "inLanguage of JSON-LD, else html lang, og:locale, content-language or dc.language",
    "url": "link rel=canonical, else og:url, else JSON-LD, else the address it was fetched from",
    "subjects": (
        "keywords and articleSection of JSON-LD, then article:tag, news_keywords, keywords, "
        "dc.subject and article:section"
    ),
}

FORMAT = Format(
    name="html",
    reads="HTML and XHTML pages, each an article without what is around it",
    rank=16,
    recognises=_recognises,
    parse=_parse,
    told_by="a first tag, after comments, that is html, head or body, or the doctype of html",
    sources=_SOURCES,
    # Bytes are no text yet: a page may name its encoding itself, and may hold NUL bytes.
    binary=True,
    heavy=True,
    needs="trafilatura",
)
