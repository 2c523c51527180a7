"""A file's bytes as formats see them: decoded once, and refused by name when they are no text."""

import codecs
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from charset_normalizer import CharsetMatch, CharsetMatches, from_bytes

from wirewatch.errors import Unreadable
from wirewatch.model import Article, Skipped
from wirewatch.states import FileReason

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LEGACY = [
    "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257",
    "iso8859_2", "iso8859_5", "iso8859_9", "koi8_r", "koi8_u", "big5", "gb18030", "euc_jp",
    "shift_jis", "euc_kr",
]  # fmt: skip
# Code pages of Latin letters often fit equally well; a language's letters tell them apart.
_ALPHABETS = tuple(
    map(
        frozenset,
        (
            "àâæçéèêëîïôœùûüÿ", "áéíñóúüªº", "ãõáâàçéêíóôúüªº", "äöüß", "àèéìíîòóùú", "åäöæøé",
            "áéíóöőúüű", "ąćęłńóśźż", "áčďéěíňóřšťúůýžäĺľôŕ", "ăâîşţșț", "čćđšžç", "ąčęėįšųūž",
            "āčēģīķļņšūž", "çğıöşüâîûəäñýžň",
        ),
    )
)  # fmt: skip
_CONTROLS = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f]")
_CONTROL_BYTES = bytes((*range(1, 9), *range(0x0E, 0x1B), *range(0x1C, 0x20)))
_UTF8_SURROGATE = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")
_SAMPLE = 65_536  # bytes of a legacy file that are enough to tell its encoding
_LONGEST_UTF8 = 4


