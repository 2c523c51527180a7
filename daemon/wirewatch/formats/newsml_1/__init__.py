"""NewsML 1: a file of news items, each in components with lines, metadata and contents."""

from wirewatch.errors import Unreadable
from wirewatch.formats import markup
from wirewatch.formats.document import Document, Format
from wirewatch.formats.newsml_1.item import read_item
from wirewatch.formats.newsml_1.layout import layouts
from wirewatch.formats.nitf.prolog import root_name
from wirewatch.model import Article, Skipped
from wirewatch.states import FileReason, SkipReason

_ROOT = "newsml"


def _recognises(document: Document) -> bool:
    """Take XML whose root, or DTD, is `NewsML`; that of NewsML-G2 has other names."""
    return root_name(document) == _ROOT


def _parse(document: Document) -> list[Article | Skipped]:
    """Read the items of a file, in order. Raises Unreadable (malformed) where there are none."""
    root = markup.root(document)
    if markup.name(root) != _ROOT:
        raise Unreadable(FileReason.MALFORMED, f"said to be NewsML, but is {markup.name(root)}")
    items = [read_item(layout) for layout in layouts(root)]
    if items:
        return items
    topics = markup.child(root, "topicset")
    if topics is None:
        raise Unreadable(FileReason.MALFORMED, "there is no NewsItem in this NewsML")
    return [Skipped(markup.value(topics, "duid") or "a TopicSet", SkipReason.CONCEPT)]


FORMAT = Format(
    name="newsml-1",
    reads="NewsML 1.0 to 1.2, one article for each NewsItem of text",
    rank=13,
    recognises=_recognises,
    parse=_parse,
)
