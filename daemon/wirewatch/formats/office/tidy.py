"""Text of a PDF or of an office's document as articles have it."""

import re
import unicodedata

_LIGATURES = dict(
    zip(range(0xFB00, 0xFB07), ("ff", "fi", "fl", "ffi", "ffl", "st", "st"), strict=True)
)
_UNSEEN = (*range(9), *range(0xE, 0x20), *range(0x7F, 0x85), *range(0x86, 0xA0))
_NO_TEXT = dict.fromkeys((*_UNSEEN, 0xAD, 0x200B, 0xFEFF, 0xFFFE, 0xFFFF)) | _LIGATURES
_ENDS_SENTENCE = re.compile(r"[.!?:;…。؟۔][\"'”’»)\]]*$")
_LAST = 8  # characters in which the end of a sentence is told
_HALF = re.compile("[\ud800-\udfff]")


def tidy(text: str) -> str:
    """Give a text as one line in NFC: single spaces, no control characters, no soft hyphens.

    Pairs of surrogates become the character that they stand for, lone ones are left out.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    if _HALF.search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    return " ".join(unicodedata.normalize("NFC", text.translate(_NO_TEXT)).split())


def ends_sentence(text: str) -> bool:
    """Tell whether a text ends as a sentence does."""
    return _ENDS_SENTENCE.search(text[-_LAST:]) is not None
