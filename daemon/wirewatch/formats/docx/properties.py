"""The properties of a Word document: who wrote it, when it was saved, what it is called."""

from wirewatch.formats import markup
from wirewatch.formats.document import Document
from wirewatch.formats.language import code_of
from wirewatch.formats.moments import When, when
from wirewatch.formats.office.keywords import keywords_of
from wirewatch.formats.office.story import Properties
from wirewatch.formats.office.title import given_author, given_title

_FIRST_YEAR = "2006"
"""The year of the format: clocks that were never set, and converters, write earlier ones."""

_OF_TEMPLATES = frozenset(("2013-12-23T23:15:00Z",))
"""What python-docx's own template says, and so every document that a program made by it."""


def read_properties(data: bytes) -> Properties:
    """Read the core properties; those that are not there are empty.

    Raises Unreadable (malformed) where they are no XML.
    """
    if not data.strip():
        return Properties()
    found: dict[str, str] = {}
    for one in markup.root(Document(data, len(data) + 1)):
        found.setdefault(markup.name(one), markup.line(one))
    published, precision = _published(found.get("modified", ""), found.get("created", ""))
    return Properties(
        title=given_title(found.get("title", "")),
        author=given_author(found.get("creator", "")),
        published=published,
        precision=precision,
        language=code_of(found.get("language", "").replace("_", "-")),
        subjects=keywords_of(found.get("keywords", "")),
    )


def _published(*written: str) -> When:
    """Give the first moment that can be true.

    The last time of saving comes first: `created` is often the birth of the form that was filled
    in, years before.
    """
    for text in written:
        moment, precision = when(text)
        if moment and moment >= _FIRST_YEAR and moment not in _OF_TEMPLATES:
            return moment, precision
    return None, None
