"""Characters of pages as articles hold them: what no text holds is left out, not refused.

Browsers show such pages as if nothing were wrong with them, and so their makers never notice.
"""

import re
import unicodedata
from html import unescape

_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_WORD = re.compile(r"[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]|[^\W\d_]+")


def _of_windows(code: int) -> str:
    """Give what browsers show for a control character of ISO 8859-1: that of windows-1252."""
    return bytes([code]).decode("cp1252", "ignore")


# A soft hyphen and a joiner without width are for the printer; they would hide a word from rules.
_READABLE = {
    **dict.fromkeys((*range(9), 0x0B, *range(0x0E, 0x20), 0x7F)),
    **{code: _of_windows(code) for code in range(0x80, 0xA0)},
    **dict.fromkeys((0xAD, 0x2060, 0xFEFF, 0xFFFE, 0xFFFF, *range(0xD800, 0xE000))),
}


def readable(text: str) -> str:
    """Give text in NFC, without NUL, control characters, halves of pairs and soft hyphens."""
    if text.isascii() and text.isprintable():
        return text
    return unicodedata.normalize("NFC", text.translate(_READABLE))


def line(text: str) -> str:
    """Give readable text as one line."""
    return " ".join(readable(text).split())


def unmarked(text: str) -> str:
    """Give text that may be written as HTML as one line, without tags and references."""
    return line(_TAG.sub("", unescape(text)) if "<" in text or "&" in text else text)


def body(text: str) -> str:
    """Give paragraphs as `Article.body` has them, each a readable line."""
    lines = map(line, text.split("\n\n"))
    return "\n\n".join(filter(None, lines))


def words(text: str) -> int:
    """Count words; of scripts that part none, letters."""
    return len(_WORD.findall(text))
