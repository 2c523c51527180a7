"""Pictures, sound and film, as agencies deliver them beside their texts: known, and passed over."""

from wirewatch.formats.document import Document, Format
from wirewatch.model import Article, Skipped
from wirewatch.states import SkipReason

_BEGINNINGS = (  # where in a file, how it goes there, what that is
    (0, b"\xff\xd8\xff", "a JPEG picture", SkipReason.PICTURE),
    (0, b"\x89PNG\r\n\x1a\n", "a PNG picture", SkipReason.PICTURE),
    (0, b"GIF8", "a GIF picture", SkipReason.PICTURE),
    (0, b"II*\0", "a TIFF picture", SkipReason.PICTURE),
    (0, b"MM\0*", "a TIFF picture", SkipReason.PICTURE),
    (8, b"WEBP", "a WebP picture", SkipReason.PICTURE),
    (8, b"WAVE", "a WAVE recording", SkipReason.AUDIO),
    (0, b"ID3", "an MP3 recording", SkipReason.AUDIO),
    (0, b"OggS", "an Ogg recording", SkipReason.AUDIO),
    (0, b"fLaC", "a FLAC recording", SkipReason.AUDIO),
    (4, b"ftyp", "an MPEG-4 film", SkipReason.VIDEO),
    (0, b"\x1aE\xdf\xa3", "a Matroska film", SkipReason.VIDEO),
)


def _kind(data: bytes) -> tuple[str, SkipReason] | None:
    """Tell what a file is by how it begins, where its bytes cannot be text."""
    if b"\0" not in data[:1_000] and not data.startswith(b"\xff\xd8"):
        return None
    return next(
        ((name, why) for at, magic, name, why in _BEGINNINGS if data.startswith(magic, at)), None
    )


def _parse(document: Document) -> list[Article | Skipped]:
    """Pass over the one item that the file is."""
    kind = _kind(document.data)
    return [Skipped(*kind)] if kind else []


FORMAT = Format(
    name="media",
    reads="pictures, sound and film: passed over, and counted",
    rank=4,
    recognises=lambda document: _kind(document.data) is not None,
    parse=_parse,
    told_by="the first bytes of JPEG, PNG, GIF, TIFF, WebP, WAVE, MP3, Ogg, FLAC, MPEG-4, Matroska",
    binary=True,
)
