"""NITF, the News Industry Text Format: one story a file, in XML of the IPTC."""

from wirewatch.errors import Unreadable
from wirewatch.formats import markup
from wirewatch.formats.document import Document, Format
from wirewatch.formats.nitf.prolog import root_name
from wirewatch.formats.nitf.story import read_story
from wirewatch.model import Article, Skipped
from wirewatch.states import FileReason

_ROOT = "nitf"


def _recognises(document: Document) -> bool:
    """Take XML whose root, or DTD, is `nitf`."""
    return root_name(document) == _ROOT


def _parse(document: Document) -> list[Article | Skipped]:
    """Read the one story of a file. Raises Unreadable (malformed) where there is no sound NITF."""
    root = markup.root(document)
    if markup.name(root) != _ROOT:
        raise Unreadable(FileReason.MALFORMED, f"said to be NITF, but is {markup.name(root)}")
    return [read_story(root)]


FORMAT = Format(
    name="nitf",
    reads="NITF 3, one story a file",
    rank=12,
    recognises=_recognises,
    parse=_parse,
)
