"""XML as formats read it: the door to lxml, elements by their local names, and text in paragraphs.

Nothing is fetched and no entity is expanded: see https://lxml.de/FAQ.html#how-do-i-use-lxml-safely.
Namespaces are left out of names: agencies get them wrong, and no format here needs them.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from html import unescape
from typing import Any

from lxml import etree, html

from wirewatch.errors import Unreadable
from wirewatch.formats.document import Document
from wirewatch.states import FileReason

Element = Any
"""An element of lxml; nobody else knows its type."""

Failure = etree.LxmlError
"""What lxml raises in a library that works on elements by itself."""

_BLOCKS = frozenset(
    (
        "p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "tr", "table", "ul", "ol", "dl", "dt",
        "dd", "pre", "blockquote", "section", "article", "header", "footer", "figure", "figcaption",
        "hr", "body", "hedline", "hl1", "hl2", "byline", "dateline", "media", "block", "fn",
    )
)  # fmt: skip
_UNSEEN = frozenset(("script", "style", "head", "template", "noscript", "svg", "media-metadata"))
_SPACE = re.compile(r"[ \t\r\n\f\v\xa0]+")
_TAG = re.compile(r"""<[a-z](?:[^<>"'=]++|=\s*+"[^"]*+"|=\s*+'[^']*+'|[="'])*+""", re.IGNORECASE)
_QUOTED = re.compile(r"""=\s*+(?:"[^"]*+"|'[^']*+')""")
_LONG_TAG = 2_000  # characters
_MOST_ATTRIBUTES = 300  # lxml takes the square of their number
_DECLARED = re.compile(r"^\s*<\?xml[^>]*\?>")


def root(document: Document) -> Element:
    """Parse a document as XML. Raises Unreadable (malformed) where it is none.

    White space in front of the declaration, and a wrong declared encoding, are forgiven.
    """
    try:
        found = etree.fromstring(document.data.lstrip(), _xml_parser())
    except (etree.XMLSyntaxError, ValueError, LookupError):
        text = _DECLARED.sub("", document.text)
        try:
            found = etree.fromstring(text.encode(), _xml_parser(encoding="utf-8"))
        except (etree.XMLSyntaxError, ValueError) as error:
            raise Unreadable(FileReason.MALFORMED, f"no sound XML: {error}") from error
    if found is None:
        raise Unreadable(FileReason.MALFORMED, "no sound XML: it is empty")
    return found


def fragment(text: str) -> Element:
    """Parse a piece of HTML, as articles hold it in a field; broken markup is mended.

    Raises Unreadable (malformed) as `page` does.
    """
    return page(f"<div>{text}</div>")


def page(text: str) -> Element:
    """Parse a whole document of HTML, however long; broken markup is mended.

    Without `huge_tree` what is nested or long is left out in silence; the file is limited already.
    Raises Unreadable (malformed) where nothing is in it, for a tag of too many attributes, and
    beyond the depth of 2,048 that libxml2 reads in any case.
    """
    _check_attributes(text)
    parser = html.HTMLParser(no_network=True, encoding="utf-8", huge_tree=True)
    try:
        found = html.document_fromstring(text.encode(), parser=parser)
    except etree.LxmlError as error:
        raise Unreadable(FileReason.MALFORMED, f"no HTML that can be read: {error}") from error
    if any(one.type_name == "ERR_RESOURCE_LIMIT" for one in parser.error_log):
        raise Unreadable(FileReason.MALFORMED, "its HTML is nested too deeply to be read whole")
    return found


def _check_attributes(text: str) -> None:
    """Refuse a tag with more attributes than can be read in time. Raises Unreadable (malformed)."""
    for tag in _TAG.finditer(text) if len(text) > _LONG_TAG else ():
        if tag.end() - tag.start() > _LONG_TAG:
            count = len(_QUOTED.sub("=", tag[0]).split()) - 1
            if count > _MOST_ATTRIBUTES:
                raise Unreadable(FileReason.MALFORMED, f"a tag of HTML with {count:,} attributes")


def name(element: Element) -> str:
    """Give an element's name without its namespace, in lower case; empty for a comment."""
    return _bare(element.tag) if isinstance(element.tag, str) else ""


def _bare(tag: str) -> str:
    """Take the namespace from a name, in lower case; the names of HTML may hold anything."""
    return tag.rpartition("}")[2].lower()


def children(element: Element | None, *path: str) -> list[Element]:
    """Give the elements at the end of a path of names below an element, in order."""
    found = [element] if element is not None else []
    for step in path:
        found = [child for one in found for child in one if name(child) == step]
    return found


def child(element: Element | None, *path: str) -> Element | None:
    """Give the first element at the end of a path of names, or None."""
    return next(iter(children(element, *path)), None)


def below(element: Element | None, *names: str) -> Iterator[Element]:
    """Give all elements with one of some names, at any depth, in order."""
    for one in element.iter() if element is not None else ():
        if name(one) in names:
            yield one


def walk(element: Element) -> Iterator[tuple[str, Element]]:
    """Give each element where it starts and where it ends, and comments, in order.

    A text of the element follows its start, or where it ends, or the comment, as its tail.
    """
    yield from etree.iterwalk(element, events=("start", "end", "comment", "pi"))


def value(element: Element | None, *attributes: str) -> str:
    """Give the first of some attributes, whatever its namespace and case, stripped, or nothing."""
    if element is None:
        return ""
    known = {_bare(key): text for key, text in element.attrib.items()}
    found = next((text for key in attributes if (text := known.get(key, "").strip())), "")
    return unicodedata.normalize("NFC", found)


def line(element: Element | None) -> str:
    """Give all text of an element as one line, in NFC."""
    return " ".join(_pieces(element)) if element is not None else ""


def paragraphs(elements: Iterable[Element]) -> str:
    """Give the text of elements as paragraphs, parted by empty lines, as `Article.body` has it."""
    return "\n\n".join(piece for element in elements for piece in _pieces(element))


def _pieces(element: Element) -> list[str]:
    """Give the text of an element, without scripts, parted where a block or a line begins."""
    pieces = [""]
    hidden = 0
    for event, one in etree.iterwalk(element, events=("start", "end", "comment", "pi")):
        if event in {"comment", "pi"}:
            pieces[-1] += "" if hidden else one.tail or ""
            continue
        known = name(one)
        if known in _UNSEEN:
            hidden += 1 if event == "start" else -1
        elif known in _BLOCKS or (known == "br" and event == "start"):
            pieces.append("")
        elif known in {"td", "th"}:
            pieces[-1] += " "
        if not hidden:
            inside = _text(one) if event == "start" else one.tail if one is not element else ""
            pieces[-1] += inside or ""
    lines = (_SPACE.sub(" ", unicodedata.normalize("NFC", piece)).strip() for piece in pieces)
    return [piece for piece in lines if piece]


def _text(element: Element) -> str | None:
    """Give the text in front of an element's first child; of an entity what HTML means by it.

    Others, which a file declares for itself, stand for nothing.
    """
    text: str | None = element.text
    if element.tag is not etree.Entity or text is None:
        return text
    meant = unescape(text)
    return "" if meant == text else meant


def _xml_parser(encoding: str | None = None) -> etree.XMLParser:
    """Make a parser that expands nothing, fetches nothing, and refuses what is huge."""
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        encoding=encoding,
    )
