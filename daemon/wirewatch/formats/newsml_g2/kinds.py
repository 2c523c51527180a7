"""The kinds of items and of content, and the codes by which NewsML-G2 says nearly everything."""

import re

from wirewatch.formats.markup import Element, child, line, name, value
from wirewatch.formats.newscodes import short
from wirewatch.states import SkipReason

KINDS: dict[str, SkipReason | None] = {
    "newsitem": None,
    "packageitem": SkipReason.PACKAGE,
    "planningitem": SkipReason.PLANNING,
    "conceptitem": SkipReason.CONCEPT,
    "knowledgeitem": SkipReason.CONCEPT,
    "catalogitem": SkipReason.CATALOGUE,
}
"""The elements that are items, and why they are no articles."""

_CLASSES = {
    "picture": SkipReason.PICTURE,
    "image": SkipReason.PICTURE,
    "graphic": SkipReason.GRAPHIC,
    "animation": SkipReason.GRAPHIC,
    "audio": SkipReason.AUDIO,
    "video": SkipReason.VIDEO,
    "composite": SkipReason.PACKAGE,
    "package": SkipReason.PACKAGE,
    "data": SkipReason.DATA,
}
_NEWSCODES = re.compile(r"https?://cv\.iptc\.org/newscodes/([^/]+)/([^/]+)/?")


def scheme_and_code(element: Element | None) -> tuple[str, str]:
    """Give the two halves of the code of an element; a URI's are its last two steps."""
    qcode = value(element, "qcode")
    if qcode:
        scheme, mark, code = qcode.partition(":")
        return (scheme, code) if mark else ("", qcode)
    steps = value(element, "uri").rstrip("/").split("/")
    return (steps[-2] if len(steps) > 1 else "", steps[-1])


def code(element: Element | None) -> str:
    """Give the code of an element without its scheme, in lower case; empty where it has none."""
    return scheme_and_code(element)[1].lower()


def subject_code(element: Element) -> str:
    """Give a subject's code with its scheme, or its URI; empty where it has none.

    The IPTC's two lists of topics have the same scheme whether they come as QCode or as URI.
    """
    return value(element, "qcode") or short(value(element, "uri"))


def party(element: Element | None) -> str | None:
    """Give who an element names: by name, else by its code, its words, or its URI."""
    qcode = value(element, "qcode")
    named = line(child(element, "name")) or qcode.partition(":")[2] or qcode
    known = _NEWSCODES.fullmatch(value(element, "uri"))
    return (
        named or value(element, "literal") or (known[2] if known else value(element, "uri")) or None
    )


def called(item: Element) -> str:
    """Give what an item is called: its headline, else its identity, else what kind it is."""
    headline = line(child(item, "contentmeta", "headline"))
    return headline or value(item, "guid") or name(item)


def why_no_text(item: Element) -> SkipReason | None:
    """Give why a news item is none of text, by its class, else by the type of its content."""
    by_class = child(item, "itemmeta", "itemclass")
    if by_class is not None:
        return _CLASSES.get(code(by_class))
    remote = value(child(item, "contentset", "remotecontent"), "contenttype")
    return _CLASSES.get(remote.partition("/")[0].lower())
