"""The bytes of a page into text: as browsers do it, and where the page is wrong, as it was meant.

The order is that of the HTML standard: byte order mark, the answer of HTTP, the page's own word
(https://html.spec.whatwg.org/multipage/parsing.html#determining-the-character-encoding).
"""

import codecs
import re

from wirewatch.errors import Unreadable
from wirewatch.formats.document import Document
from wirewatch.formats.html.characters import readable
from wirewatch.states import FileReason

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WITHIN = 2_048  # bytes in which a page says its encoding
_DECLARED = re.compile(
    rb"<(?:meta|\?xml)\b[^>]*?\b(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE
)
_MEANT = {  # what pages call by the name of a smaller one, as browsers know
    "ascii": "iso8859-1", "cp1252": "iso8859-1", "iso8859-9": "cp1254", "iso8859-11": "cp874",
    "tis-620": "cp874", "gb2312": "gb18030", "gbk": "gb18030", "euc_kr": "cp949",
    "shift_jis": "cp932", "big5": "big5hkscs",
    "utf-16": "utf-8", "utf-16-le": "utf-8", "utf-16-be": "utf-8",
}  # fmt: skip
# Of ISO 8859-1 `readable` makes windows-1252, of which Python leaves five bytes undefined.
# Python has codecs that are no charsets, or take the square of a text's length: only these count.
_KNOWN = frozenset(
    (
        "utf-8", "cp1250", "cp1251", "iso8859-1", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257",
        "cp1258", "cp866", "cp874", "koi8-r", "koi8-u", "mac-cyrillic", "mac-roman", "iso8859-2",
        "iso8859-3", "iso8859-4", "iso8859-5", "iso8859-6", "iso8859-7", "iso8859-8", "iso8859-10",
        "iso8859-13", "iso8859-14", "iso8859-15", "iso8859-16", "big5hkscs", "gb18030", "euc_jp",
        "cp932", "cp949", "iso2022_jp",
    )
)  # fmt: skip
_FAULTS = 100  # letters outside ASCII for each that may be broken in UTF-8


def decoded(data: bytes, charset: str = "") -> str:
    """Give the text of a page, without characters that no text holds.

    `charset` is what HTTP said. Raises Unreadable: empty, or undecodable.
    """
    if not data.strip(b"\0\t\r\n\f "):
        raise Unreadable(FileReason.EMPTY, "nothing in the page")
    text = readable(_decoded(data, charset))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _decoded(data: bytes, charset: str) -> str:
    """Decode by the first sign that holds; a page without one is read as a file is."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    if data[1:4:2] == b"\0\0":
        return data.decode("utf-16-le", "replace")
    if data[:3:2] == b"\0\0":
        return data.decode("utf-16-be", "replace")
    found = _DECLARED.search(data[:_WITHIN])
    names = (_known(charset), _known(found[1].decode("ascii", "replace") if found else ""))
    if data.isascii() and "iso2022_jp" not in names:
        return data.decode("ascii")
    tried = (_in_utf8(data), *(_in(data, name) for name in names if name))
    return next((text for text in tried if text is not None), None) or _guessed(data)


def _known(charset: str) -> str:
    """Give the name of the charset that is meant, or nothing where it is none."""
    try:
        name = codecs.lookup(charset.strip(" \"'")).name
    except (LookupError, ValueError):
        return ""
    name = _MEANT.get(name, name)
    return name if name in _KNOWN else ""


def _in_utf8(data: bytes) -> str | None:
    """Read UTF-8, even where a letter in a hundred is broken; None where it is plainly not that.

    Whatever a page says of itself: text in another encoding is never UTF-8 by chance.
    """
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd") - data.count(b"\xef\xbf\xbd")
    return text if broken * _FAULTS <= len(data) - len(data.translate(None, _NO_ASCII)) else None


def _in(data: bytes, name: str) -> str | None:
    """Read one charset, or give None where the bytes do not fit it."""
    try:
        return data.decode(name)
    except ValueError:
        return None


def _guessed(data: bytes) -> str:
    """Read the likeliest encoding. Raises Unreadable (undecodable) where none is likely."""
    return Document(data.translate(None, _CONTROLS), len(data) + 1).text


_NO_ASCII = bytes(range(0x80, 0x100))
_CONTROLS = bytes((*range(9), 0x0B, *range(0x0E, 0x20), 0x7F))
