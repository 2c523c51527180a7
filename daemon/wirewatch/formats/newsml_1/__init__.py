"""NewsML 1: a file of news items, each in components with lines, metadata and contents."""

from wirewatch.errors import Unreadable
from wirewatch.formats import markup
from wirewatch.formats.document import Document, Format
from wirewatch.formats.identity import DIGEST, HEADLINE
from wirewatch.formats.newsml_1.item import read_item
from wirewatch.formats.newsml_1.layout import layouts
from wirewatch.formats.nitf.prolog import root_called, root_name
from wirewatch.model import Article, Skipped
from wirewatch.states import FileReason, SkipReason

_KIND = "NewsML"


def _recognises(document: Document) -> bool:
    """Take XML whose root, or DTD, is `NewsML`; that of NewsML-G2 has other names."""
    return root_name(document) == _KIND.lower()


def _parse(document: Document) -> list[Article | Skipped]:
    """Read the items of a file, in order. Raises Unreadable (malformed) where there are none."""
    root = root_called(document, _KIND)
    items = [read_item(layout) for layout in layouts(root)]
    if items:
        return items
    topics = markup.child(root, "topicset")
    if topics is None:
        raise Unreadable(FileReason.MALFORMED, "there is no NewsItem in this NewsML")
    return [Skipped(markup.value(topics, "duid") or "a TopicSet", SkipReason.CONCEPT)]


_SOURCES = {
    "guid": (
        "NewsIdentifier/PublicIdentifier without the revision, "
        f"else ProviderId, DateId and NewsItemId, else {DIGEST}"
    ),
    "title": (
        "NewsLines/HeadLine of the text's component or those around it, else the text of a "
        "component whose Role is headline or title, else the headline of the text's NITF"
    ),
    "headline": HEADLINE,
    "body": (
        "ContentItem/DataContent of all components of text but captions; without title, byline "
        "and dateline in front"
    ),
    "dateline": "NewsLines/DateLine, else the dateline of the text's NITF",
    "version": "NewsIdentifier/RevisionId, else its @PreviousRevision and one more, else 1",
    "published": (
        "NewsManagement/ThisRevisionCreated, else FirstCreated, else NewsIdentifier/DateId, else "
        "NewsEnvelope/DateAndTime"
    ),
    "place": "Property City of a Location, of an origin first, else the dateline's beginning",
    "country": "Property Country of that Location",
    "agency": (
        "Party/@FormalName of Provider, else of Source, else of Creator, else of "
        "NewsEnvelope/SentFrom, else NewsIdentifier/ProviderId"
    ),
    "byline": "NewsLines/ByLine, else the byline of the text's NITF; without By",
    "language": "Language/@FormalName, else the nearest @xml:lang around the text",
    "status": "NewsManagement/Status; embargoed without a date is withheld; else usable",
    "subjects": "codes in SubjectCode, then Property Keyword, then NewsLines/KeywordLine",
    "urgency": "NewsManagement/Urgency",
    "slugline": "NewsLines/SlugLine, else Identification/NameLabel",
    "signal": "NewsManagement/Instruction, else NewsItemType if that is not News",
    "embargo": "NewsManagement/StatusWillChange/DateAndTime, if FutureStatus is Usable",
    "note": "NewsLines/NewsLine of a type for editors: NewsLineText",
}

FORMAT = Format(
    name="newsml-1",
    reads="NewsML 1.0 to 1.2, one article for each NewsItem of text",
    rank=13,
    recognises=_recognises,
    parse=_parse,
    told_by="a first XML element, or a DTD, called NewsML",
    sources=_SOURCES,
)
