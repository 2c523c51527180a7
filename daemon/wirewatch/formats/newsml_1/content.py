"""The text of a content item: NITF, XHTML, HTML in disguise, or plain."""

import re
import unicodedata

from wirewatch.formats import markup
from wirewatch.formats.markup import Element
from wirewatch.formats.nitf.story import body_of
from wirewatch.formats.plain import plain_paragraphs

_TAG = re.compile(
    r"</?(?:p|br|div|span|b|i|em|strong|a|h[1-6]|ul|ol|li|table)\b[^<>]{0,999}>", re.IGNORECASE
)


def text_of(content: Element) -> str:
    """Give the paragraphs of a content item; empty where its data is no text, or elsewhere.

    Encoded data stands inside an `Encoding`, and is left alone.
    """
    pieces = (_data_of(data) for data in markup.children(content, "datacontent"))
    return "\n\n".join(filter(None, pieces))


def nitf_of(content: Element | None) -> Element | None:
    """Give the `nitf` element of a content item, or None."""
    return markup.child(content, "datacontent", "nitf")


def _data_of(data: Element) -> str:
    """Give the paragraphs of one DataContent."""
    nitf = markup.child(data, "nitf")
    if nitf is not None and markup.child(nitf, "body") is not None:
        return body_of(nitf)
    bodies = list(markup.below(data, "body.content"))
    if bodies or any(map(markup.name, data)):
        return markup.paragraphs(bodies[:1] or [data])
    text = unicodedata.normalize("NFC", "".join(data.itertext()))
    return (
        markup.paragraphs([markup.fragment(text)]) if _TAG.search(text) else plain_paragraphs(text)
    )
