"""Files within zip and tar archives: read in memory, one after the other, within limits."""

import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from typing import IO, NamedTuple

from wirewatch.errors import Unreadable
from wirewatch.formats.archives.allowance import Allowance
from wirewatch.states import FileReason

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OTHER_KINDS = {  # by a file that only they hold
    "[Content_Types].xml": "an Office document without a text",
    "mimetype": "an OpenDocument or EPUB file",
    "META-INF/MANIFEST.MF": "a Java archive",
    "AndroidManifest.xml": "an Android application",
}
_ENCRYPTED = 0x1  # the bit of a member's flags, by PKWARE's APPNOTE 4.4.4
_CHECKSUM = slice(148, 156)  # of a tar's first header, written in octal digits
_OCTAL = b"01234567 \0"
_BROKEN_ZIP = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, EOFError, OSError,
    ValueError, OverflowError,
)  # fmt: skip
_BROKEN_TAR = (tarfile.TarError, EOFError, OSError, ValueError, OverflowError)


class Member(NamedTuple):
    """A file within an archive; `data` is None for what has no content, such as a link."""

    name: str
    data: bytes | None


def kind_of(data: bytes) -> str | None:
    """Tell zip and tar by how they begin, or None."""
    if data.startswith(_ZIP):
        return "zip"
    head = data[: tarfile.BLOCKSIZE]
    if len(head) < tarfile.BLOCKSIZE or head[_CHECKSUM].strip(_OCTAL):
        return None
    try:
        tarfile.TarInfo.frombuf(head, "utf-8", "replace")  # its checksum tells it from all else
    except (tarfile.HeaderError, ValueError):
        return None
    return "tar"


def members(kind: str, data: bytes, allowance: Allowance) -> Iterator[Member]:
    """Give the files of an archive in its order, without folders.

    Raises Unreadable: expands-too-far, encrypted, malformed.
    """
    return _zipped(data, allowance) if kind == "zip" else _tarred(data, allowance)


def _zipped(data: bytes, allowance: Allowance) -> Iterator[Member]:
    """Read a zip."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_kind(archive.namelist())
            begin = min((info.header_offset for info in archive.infolist()), default=0)
            if begin:
                detail = f"no sound zip: {begin:,} bytes in front of its first file"
                raise Unreadable(FileReason.MALFORMED, detail)
            for info in archive.infolist():
                if info.filename.endswith("/"):  # is_dir() falls over a file without a name
                    continue
                allowance.count()
                if info.flag_bits & _ENCRYPTED:
                    raise Unreadable(FileReason.ENCRYPTED, f"{info.filename}: it has a password")
                with archive.open(info) as content:
                    yield Member(info.filename, _read(content, allowance))
    except _BROKEN_ZIP as error:
        raise Unreadable(FileReason.MALFORMED, f"no sound zip: {error}") from error


def _tarred(data: bytes, allowance: Allowance) -> Iterator[Member]:
    """Read a tar; links and devices have no content, and are not followed."""
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:", errors="replace") as archive:
            for info in archive:
                if info.isdir():
                    continue
                allowance.count()
                content = archive.extractfile(info) if info.isreg() else None
                yield Member(info.name, _read(content, allowance) if content else None)
            _check_end(data, archive.offset)
    except _BROKEN_TAR as error:
        raise Unreadable(FileReason.MALFORMED, f"no sound tar: {error}") from error


def _check_kind(names: Sequence[str]) -> None:
    """Refuse a zip that is a format of its own, which is not read. Raises Unreadable."""
    for sign, kind in _OTHER_KINDS.items():
        if sign in names:
            detail = f"{kind}, of which nothing is read"
            raise Unreadable(FileReason.UNKNOWN_FORMAT, detail)


def _check_end(data: bytes, end: int) -> None:
    """Refuse a tar that does not end where its last file does: tarfile takes damage for an end.

    Raises Unreadable: truncated, malformed.
    """
    if len(data) - end < tarfile.BLOCKSIZE:
        raise Unreadable(FileReason.TRUNCATED, "the tar breaks off before its end")
    if data[end:].strip(b"\0"):
        raise Unreadable(FileReason.MALFORMED, f"no sound tar: a damaged header at byte {end:,}")


def _read(content: IO[bytes], allowance: Allowance) -> bytes:
    """Read a file of an archive to its end, whatever its header says of its size."""
    data = content.read(allowance.left + 1)
    allowance.take(len(data))
    return data
