"""Where a word begins and ends, in every script."""

import re
import unicodedata
from functools import cache

# Scripts written without spaces: every place between two of their characters may part words.
# Ranges from the Unicode block chart (https://www.unicode.org/charts/).
_UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x3040, 0x30FF),  # Hiragana, Katakana
    (0x3400, 0x4DBF),  # Han, extension A
    (0x4E00, 0x9FFF),  # Han
    (0xF900, 0xFAFF),  # Han, compatibility
    (0x20000, 0x3FFFF),  # Han, further extensions
)
UNSPACED = "".join(f"{chr(low)}-{chr(high)}" for low, high in _UNSPACED)
_MIXED = re.compile(rf"[{UNSPACED}][^\W{UNSPACED}]|[^\W{UNSPACED}][{UNSPACED}]")
_HANGUL = (0xAC00, 0xD7A3)


@cache
def is_word_char(char: str) -> bool:
    """Tell whether a character holds a spaced word together: letters, digits, marks, underscore."""
    if is_unspaced(char):
        return False
    return char.isalnum() or char == "_" or unicodedata.category(char) in {"Mn", "Mc"}


@cache
def is_unspaced(char: str) -> bool:
    """Tell whether a character is of a script that is written without spaces between words."""
    code = ord(char)
    return any(low <= code <= high for low, high in _UNSPACED)


def starts_word(text: str, start: int) -> bool:
    """Tell whether a word may begin at `start`."""
    if start == 0 or text[start - 1] == " ":  # as mostly, so that it is said quickly
        return True
    return not (is_word_char(text[start - 1]) and is_word_char(text[start]))


def ends_word(text: str, end: int) -> bool:
    """Tell whether a word may end before `end`; Korean particles (국회의) count as a new word."""
    if end >= len(text) or text[end] == " ":
        return True
    if not (is_word_char(text[end - 1]) and is_word_char(text[end])):
        return True
    return _HANGUL[0] <= ord(text[end - 1]) <= _HANGUL[1]


def runs_scripts_together(text: str) -> bool:
    """Tell whether a spaced word stands against an unspaced script, as `IPU` does in 由IPU会议."""
    return any(map(is_unspaced, set(text))) and _MIXED.search(text) is not None


# What parts words for counting them: white space, dashes and punctuation, but no apostrophe.
_IN_ASCII = r"\s!-&(-/:-@\[-^`{-~"
_BEYOND = (
    r"\x85\xa0-\xa9\xab-\xb1\xb4\xb6-\xb9\xbb\xbf×÷\u1680\u2000-\u200a‐-‘‚-\u205f\u3000-〿،؛؟।॥"
)
_PARTING = re.compile(f"[{_IN_ASCII}{_BEYOND}]")
_PARTING_BEYOND = re.compile(f"[{_BEYOND}]")
_SPACELESS = re.compile(f"[{UNSPACED}]")
_WORD = re.compile(rf"[{UNSPACED}]|[^{_IN_ASCII}{_BEYOND}{UNSPACED}]+")
_TYPOGRAPHIC = {mark: " " if _PARTING.match(mark) else "x" for mark in "’“”–—‘«»\xa0…"}
_SPACED = bytes(
    ord(" ") if chr(code).isascii() and _PARTING.match(chr(code)) else code for code in range(256)
)


def word_starts(text: str) -> list[int]:
    """Give where each word of a text begins; each character of an unspaced script is one."""
    return [word.start() for word in _WORD.finditer(text)]


def words(text: str) -> list[str]:
    """Give the words of a text; each character of an unspaced script is one."""
    return _WORD.findall(text)


def word_count(text: str) -> int:
    """Count the words of a text, as `words` finds them; of most texts in a quarter of the time."""
    if not text.isascii():
        for mark, plain in _TYPOGRAPHIC.items():
            text = text.replace(mark, plain)
    if not text.isascii():
        if _SPACELESS.search(text):
            return len(words(text))
        text = _PARTING_BEYOND.sub(" ", text)
    return len(text.encode(errors="surrogatepass").translate(_SPACED).split())


def words_after(stretch: str) -> int:
    """Count the words that begin in a stretch of a text behind its first character."""
    begun = len(_WORD.findall(stretch))
    return begun - (_WORD.match(stretch) is not None)


def parts_words(char: str) -> bool:
    """Tell whether a character stands between words when they are counted."""
    return _PARTING.match(char) is not None
