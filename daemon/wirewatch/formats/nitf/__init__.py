"""NITF, the News Industry Text Format: one story a file, in XML of the IPTC."""

from wirewatch.formats.document import Document, Format
from wirewatch.formats.identity import DIGEST, HEADLINE
from wirewatch.formats.nitf.prolog import root_called, root_name
from wirewatch.formats.nitf.story import read_story
from wirewatch.model import Article, Skipped

_KIND = "NITF"


def _recognises(document: Document) -> bool:
    """Take XML whose root, or DTD, is `nitf`."""
    return root_name(document) == _KIND.lower()


def _parse(document: Document) -> list[Article | Skipped]:
    """Read the one story of a file. Raises Unreadable (malformed) where there is no sound NITF."""
    return [read_story(root_called(document, _KIND))]


_SOURCES = {
    "guid": (
        "docdata/doc-id/@id-string behind its @regsrc, else du-key/@key if it has a @version, "
        f"else {DIGEST}"
    ),
    "title": "body.head/hedline/hl1, else head/title",
    "headline": HEADLINE,
    "body": "body.content, else body.head/abstract; without title, byline and dateline in front",
    "dateline": "body.head/dateline",
    "version": "docdata/du-key/@version, else 1",
    "published": (
        "docdata/date.issue/@norm, else pubdata/@date.publication, else story.date/@norm in "
        "body.head"
    ),
    "place": (
        "city or sublocation in body.head/dateline/location, else that location, else the "
        "dateline's beginning, else docdata/evloc/@city"
    ),
    "country": (
        "country in body.head/dateline/location, else docdata/evloc/@iso-cc if the event was at "
        "that place"
    ),
    "agency": (
        "body.head/distributor, else rights/rights.owner, else docdata/doc.copyright/@holder, "
        "else doc-id/@regsrc"
    ),
    "byline": "body.head/byline, without By and byttl",
    "language": "@baselang, else @xml:lang",
    "status": (
        "docdata/@management-status; embargoed without a date.release is withheld; else usable"
    ),
    "subjects": (
        "head/tobject/tobject.subject, its codes and then its names, then "
        "docdata/key-list/keyword/@key"
    ),
    "urgency": "docdata/urgency/@ed-urg",
    "slugline": "docdata/du-key/@key",
    "signal": "kill by docdata/@management-idref-status, else correction by docdata/correction",
    "embargo": "docdata/date.release/@norm",
    "note": "docdata/ed-msg/@info, then docdata/correction/@info",
}

FORMAT = Format(
    name="nitf",
    reads="NITF 3, one story a file",
    rank=12,
    recognises=_recognises,
    parse=_parse,
    told_by="a first XML element, or a DTD, called nitf",
    sources=_SOURCES,
)
