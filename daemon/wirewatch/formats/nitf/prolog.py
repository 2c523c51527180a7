"""What an XML file is, told from its first element without parsing it."""

import re

from wirewatch.formats.document import Document

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
