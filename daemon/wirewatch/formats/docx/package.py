"""The zip of a Word document: what of it is read, and how much it may expand.

A zip's own figures may lie: of a member no more is expanded than they say. Only the parts with the
text, its styles and the properties are read; pictures and whatever else is in it stay packed.
"""

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from lzma import LZMAError
from typing import NamedTuple
from zipfile import BadZipFile, ZipFile, ZipInfo

from wirewatch.errors import Unreadable
from wirewatch.formats.docx.relations import CONTENT_TYPES, MAIN, related, rels_of
from wirewatch.states import FileReason

MOST_MEMBERS = 5_000
"""Members of a document; each picture is one, and Word itself becomes slow at a few hundred."""

MOST_EXPANDED = 200_000_000
"""Bytes of all members, pictures included, as the zip's directory has them."""

MOST_RATIO = 100
"""Times that a member may expand, beyond `SMALL`; the XML of documents reaches ten to fifty."""

SMALL = 1_000_000
"""Bytes that a member may expand to, however well it is packed."""

MOST_PART = 32_000_000
"""Bytes of a part that is read; a novel's text with all its markup has ten million."""

_LOCAL = b"PK\x03\x04"
_IN_DIRECTORY = b"PK\x01\x02"
_END = b"PK\x05\x06"
_LOCAL_HEADER = struct.Struct("<26xHH")
_USUAL_FIRST = ("[Content_Types].xml", "_rels/", "word/", "docProps/", "customXml/")
_DOCUMENT_TYPES = (
    b"wordprocessingml.document.main+xml",
    b"wordprocessingml.template.main+xml",
    b"vnd.ms-word.document.macroEnabled.main+xml",
    b"vnd.ms-word.template.macroEnabledTemplate.main+xml",
)
_LOCKED = 0x1  # the flag of a member that needs a password
_DAMAGE = (
    BadZipFile, LZMAError, zlib.error, struct.error, OSError, EOFError, ValueError, OverflowError,
    NotImplementedError, RuntimeError,
)  # fmt: skip


class Parts(NamedTuple):
    """The parts of a package that are read; those that it does not have are empty."""

    document: bytes
    styles: bytes
    properties: bytes


def is_package(data: bytes) -> bool:
    """Tell the zip of a Word document, even one cut short, by the names in it."""
    if not data.startswith(_LOCAL) or not _first_name(data).startswith(_USUAL_FIRST):
        return False
    if data.count(_IN_DIRECTORY) > MOST_MEMBERS:  # too many to be looked at one by one
        return b"word/document" in data
    try:
        with ZipFile(BytesIO(data)) as archive:
            names = archive.NameToInfo
            return MAIN in names or _is_declared(archive)
    except _DAMAGE:
        return b"word/document" in data


def read_parts(data: bytes) -> Parts:
    """Read the parts of a package that the article is made of.

    Raises Unreadable: truncated, malformed, encrypted, expands-too-far.
    """
    with _opened(data) as archive:
        _check_members(archive.infolist())
        roots = related(_read(archive, rels_of("")), "")
        main = roots.get("officeDocument", MAIN)
        if main not in archive.NameToInfo:
            raise Unreadable(FileReason.MALFORMED, f"no sound DOCX: {main!r} is not in it")
        of_main = related(_read(archive, rels_of(main)), main)
        return Parts(
            _read(archive, main),
            _read(archive, of_main.get("styles", "")),
            _read(archive, roots.get("core-properties", "")),
        )


@contextmanager
def _opened(data: bytes) -> Iterator[ZipFile]:
    """Open a zip; whatever is damaged in it is refused by name."""
    if _END not in data:
        raise Unreadable(FileReason.TRUNCATED, "it is cut off: the zip's directory is missing")
    if data.count(_IN_DIRECTORY) > MOST_MEMBERS:
        detail = f"more than {MOST_MEMBERS:,} files in it"
        raise Unreadable(FileReason.EXPANDS_TOO_FAR, detail)
    try:
        with ZipFile(BytesIO(data)) as archive:
            yield archive
    except _DAMAGE as error:
        raise Unreadable(FileReason.MALFORMED, f"no sound zip: {error}") from error


def _first_name(data: bytes) -> str:
    """Give the name of a zip's first member."""
    header = data[: len(_LOCAL) + _LOCAL_HEADER.size]
    if len(header) < _LOCAL_HEADER.size + len(_LOCAL):
        return ""
    length, _ = _LOCAL_HEADER.unpack_from(header)
    return data[30 : 30 + length].decode("ascii", "replace")


def _is_declared(archive: ZipFile) -> bool:
    """Tell a document of Word whose text has another name than is usual."""
    if CONTENT_TYPES not in archive.NameToInfo:
        return False
    with archive.open(CONTENT_TYPES) as part:
        declared = part.read(SMALL)
    return any(known in declared for known in _DOCUMENT_TYPES)


def _check_members(members: list[ZipInfo]) -> None:
    """Refuse what is locked, and what expands too far by the zip's own figures."""
    if any(member.flag_bits & _LOCKED for member in members):
        raise Unreadable(FileReason.ENCRYPTED, "a password is needed to open the zip")
    expanded = sum(member.file_size for member in members)
    if expanded > MOST_EXPANDED:
        detail = f"it expands to {expanded:,} bytes, the limit is {MOST_EXPANDED:,}"
        raise Unreadable(FileReason.EXPANDS_TOO_FAR, detail)
    for member in members:
        if member.file_size > max(SMALL, MOST_RATIO * member.compress_size):
            detail = f"{member.filename!r} expands more than {MOST_RATIO} times"
            raise Unreadable(FileReason.EXPANDS_TOO_FAR, detail)


def _read(archive: ZipFile, name: str) -> bytes:
    """Read a member within its bound, and no more than the zip says that it is.

    Nothing where there is none of that name.
    """
    if name not in archive.NameToInfo:
        return b""
    size = archive.NameToInfo[name].file_size
    if size > MOST_PART:
        detail = f"{name!r} expands to {size:,} bytes, the limit is {MOST_PART:,}"
        raise Unreadable(FileReason.EXPANDS_TOO_FAR, detail)
    with archive.open(name) as part:
        return part.read(size + 1)  # never without a number: then zipfile expands all there is
