"""Plain wire text, as agencies' and crawlers' folders hold it.

An optional `date` leader; title, time and byline where there are any; a dateline; the story.
"""

from wirewatch.formats.document import Document, Format
from wirewatch.formats.wire.story import read_story
from wirewatch.model import Article

_OTHER_FORMATS = ("<?xml", "<!doctype", "<html", "<rss", "<feed", "{", "[{", "%pdf", "warc/")


def _recognises(document: Document) -> bool:
    """Take any text that does not plainly begin as something else."""
    return not document.start.startswith(_OTHER_FORMATS)


def _parse(document: Document) -> list[Article]:
    """Read the one story of a file; a file without a paragraph of text has none."""
    article = read_story(document.text)
    return [article] if article else []


FORMAT = Format(
    name="wire",
    reads="plain wire text with an optional `date` leader and a dateline",
    rank=100,
    recognises=_recognises,
    parse=_parse,
)