@dataclass
class Document:
    """The bytes of one file, and their text when asked for."""

    data: bytes
    line_limit: int

    @cached_property
    def start(self) -> str:
        """Give how the text begins, in lower case and without white space in front.

        Raises Unreadable as `text` does.
        """
        return self.text[:1_000].lstrip()[:400].lower()

    @cached_property
    def text(self) -> str:
        """Give the decoded text in NFC with plain newlines.

        Raises Unreadable when the bytes are no text, or hold a line over the limit.
        """
        decoded = _decode(self.data)
        text = decoded.replace("\r\n", "\n").replace("\r", "\n")
        text = text if text.isascii() else unicodedata.normalize("NFC", text)
        if len(text) > self.line_limit:
            longest = max(map(len, text.split("\n")))
            if longest > self.line_limit:
                detail = f"a line of {longest:,} characters, the limit is {self.line_limit:,}"
                raise Unreadable(FileReason.LINE_TOO_LONG, detail)
        return text


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of file: how to tell it and how to read it.

    `version` grows whenever the same file may become another article than before.
    `rank` orders detection: formats with plain marks of their own come before those that take
    any text. `parse` gives the articles of a file, and the items that are none, in order; it raises
    Unreadable when the content is broken.

    `told_by` says how the format is told from others, and `sources` where each field of an article
    is read. One that is `binary` looks at the bytes only, and is asked before archives are opened.
    A `heavy` one may take long or much memory, and is parsed in a process of its own. It `needs` a
    library that not everybody has installed.
    """

    name: str
    reads: str
    rank: int
    recognises: Callable[[Document], bool]
    parse: Callable[[Document], Sequence[Article | Skipped]]
    version: int = 1
    told_by: str = ""
    sources: Mapping[str, str] = field(default_factory=dict)
    binary: bool = False
    heavy: bool = False
    needs: str = ""


def _decode(data: bytes) -> str:
    """Decode by byte order mark, as UTF-8, or as the likeliest legacy encoding."""
    if not data.strip():
        raise Unreadable(FileReason.EMPTY, "nothing in the file")
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _clean(_strict(data[len(mark) :], encoding), data)
    guessed = _utf16_without_mark(data)
    if guessed:
        return _clean(_strict(data, guessed), data)
    if b"\x00" in data:
        reason = FileReason.BINARY if _CONTROLS.search(data) else FileReason.NUL_BYTES
        raise Unreadable(reason, f"a NUL byte at {data.index(0):,}")
    holds_control = len(data.translate(None, _CONTROL_BYTES)) != len(data)  # quicker than a search
    control = _CONTROLS.search(data) if holds_control else None
    if control:
        raise Unreadable(FileReason.BINARY, f"a control character at byte {control.start():,}")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        return _not_utf8(data, error)


def _not_utf8(data: bytes, error: UnicodeDecodeError) -> str:
    """Tell damaged UTF-8 from a legacy encoding, and read the latter."""
    if _UTF8_SURROGATE.search(data):
        raise Unreadable(FileReason.LONE_SURROGATES, f"at byte {error.start:,}") from error
    cut_off = error.reason == "unexpected end of data" and len(data) - error.start < _LONGEST_UTF8
    if cut_off and not data[: error.start].isascii():
        raise Unreadable(FileReason.TRUNCATED, "ends inside a character") from error
    sample = data if len(data) <= _SAMPLE else data[: data.rfind(b"\n", 0, _SAMPLE) + 1 or _SAMPLE]
    best = _best(from_bytes(sample, cp_isolation=_LEGACY))
    if best is None:
        detail = f"neither UTF-8 (byte {error.start:,}) nor a known encoding"
        raise Unreadable(FileReason.UNDECODABLE, detail) from error
    return _strict(data, best.encoding)


def _best(matches: CharsetMatches) -> CharsetMatch | None:
    """Take the likeliest encoding, and of equally likely ones that whose letters go together."""
    best = matches.best()
    if best is None:
        return None
    equal = [
        match
        for match in matches
        if abs(match.chaos - best.chaos) < 0.01 and abs(match.coherence - best.coherence) < 0.05  # noqa: PLR2004
    ]
    return min(equal, key=_strange_letters)


def _strange_letters(match: CharsetMatch) -> int:
    """Count the letters that the nearest language does not have."""
    letters = {
        char
        for char in str(match).lower()
        if char > "\x7f" and unicodedata.category(char)[0] in "LNS"
    }
    return min(len(letters - alphabet) for alphabet in _ALPHABETS)


def _strict(data: bytes, encoding: str) -> str:
    """Decode or say why not."""
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        truncated = len(data) - error.start <= _LONGEST_UTF8 and "utf" in encoding
        in_utf8 = encoding == "utf-8" and _UTF8_SURROGATE.search(data)
        surrogate = "surrogate" in error.reason or error.reason == "illegal encoding"
        if (surrogate or in_utf8) and not truncated:
            raise Unreadable(FileReason.LONE_SURROGATES, f"at byte {error.start:,}") from error
        reason = FileReason.TRUNCATED if truncated else FileReason.UNDECODABLE
        detail = f"not {encoding}: {error.reason} at byte {error.start:,}"
        raise Unreadable(reason, detail) from error


def _clean(text: str, data: bytes) -> str:
    """Refuse decoded text that holds what no text holds."""
    if "\x00" in text:
        raise Unreadable(FileReason.NUL_BYTES, f"in {len(data):,} bytes")
    if any(char < "\x20" and char not in "\t\n\v\f\r\x1b" for char in set(text)):
        raise Unreadable(FileReason.BINARY, "control characters in the text")
    return text


def _utf16_without_mark(data: bytes) -> str | None:
    """Guess UTF-16 where every other byte of the beginning is nearly always NUL."""
    head = data[:400]
    if b"\x00" not in head:
        return None
    if len(head) < 4 or len(data) % 2:  # noqa: PLR2004 - two characters tell nothing
        return None
    spaces = [data[place : place + 2] for place in range(0, len(head), 2)]
    little, big = spaces.count(b" \x00"), spaces.count(b"\x00 ")
    if max(little, big) * 25 < len(spaces):
        return None
    return "utf-16-le" if little > big else "utf-16-be"
