"""The records of a WARC or ARC file, each whole and where it should be, read by warcio."""

import logging
import re
import unicodedata
from collections.abc import Iterator
from io import BytesIO
from typing import Any, NamedTuple, NoReturn

from wirewatch.errors import Unreadable
from wirewatch.formats.extras import library
from wirewatch.formats.warc.digests import is_damaged
from wirewatch.states import FileReason

_LENGTH = re.compile(r"[0-9]{1,15}")
# What follows a record shows whether its length is right: two line ends in WARC, one in ARC.
_WARC_END = re.compile(rb"\r\n\r\n|\n\n")
_ARC_END = re.compile(rb"\r?\n|\Z")
_ARC_START = b"filedesc://"
_UNPRINTABLE = dict.fromkeys((*range(0x20), *range(0x7F, 0xA0)))

logging.getLogger("warcio").setLevel(logging.ERROR)  # it tells of each space in an address


class Record(NamedTuple):
    """One record: its place in the file, its type, and its block with what is said of that.

    `segmented` says that the block is one piece of several.
    """

    offset: int
    kind: str
    url: str
    content_type: str
    block: bytes
    segmented: bool = False


def records(data: bytes) -> Iterator[Record]:
    """Give the records of a file in order.

    Raises Unreadable: malformed, with the place, where one is cut short, damaged, or none;
    not-installed without warcio.
    """
    archive = library("warcio.archiveiterator")
    failed = library("warcio.exceptions").ArchiveLoadFailed
    start = len(data) - len(data.lstrip(b"\r\n"))
    is_arc = data.startswith(_ARC_START, start)
    kind = archive.ARCIterator if is_arc else archive.WARCIterator
    # One block for all: warcio gathers a line from its blocks in a time that grows with the square.
    found = kind(BytesIO(data[start:]), no_record_parse=True, block_size=len(data))
    try:
        for record in found:
            offset = start + found.offset
            block = _block(record, offset, is_arc=is_arc)
            _check_end(data, len(data) - found.reader.rem_length(), offset, is_arc=is_arc)
            yield _read(record, offset, block, is_arc=is_arc)
    except failed:
        _refuse("is none that can be read", start + found.offset)


def _block(record: Any, offset: int, *, is_arc: bool) -> bytes:  # noqa: ANN401 - of a library
    """Give what a record holds, of the length that it says."""
    length = record.rec_headers.get_header("length" if is_arc else "Content-Length")
    if not _LENGTH.fullmatch(length or ""):
        _refuse("has no length", offset)
    block: bytes = record.raw_stream.read()
    if record.raw_stream.limit:
        _refuse(f"lacks {record.raw_stream.limit:,} of its bytes", offset)
    return block


def _check_end(data: bytes, end: int, offset: int, *, is_arc: bool) -> None:
    """Refuse a record that is not followed by what follows a record."""
    if not (_ARC_END if is_arc else _WARC_END).match(data, end):
        _refuse("does not end where its length says", offset)


def _read(record: Any, offset: int, block: bytes, *, is_arc: bool) -> Record:  # noqa: ANN401
    """Read a record that is whole."""
    header = record.rec_headers.get_header
    if is_arc:
        return Record(offset, record.rec_type, _line(header("uri")), header("content-type"), block)
    kind = _line(header("WARC-Type")).lower()
    if not kind:
        _refuse("has no type", offset)
    declared = header("WARC-Block-Digest"), header("WARC-Payload-Digest")
    # A revisit's digests are those of the record that it stands for.
    if kind != "revisit" and is_damaged(block, *declared):
        _refuse("does not fit its digest", offset)
    content_type, url = header("Content-Type"), _line(header("WARC-Target-URI"))
    segmented = header("WARC-Segment-Number") is not None
    return Record(offset, kind, url, _line(content_type), block, segmented)


def _line(field: str | None) -> str:
    """Give a field of a header as text in NFC, without control characters."""
    return unicodedata.normalize("NFC", (field or "").translate(_UNPRINTABLE)).strip()


def _refuse(wrong: str, offset: int) -> NoReturn:
    """Say what is wrong with a record, and where it begins."""
    raise Unreadable(FileReason.MALFORMED, f"no sound WARC: the record at byte {offset:,} {wrong}")
