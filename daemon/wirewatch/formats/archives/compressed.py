"""Compressed files: gzip, bzip2, xz and zstd, each of which may hold several streams in a row."""

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterator
from typing import Any

from wirewatch.errors import Unreadable
from wirewatch.formats import extras
from wirewatch.formats.archives.allowance import Allowance
from wirewatch.states import FileReason

_CHUNK = 1 << 20  # bytes asked for at once
_BITE = 4_096  # bytes of zstd, of which four may stand for 128 KB
_MEMORY = 256 << 20  # bytes that a dictionary may take: what `xz -9` needs is 65 MB
_WINDOW = 128 << 20  # bytes: what `zstd --ultra -22` uses, and the most that it reads unasked


class _Gzip:
    """zlib's reader of gzip, called as the other decompressors are."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)

    @property
    def eof(self) -> bool:
        return self._stream.eof

    @property
    def unused_data(self) -> bytes:
        return self._stream.unused_data

    def decompress(self, data: bytes, most: int) -> bytes:
        """Give at most so many bytes; what was not read of the data is kept for the next call."""
        return self._stream.decompress(self._stream.unconsumed_tail + data, most)


def _xz() -> Any:  # noqa: ANN401 - the decompressors have no type in common
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MEMORY)


_READERS: dict[str, Callable[[], Any]] = {"gzip": _Gzip, "bzip2": bz2.BZ2Decompressor, "xz": _xz}
_MAGIC = {
    "gzip": b"\x1f\x8b\x08",
    "bzip2": b"BZh",
    "xz": b"\xfd7zXZ\x00",
    "zstd": b"\x28\xb5\x2f\xfd",
}
_BLOCK = b"1AY&SY"  # how a bzip2 file goes on, which says more than its three letters


def kind_of(data: bytes) -> str | None:
    """Tell which compression a file begins with, or None."""
    kind = next((name for name, magic in _MAGIC.items() if data.startswith(magic)), None)
    return None if kind == "bzip2" and data[4:10] != _BLOCK else kind


def decompressed(kind: str, data: bytes, allowance: Allowance) -> bytes:
    """Undo a compression, within what is allowed.

    Raises Unreadable: expands-too-far, truncated, malformed, or not-installed (zstd).
    """
    read = _zstd if kind == "zstd" else _streams
    pieces = []
    for piece in read(kind, data, allowance):
        allowance.take(len(piece))
        pieces.append(piece)
    return b"".join(pieces)


def _streams(kind: str, data: bytes, allowance: Allowance) -> Iterator[bytes]:
    """Read stream after stream; padding of NULs behind the last one is no stream."""
    while data:
        stream = _READERS[kind]()
        try:
            while not stream.eof:
                piece = stream.decompress(data, min(_CHUNK, allowance.left + 1))
                data = b""
                if not piece and not stream.eof:
                    raise Unreadable(FileReason.TRUNCATED, f"the {kind} stream breaks off")
                yield piece
        except (zlib.error, lzma.LZMAError, OSError, EOFError) as error:
            raise Unreadable(FileReason.MALFORMED, f"no sound {kind}: {error}") from error
        data = stream.unused_data.lstrip(b"\0")


def _zstd(kind: str, data: bytes, _allowance: Allowance) -> Iterator[bytes]:
    """Read frame after frame, each in small bites: what one bite may expand to is not bounded."""
    zstandard = extras.library("zstandard")
    reader = zstandard.ZstdDecompressor(max_window_size=_WINDOW)
    while data:
        frame = reader.decompressobj()
        eaten = 0
        try:
            while not frame.eof and eaten < len(data):
                yield frame.decompress(data[eaten : eaten + _BITE])
                eaten += _BITE
        except zstandard.ZstdError as error:
            raise Unreadable(FileReason.MALFORMED, f"no sound {kind}: {error}") from error
        if not frame.eof:
            raise Unreadable(FileReason.TRUNCATED, f"the {kind} stream breaks off")
        data = frame.unused_data + data[eaten:]
