"""Plain wire text, as agencies' and crawlers' folders hold it.

An optional `date` leader; title, time and byline where there are any; a dateline; the story.
"""

import re

from wirewatch.formats.document import Document, Format
from wirewatch.formats.identity import DIGEST, HEADLINE
from wirewatch.formats.wire.story import read_story
from wirewatch.model import Article

_OTHER_FORMATS = ("<?xml", "<!--", "<!doctype", "{", "[{", "%pdf", "warc/")
_TAG = re.compile(r"<[a-z_][\w.:-]*[\s/>]")


def _recognises(document: Document) -> bool:
    """Take any text that does not plainly begin as something else."""
    if document.start.startswith(_OTHER_FORMATS):
        return False
    return not (_TAG.match(document.start) and document.text.rstrip().endswith(">"))


def _parse(document: Document) -> list[Article]:
    """Read the one story of a file; a file without a paragraph of text has none."""
    article = read_story(document.text)
    return [article] if article else []


_SOURCES = {
    "guid": DIGEST,
    "title": (
        "a short first paragraph that ends no sentence, up to the time line if that stands in "
        "it; before the dateline"
    ),
    "headline": HEADLINE,
    "body": (
        "the paragraphs behind title, time line, byline and dateline, without furniture of the page"
    ),
    "dateline": "the beginning of the first paragraph behind title, time and byline",
    "published": (
        "the time line, else the `date` leader if it names a day, else the dateline's day with "
        "its or the leader's year if both fit, else the leader's month or year"
    ),
    "place": "the dateline",
    "country": "the dateline",
    "agency": (
        "the dateline, else the attribution (Trend reports) in the first two paragraphs or the last"
    ),
    "byline": (
        "a line By … or a name behind the time line, before the dateline; else the dateline's "
        "signature"
    ),
}

FORMAT = Format(
    name="wire",
    reads="plain wire text with an optional `date` leader and a dateline",
    rank=100,
    recognises=_recognises,
    parse=_parse,
    told_by=f"a text that begins with none of {', '.join(_OTHER_FORMATS)}, and is no other XML",
    sources=_SOURCES,
)
