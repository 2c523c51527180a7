"""Front matter: TOML by the standard library, and the part of YAML that front matter needs.

Scalars, quoted strings, dates and flat lists are read; what is more than that is refused by name,
since YAML that is half understood says things that nobody wrote.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from datetime import date, datetime

from wirewatch.errors import Unreadable
from wirewatch.states import FileReason

Value = str | bool | None
"""A scalar; numbers and dates are kept as they are written."""

Front = dict[str, Value | list[Value]]
"""Front matter by lower-case keys."""

_KEY = re.compile(
    r"(?P<key>\w[\w.-]*+(?: [\w.-]++)*+|\"[^\"\\]+\"|'[^']+')[ \t]*:(?:[ \t]+(?P<value>.*))?"
)
_ITEM = re.compile(r"[ \t]*-(?:[ \t]+(?P<value>.*))?")
_COMMENT = re.compile(r"(?:^|[ \t])#.*")
_DOUBLE = re.compile(r'"(?P<text>(?:[^"\\]|\\.)*+)"')
_SINGLE = re.compile(r"'(?P<text>(?:[^']|'')*+)'")
_PLAIN = re.compile(r"[^,\[\]{}]*")
_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_ESCAPED = {
    "n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\", "/": "/", " ": " ", "_": "\xa0",
    "N": "\n", "L": "\n", "P": "\n",
}  # fmt: skip
_NOT_PLAIN = frozenset("&*!|>%@`{}[],?\"'")
_WORDS: dict[str, Value] = {"true": True, "false": False, "null": None, "~": None, "": None}


def read_toml(text: str) -> Front:
    """Read TOML; tables inside are left out. Raises Unreadable where it is broken."""
    try:
        found = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable(FileReason.MALFORMED, f"front matter is no TOML: {error}") from error
    return {
        key.lower(): [_scalar(one) for one in value] if isinstance(value, list) else _scalar(value)
        for key, value in found.items()
    }


def _scalar(value: object) -> Value:
    """Give a value of TOML as text; a table says nothing here."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value if isinstance(value, bool | str) else _number(value)


def _number(value: object) -> str | None:
    """Give a number as text; a huge one, written in another base, says nothing."""
    small = isinstance(value, float) or (isinstance(value, int) and abs(value) < 1 << 63)
    return str(value) if small else None


def read_yaml(lines: list[str]) -> Front:
    """Read the lines between the rulers. Raises Unreadable at what is not scalar or flat list."""
    front: Front = {}
    key = ""
    for line in lines:
        if not _without_comment(line):
            continue
        item = _ITEM.fullmatch(line)
        found = None if item else _KEY.fullmatch(line)
        if item and key:
            _add(front, key, _value(item["value"] or "", key))
        elif found:
            key = found["key"].strip("\"' ").lower()
            if key in front:
                raise _refused(key, "comes twice")
            front[key] = _read(found["value"] or "", key)
        else:
            raise _refused(line.strip()[:40], "is neither `key: value` nor an item of a flat list")
    return front


def _add(front: Front, key: str, value: Value) -> None:
    """Add an item to the list that stands below a key."""
    if front[key] is None:
        front[key] = []
    items = front[key]
    if not isinstance(items, list):
        raise _refused(key, "has a value and a list")
    items.append(value)


def _read(text: str, key: str) -> Value | list[Value]:
    """Read what stands behind a key: a scalar, or a list in brackets."""
    text = text.strip()
    if text.startswith("["):
        return list(_items(text, key))
    return _value(text, key)


def _items(text: str, key: str) -> Iterator[Value]:
    """Read `[a, "b", c]`."""
    place = 1
    while True:
        place = _skip(text, place)
        if text[place : place + 1] == "]":
            break
        quoted = _DOUBLE.match(text, place) or _SINGLE.match(text, place)
        found = quoted or _PLAIN.match(text, place)
        if not found or not found[0].strip():
            raise _refused(key, "has a list that is broken, or not flat")
        yield _value(found[0], key)
        place = _skip(text, found.end())
        if text[place : place + 1] not in {",", "]"}:
            raise _refused(key, "has a list that is broken, or not flat")
        place += text[place] == ","
    if _without_comment(" " + text[place + 1 :]):
        raise _refused(key, "has something behind its list")


def _skip(text: str, place: int) -> int:
    """Go on to what is no blank."""
    while text[place : place + 1] in {" ", "\t"}:
        place += 1
    return place


def _value(text: str, key: str) -> Value:
    """Read a scalar."""
    text = text.strip()
    quoted = _DOUBLE.match(text) or _SINGLE.match(text)
    if quoted:
        if _without_comment(text[quoted.end() :]):
            raise _refused(key, "has something behind its quotes")
        return _unquoted(quoted[0][0], quoted["text"], key)
    text = _without_comment(text)
    folded = text.lower()
    if folded in _WORDS:
        return _WORDS[folded]
    if text[0] in _NOT_PLAIN or text.startswith("- ") or ": " in text or text.endswith(":"):
        raise _refused(key, "has more than a scalar, a quoted string or a flat list")
    return text


def _unquoted(mark: str, text: str, key: str) -> str:
    """Undo what a quoted string escapes."""
    if mark == "'":
        return text.replace("''", "'")
    return unicodedata.normalize("NFC", _ESCAPE.sub(lambda found: _unescaped(found, key), text))


def _unescaped(found: re.Match[str], key: str) -> str:
    """Give the character of an escape. Raises Unreadable where there is no such character."""
    figures = found[1] or found[2] or found[3]
    code = int(figures, 16) if figures else None
    char = _ESCAPED.get(found[4]) if code is None else chr(code) if code <= 0x10FFFF else None  # noqa: PLR2004
    if char is None or "\ud800" <= char <= "\udfff" or (char < " " and char not in "\n\t\r"):
        raise _refused(key, f"has an escape that is none: {found[0]}")
    return char


def _without_comment(text: str) -> str:
    """Take off a comment, which begins with `#` behind a blank."""
    found = _COMMENT.search(text)
    return (text[: found.start()] if found else text).strip()


def _refused(what: str, why: str) -> Unreadable:
    """Make the error that says where front matter is more than we read."""
    return Unreadable(FileReason.MALFORMED, f"front matter: {what} {why}")
