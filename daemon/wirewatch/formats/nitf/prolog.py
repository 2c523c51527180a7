"""What an XML file is, told from its first element without parsing it."""

import re

from wirewatch.errors import Unreadable
from wirewatch.formats import markup
from wirewatch.formats.document import Document
from wirewatch.states import FileReason

_WITHIN = 10_000  # characters in which the first element, or the DTD, is named
_FIRST = re.compile(
    r"(?:\s++|<\?.*?\?>|<!--.*?-->)*+<(?:!doctype\s+)?+(?:[\w.-]+:)?([\w.-]+)",
    re.IGNORECASE | re.DOTALL,
)


def root_name(document: Document) -> str:
    """Give the name of the root element, or of the DTD, in lower case; empty where there is none.

    Raises Unreadable where the bytes are no text.
    """
    if not document.start.startswith("<"):
        return ""
    first = _FIRST.match(document.text[:_WITHIN])
    return first[1].lower() if first else ""


def root_called(document: Document, kind: str) -> markup.Element:
    """Parse a document whose root element has some name.

    Raises Unreadable (malformed) where it is no sound XML, or where its root is called otherwise.
    """
    root = markup.root(document)
    if markup.name(root) != kind.lower():
        raise Unreadable(FileReason.MALFORMED, f"said to be {kind}, but is {markup.name(root)}")
    return root
