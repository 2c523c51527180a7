"""NewsML-G2, the IPTC's XML for news: one item, or a message with several.

News items of text become articles. Pictures, packages, plans, concepts and catalogues are passed
over by name. See https://iptc.org/std/NewsML-G2/guidelines/.
"""

import re

from wirewatch.errors import Unreadable
from wirewatch.formats import markup
from wirewatch.formats.document import Document, Format
from wirewatch.formats.identity import DIGEST, HEADLINE
from wirewatch.formats.newsml_g2.item import read_item
from wirewatch.formats.newsml_g2.kinds import KINDS, called
from wirewatch.model import Article, Skipped
from wirewatch.states import FileReason, SkipReason

_WITHIN = 8_000  # characters in which the first element stands, after whatever comments
_BEFORE = re.compile(
    r"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*|<!doctype[^>[]*(?:\[[^\]]*\])?[^>]*>\s*)*", re.DOTALL
)
_FIRST = re.compile(
    r"<(?:[\w.-]+:)?(?:newsmessage|(?:news|package|planning|concept|knowledge|catalog)item)[\s>]"
)
_SIGNS = ("iptc.org/std/nar/", "newsml-g2", "guid=")


def _recognises(document: Document) -> bool:
    """Tell by the first element, and by the standard's name or an identity near it."""
    if not document.start.startswith("<"):
        return False
    text = document.text[:_WITHIN].lstrip("\ufeff").lower()
    begun = _BEFORE.match(text)
    if not _FIRST.match(text, begun.end() if begun else 0):
        return False
    return any(sign in text for sign in _SIGNS)


def _parse(document: Document) -> list[Article | Skipped]:
    """Read each item of a file, in order. Raises Unreadable where the XML is broken."""
    root = markup.root(document)
    kind = markup.name(root)
    if kind in KINDS:
        return [_read(root, "", "")]
    if kind != "newsmessage":
        raise Unreadable(FileReason.MALFORMED, f"'{kind}' is no item of NewsML-G2")
    header = markup.child(root, "header")
    sent = markup.line(markup.child(header, "sent"))
    priority = markup.line(markup.child(header, "priority"))
    held = [one for items in markup.children(root, "itemset") for one in items]
    items = held or [one for one in root if markup.name(one) in KINDS]
    return [_read(one, sent, priority) for one in items if markup.name(one)]


def _read(element: markup.Element, sent: str, priority: str) -> Article | Skipped:
    """Read one item of whatever kind."""
    kind = markup.name(element)
    if kind == "newsitem":
        return read_item(element, sent, priority)
    return Skipped(called(element), KINDS.get(kind) or SkipReason.DATA)


_SOURCES = {
    "guid": f"@guid, else {DIGEST}",
    "title": (
        "contentMeta/headline, first those in the content's language or in none, then by their "
        "rank; else hl1, h1 or title in the text; else itemMeta/title"
    ),
    "headline": HEADLINE,
    "body": (
        "the first inlineXML or inlineData of contentSet that holds text; without title, byline "
        "and dateline in front"
    ),
    "dateline": "contentMeta/dateline, else the dateline in the text",
    "version": "@version, else 1",
    "published": "itemMeta/versionCreated, else contentMeta/contentModified, else header/sent",
    "place": "contentMeta/located/name",
    "country": (
        "contentMeta/located and its broader: a country's code of two letters, else its name"
    ),
    "agency": "itemMeta/provider, else contentMeta/infoSource, else contentMeta/creditline",
    "byline": "contentMeta/by, else the byline in the text; without By",
    "language": "contentMeta/language/@tag, else inlineXML/@xml:lang, else @xml:lang",
    "status": "canceled where the signal is kill, else itemMeta/pubStatus, else usable",
    "subjects": "contentMeta/subject, its codes and then its names, then contentMeta/keyword",
    "urgency": "contentMeta/urgency, else header/priority",
    "slugline": "contentMeta/slugline",
    "signal": (
        "kill where itemMeta/signal or pubStatus is edStat:D, else the weightiest itemMeta/signal"
    ),
    "embargo": "itemMeta/embargoed",
    "note": "itemMeta/edNote, those that are public",
}

FORMAT = Format(
    name="newsml-g2",
    reads="NewsML-G2: news items, and messages that hold several",
    rank=10,
    recognises=_recognises,
    parse=_parse,
    told_by=(
        "a first XML element called newsMessage, newsItem, packageItem, planningItem, "
        "conceptItem, knowledgeItem or catalogItem, and a guid or the standard's name near it"
    ),
    sources=_SOURCES,
)
