"""Bytes of mail into text, where the declared charset may be missing, unknown or wrong."""

import re
from email.errors import MessageError
from email.header import decode_header

from wirewatch.errors import Unreadable
from wirewatch.formats.document import Document

_WIDER = {  # what senders call by the name of a smaller charset
    "iso-8859-1": "cp1252", "latin-1": "cp1252",
    "latin1": "cp1252", "iso-8859-9": "cp1254", "gb2312": "gb18030", "gbk": "gb18030",
    "ks_c_5601-1987": "cp949", "euc-kr": "cp949", "shift_jis": "cp932", "x-sjis": "cp932",
}  # fmt: skip
_SAYS_NOTHING = frozenset(("us-ascii", "ascii", "unknown-8bit", "x-unknown", "default"))
_WORD = r"=\?[^?\s]+\?[bBqQ]\?[^?]*\?="
_ENCODED = re.compile(rf"{_WORD}(?:\s*{_WORD})*")
_HALF = re.compile(r"[\ud800-\udfff]")


def decoded(data: bytes, charset: str | None, line_limit: int) -> str:
    """Give bytes as text: as declared where that can be, as UTF-8 where it is plainly that.

    What fits nothing is read as the likeliest encoding, at worst with marks for what is unreadable.
    Nothing is raised.
    """
    known = _known(charset)
    if data.isascii():
        return _read(data, known or "ascii") or _read(data, "ascii") or ""
    return (
        _read(data, "utf-8")
        or (_read(data, known) if known else None)
        or _guessed(data, line_limit)
        or _HALF.sub("\ufffd", data.decode("utf-8", "replace"))
    )


def words(field: str) -> str:
    """Read the encoded words (RFC 2047) of a header's field, and bytes that stand there raw.

    Neighbours are put together before they are decoded: careless senders part a letter's bytes.
    """
    return _ENCODED.sub(_read_words, readable(field))


def _read_words(neighbours: re.Match[str]) -> str:
    """Read encoded words that follow each other; what cannot be read stays as it stands."""
    try:
        pieces = decode_header(neighbours[0])
    except (MessageError, ValueError):
        return neighbours[0]
    return "".join(
        piece if isinstance(piece, str) else decoded(piece, charset, len(piece) + 1)
        for piece, charset in pieces
    )


def readable(field: str) -> str:
    """Give a field whose raw bytes, which the email package keeps as halves, are text."""
    if not _HALF.search(field):
        return field
    data = field.encode("utf-8", "surrogateescape")
    return decoded(data, None, len(data) + 1)


def _known(charset: str | None) -> str:
    """Give the charset by the name of the one that is meant, or nothing."""
    name = (charset or "").strip().strip("\"'").lower()
    return _WIDER.get(name, "" if name in _SAYS_NOTHING else name)


def _read(data: bytes, charset: str) -> str | None:
    """Decode, or give None where that cannot be."""
    try:
        text = data.decode(charset)
    except (LookupError, ValueError):
        return None
    return None if _HALF.search(text) else text


def _guessed(data: bytes, line_limit: int) -> str | None:
    """Give the text in the likeliest encoding, or None."""
    try:
        return Document(data, line_limit).text
    except Unreadable:
        return None
