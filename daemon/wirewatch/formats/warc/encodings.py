"""What HTTP does to a page on its way, undone: chunks and compression, within bounds."""

import re
import zlib
from collections.abc import Callable, Sequence

from wirewatch.errors import Unreadable
from wirewatch.formats.archives.allowance import Allowance
from wirewatch.formats.extras import library

_CHUNK = re.compile(rb"(?:\r?\n)?([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]{0,200})?\r?\n")
_HTML = re.compile(
    rb"(?>\xef\xbb\xbf|\s+|<\?xml[^>]{0,200}\?>|<!--.*?-->)*+"
    rb"<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_HEAD = 4_096  # bytes in which a page shows that it is one
_BITE = 64  # bytes of brotli, of which eight may stand for 16 MB
_ZSTD_WINDOW = 8 << 20  # the most that RFC 9659 lets a server use
_PLAIN = frozenset(("", "identity", "none"))


def looks_like_html(data: bytes) -> bool:
    """Tell a page by how it begins."""
    return _HTML.match(data[:_HEAD]) is not None


def unchunked(data: bytes) -> bytes:
    """Join the chunks of an answer; one that is not in chunks, as crawlers keep it, is whole.

    What follows a broken chunk is taken as it is.
    """
    pieces: list[bytes] = []
    place = 0
    while head := _CHUNK.match(data, place):
        size = int(head[1], 16)
        if not size:
            return b"".join(pieces)
        place = head.end() + size
        pieces.append(data[head.end() : place])
    return b"".join([*pieces, data[place:]])


def decoded(data: bytes, encodings: Sequence[str], allowance: Allowance) -> bytes | None:
    """Undo the content encodings of an answer, the last one first.

    Crawlers keep the header of what they have undone already: a page that can be read is read.
    What the connection broke off is given so far. Gives None where an encoding is not known or not
    what the answer says. Raises Unreadable: expands-too-far, not-installed.
    """
    for encoding in reversed(encodings):
        if encoding in _PLAIN or looks_like_html(data):
            continue
        read = _READERS.get(encoding)
        found = read(data, allowance.left + 1) if read else None
        if found is None:
            return None
        allowance.take(len(found))
        data = found
    return data


def _gzip(data: bytes, most: int) -> bytes | None:
    """Undo gzip."""
    return _inflated(data, most, zlib.MAX_WBITS | 16)


def _deflate(data: bytes, most: int) -> bytes | None:
    """Undo deflate: with zlib's header, as the standard has it, or bare, as some servers do."""
    found = _inflated(data, most, zlib.MAX_WBITS)
    return _inflated(data, most, -zlib.MAX_WBITS) if found is None else found


def _inflated(data: bytes, most: int, wbits: int) -> bytes | None:
    """Undo one stream of zlib's."""
    try:
        return zlib.decompressobj(wbits).decompress(data, most)
    except zlib.error:
        return None


def _zstd(data: bytes, most: int) -> bytes | None:
    """Undo zstd."""
    zstandard = library("zstandard")
    reader = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).stream_reader(data)
    try:
        found: bytes = reader.read(most)
    except zstandard.ZstdError:
        return None
    return found


def _brotli(data: bytes, most: int) -> bytes | None:
    """Undo brotli, where its library happens to be installed."""
    try:
        brotli = library("brotli")
    except Unreadable:  # it is no part of the extra, so that no remedy can be told
        return None
    stream, pieces, size = brotli.Decompressor(), [], 0
    try:
        for start in range(0, len(data), _BITE):
            pieces.append(stream.process(data[start : start + _BITE]))
            size += len(pieces[-1])
            if size >= most:
                break
    except brotli.error:
        return None
    return b"".join(pieces)


_READERS: dict[str, Callable[[bytes, int], bytes | None]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}
