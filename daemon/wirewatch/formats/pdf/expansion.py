"""How far the streams of a PDF expand, told before PDFium expands them without a bound.

Pictures are left out: they are large by right, and are never expanded for their text.
"""

import re
import zlib

from wirewatch.errors import Unreadable
from wirewatch.states import FileReason

MOST_STREAM = 32_000_000
"""Bytes of one stream of text, drawing or fonts; a page of a newspaper has one or two million."""

MOST_ALTOGETHER = 256_000_000
"""Bytes of all such streams: what can be expanded in less than a second."""

_STREAM = re.compile(rb"stream\r?\n(?=[\x08-\x78])")
_DICTIONARY = 1_000  # bytes in front of a stream in which its dictionary stands
_OBJECT = re.compile(rb"\bobj\b")
_PICTURE = re.compile(rb"/Subtype\s*/Image\b")
_DEFLATED = re.compile(rb"/Fl(?:ateDecode)?\b")
_DEEPEST = 4  # layers of compression, one inside the other; nobody has use for two


def check_streams(data: bytes) -> None:
    """Refuse a PDF whose streams expand too far. Raises Unreadable (expands-too-far)."""
    room = MOST_ALTOGETHER
    for found in _STREAM.finditer(data):
        if _is_deflated(data, found.start()):
            room -= _expanded_size(data, found.end(), min(room, MOST_STREAM))


def _is_deflated(data: bytes, place: int) -> bool:
    """Tell by its dictionary whether a stream is compressed, and no picture."""
    before = data[max(0, place - _DICTIONARY) : place]
    starts = [found.end() for found in _OBJECT.finditer(before)]
    dictionary = before[starts[-1] :] if starts else before
    return bool(_DEFLATED.search(dictionary)) and not _PICTURE.search(dictionary)


def _expanded_size(data: bytes, place: int, limit: int) -> int:
    """Expand the stream at a place, and what is compressed in it again; give the bytes of all."""
    size = 0
    piece = memoryview(data)[place:]
    for _ in range(_DEEPEST):
        inside = _expanded(piece, limit + 1)
        if len(inside) > limit:
            detail = f"a stream of it expands to more than {limit:,} bytes"
            raise Unreadable(FileReason.EXPANDS_TOO_FAR, detail)
        size += len(inside)
        piece = memoryview(inside)
        if not _may_be_deflated(inside):
            return size
    raise Unreadable(FileReason.EXPANDS_TOO_FAR, "a stream of it is compressed over and over")


def _expanded(data: memoryview, most: int) -> bytes:
    """Expand what zlib can of some bytes, up to a number; nothing where they are none of its."""
    try:
        return zlib.decompressobj().decompress(data, most)
    except zlib.error:
        return b""


def _may_be_deflated(data: bytes) -> bool:
    """Tell the two bytes with which a zlib stream begins."""
    return len(data) > 1 and data[0] & 0x0F == zlib.DEFLATED and (data[0] << 8 | data[1]) % 31 == 0
