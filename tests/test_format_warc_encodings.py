"""Web archives: what HTTP did to a page is undone, whatever the header says of it, and bounded."""

import gzip
import sys
import time
import zlib
from types import SimpleNamespace

import pytest
import zstandard

from warc_samples import PAGE, STORY, URL, answer, one, read, record, refusal
from wirewatch.formats import warc
from wirewatch.formats.archives.allowance import Unpacking
from wirewatch.formats.warc.encodings import unchunked
from wirewatch.model import Skipped
from wirewatch.states import FileReason, SkipReason

BODY = "\n\n".join(STORY)
NO_PAGE = [Skipped(URL, SkipReason.UNKNOWN_FORMAT)]
BARE = zlib.compressobj(wbits=-zlib.MAX_WBITS)
PACKED = {
    "gzip": gzip.compress(PAGE),
    "x-gzip": gzip.compress(PAGE),
    "GZIP": gzip.compress(PAGE),
    "deflate": zlib.compress(PAGE),
    "deflate ": BARE.compress(PAGE) + BARE.flush(),
    "zstd": zstandard.ZstdCompressor().compress(PAGE),
    "identity": PAGE,
    "gzip, deflate": zlib.compress(gzip.compress(PAGE)),
    "identity,gzip": gzip.compress(PAGE),
}
BOMB = b"<!doctype html>" + b" " * 30_000_000
BOMBS = {
    "gzip": gzip.compress(BOMB),
    "deflate": zlib.compress(BOMB),
    "zstd": zstandard.ZstdCompressor().compress(BOMB),
    "gzip, gzip": gzip.compress(gzip.compress(BOMB)),
}


def in_chunks(data: bytes, size: int = 100) -> bytes:
    """Give bytes as a server sends them in chunks."""
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in [*pieces, b""])


def packed(body: bytes, encoding: str) -> bytes:
    """Give the record of an answer that says how it is encoded."""
    return record(answer(body, f"Content-Encoding: {encoding}"))


@pytest.mark.parametrize("encoding", PACKED)
def test_encodings(encoding: str) -> None:
    """A page is read in every encoding that servers use, alone and in chunks."""
    headers = f"Content-Encoding: {encoding}", "transfer-encoding: chunked"
    assert one(answer(PACKED[encoding], headers[0])).body == BODY
    assert one(answer(in_chunks(PACKED[encoding]), *headers)).body == BODY


@pytest.mark.parametrize("encoding", [*PACKED, "br", "compress", "utf-8"])
def test_undone_already(encoding: str) -> None:
    """A header that the crawler kept when it undid the encoding is seen through."""
    headers = f"Content-Encoding: {encoding}", "Transfer-Encoding: chunked"
    assert one(answer(PAGE, *headers)).body == BODY


@pytest.mark.parametrize(
    "encoding", ["gzip", "deflate", "zstd", "br", "compress", "lamps", "gzip, x"]
)
def test_not_what_it_says(encoding: str) -> None:
    """A page that cannot be unpacked is passed over, and no noise is taken for text."""
    assert read(packed(b"\x8a\x00lamps" * 9, encoding)) == NO_PAGE


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_damaged(encoding: str) -> None:
    """A stream with wrong bytes in it is passed over."""
    data = bytearray(PACKED[encoding])
    data[-6] ^= 1
    assert read(packed(bytes(data), encoding)) == NO_PAGE


def test_broken_off() -> None:
    """Of a page whose connection broke, what came is read."""
    body = one(answer(PACKED["gzip"][:-30], "Content-Encoding: gzip")).body
    assert body.startswith(STORY[0])
    assert one(answer(in_chunks(PAGE)[:-40], "Transfer-Encoding: chunked")).body.startswith(
        STORY[0]
    )


def test_odd_chunks() -> None:
    """Chunks with extensions, zeros and trailers are joined, and what follows a broken one kept."""
    half = len(PAGE) // 2
    chunks = b"00%X ;lamp=1\n%s\n%x\r\n%s\r\n0\r\nX-Lamps: 11\r\n\r\n" % (
        half, PAGE[:half], len(PAGE) - half, PAGE[half:],
    )  # fmt: skip
    assert unchunked(chunks) == PAGE
    assert unchunked(b"%x\r\n%s" % (half, PAGE)) == PAGE


def test_brotli(monkeypatch: pytest.MonkeyPatch) -> None:
    """Brotli is undone where its library is installed; else the page is passed over."""
    monkeypatch.setitem(sys.modules, "brotli", None)
    assert read(packed(b"\x8a\x00lamps", "br")) == NO_PAGE
    inflating = zlib.decompressobj  # stands for the decompressor, fed in pieces like it
    fake = SimpleNamespace(
        error=zlib.error,
        Decompressor=lambda: SimpleNamespace(process=inflating().decompress),
    )
    monkeypatch.setitem(sys.modules, "brotli", fake)
    assert one(answer(PACKED["deflate"], "Content-Encoding: br")).body == BODY
    assert read(packed(b"\x8a\x00lamps", "br")) == NO_PAGE
    bites: list[bytes] = []

    def explode(bite: bytes) -> bytes:
        bites.append(bite)
        return BOMB

    fake.Decompressor = lambda: SimpleNamespace(process=explode)
    reason, _ = refusal(packed(b"\x8a" * 64_000, "br"))
    assert reason is FileReason.EXPANDS_TOO_FAR
    assert len(bites) == 1


@pytest.mark.parametrize("encoding", BOMBS)
def test_bombs(encoding: str) -> None:
    """A page that expands beyond all reason refuses the archive, at once."""
    begun = time.process_time()
    reason, detail = refusal(record(answer()), packed(BOMBS[encoding], encoding))
    assert reason is FileReason.EXPANDS_TOO_FAR
    assert detail.startswith(URL)
    assert time.process_time() - begun < 2


def test_many_small_bombs(monkeypatch: pytest.MonkeyPatch) -> None:
    """All pages of an archive together are bounded too."""
    pages = packed(PACKED["gzip"], "gzip"), packed(PACKED["gzip"], "gzip")
    monkeypatch.setattr(warc, "_OF_ALL", Unpacking(size=2 * len(PAGE)))
    assert len(read(*pages)) == 2
    monkeypatch.setattr(warc, "_OF_ALL", Unpacking(size=2 * len(PAGE) - 1))
    assert refusal(*pages)[0] is FileReason.EXPANDS_TOO_FAR


@pytest.mark.parametrize(
    "body",
    [
        b"<!--" * 1_000_000,
        b"<!-- -->" * 1_000_000,
        b" " * 5_000_000 + b"x",
        b"<?xml " * 1_000_000,
    ],
)
def test_long_beginnings(body: bytes) -> None:
    """Whether something is a page is decided by how it begins, quickly."""
    begun = time.process_time()
    assert read(record(answer(body, media_type=""))) == [Skipped(URL, SkipReason.DATA)]
    assert time.process_time() - begun < 1
