"""The relations between the parts of a package: which part is the text, the styles, the properties.

Those that lead out of the package are never followed.
"""

import posixpath
from urllib.parse import unquote

from wirewatch.formats import markup
from wirewatch.formats.document import Document

CONTENT_TYPES = "[Content_Types].xml"
MAIN = "word/document.xml"
"""The part with the text, where no relation says otherwise."""


def rels_of(part: str) -> str:
    """Give the name of the part that holds the relations of a part, or of the package ("")."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def related(data: bytes, part: str) -> dict[str, str]:
    """Give the parts to which a part relates, by the last word of the relation; the first of each.

    `data` are its relations. Raises Unreadable (malformed).
    """
    if not data.strip():
        return {}
    found: dict[str, str] = {}
    for one in markup.below(markup.root(Document(data, len(data) + 1)), "relationship"):
        if markup.value(one, "targetmode").lower() == "external":
            continue
        kind = markup.value(one, "type").rpartition("/")[2]
        found.setdefault(kind, _target(part, markup.value(one, "target")))
    return found


def _target(part: str, written: str) -> str:
    """Give the name of a part as it stands in the zip, of how a relation of another writes it."""
    place = posixpath.join("/", posixpath.dirname(part), unquote(written))
    return posixpath.normpath(place).lstrip("/")
