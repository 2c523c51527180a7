"""Plain text in paragraphs."""

import re
import unicodedata

_BLANK = re.compile(r"\n[ \t]*\n")


def plain_paragraphs(text: str) -> str:
    """Part plain text at its empty lines, or where there are none at its line ends, in NFC."""
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").strip()
    pieces = _BLANK.split(text)
    pieces = pieces if len(pieces) > 1 else text.split("\n")
    return "\n\n".join(filter(None, (" ".join(piece.split()) for piece in pieces)))
