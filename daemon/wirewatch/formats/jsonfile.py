"""JSON as formats read it: objects and JSON lines, and their values as clean text and numbers.

Whatever is in them, only Unreadable is raised: for what is no JSON, for nesting that is too deep,
for numbers that are none, and for text that holds what no text holds.
"""

import json
import re
import unicodedata
from collections.abc import Iterator
from typing import Any, NoReturn

from wirewatch.errors import Unreadable
from wirewatch.formats import markup
from wirewatch.formats.plain import parted
from wirewatch.states import FileReason

Members = dict[str, Any]
"""An object of JSON."""

_TO_FIRST_OBJECT = re.compile(r"\s*(?:\[\s*)?(?=\{)")
_OBJECT = re.compile(r"\s*\{")
_UNSTORABLE = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\ud800-\udfff]")
_MOST_DIGITS = 400  # no number of floating point has more
_WHOLE = re.compile(rf"-?[0-9]{{1,{_MOST_DIGITS}}}")


class _NoNumberError(ValueError):
    """A number that JSON does not have, or that is too long to be one."""


def first_object(text: str) -> Members | None:
    """Give the object a text begins with, or its array; None where it has none that is sound."""
    start = _TO_FIRST_OBJECT.match(text)
    if start is None:
        return None
    try:
        found, _ = _DECODER.raw_decode(text, start.end())
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def values(text: str) -> Iterator[tuple[str, object]]:
    """Give the values of a file, and where each is: JSON lines, an array, or a lone value.

    Raises Unreadable (malformed) that names the line.
    """
    if _is_lines(text):
        for number, row in enumerate(text.split("\n"), start=1):
            if row.strip():
                yield f"line {number:,}", _load(row, number)
        return
    whole = _load(text)
    for number, value in enumerate(listed(whole), start=1):
        yield f"item {number:,}", value


def _is_lines(text: str) -> bool:
    """Tell JSON lines: a line that is an object, or was one, and behind it another object."""
    begin = len(text) - len(text.lstrip())
    end = text.find("\n", begin)
    row = text[begin:end].rstrip()
    if end < 0 or not row.startswith("{") or row.endswith((":", ",", "{", "[")):
        return False
    return _OBJECT.match(text, end) is not None


def folded(members: Members) -> Members:
    """Give an object with names as they are compared: `versionCreated` is `version_created`."""
    return {name.lower().replace("_", ""): value for name, value in members.items()}


def line(value: object) -> str:
    """Give a text or a whole number as one line; nothing for any other value."""
    if isinstance(value, str):
        return " ".join(clean(value).split())
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def first(members: Members, *names: str) -> str:
    """Give the first line of text that stands under one of some names, or nothing."""
    return next((found for name in names if (found := line(members.get(name)))), "")


def listed(value: object) -> list[Any]:
    """Give the values of a list; any other value is a list of one, null of none."""
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def objects(value: object) -> list[Members]:
    """Give the objects of a list, or a lone object."""
    return [one for one in listed(value) if isinstance(one, dict)]


def names(value: object, *keys: str) -> list[str]:
    """Give the texts of a list; of its objects the first text under one of some names."""
    texts = (first(one, *keys) if isinstance(one, dict) else line(one) for one in listed(value))
    return [text for text in texts if text]


def integer(value: object) -> int | None:
    """Give a whole number, however it is written; None for anything else."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = line(value)
    return int(text) if _WHOLE.fullmatch(text) else None


def paragraphs(text: str) -> str:
    """Give plain text as `Article.body` has it: parted by empty lines, or by lines without them."""
    return "\n\n".join(parted(clean(text).splitlines()))


def marked_up(text: str) -> str:
    """Give HTML, XHTML or NITF as `Article.body` has it, without its head and its pictures."""
    text = clean(text)
    body = re.search(r"<body\.content\b", text) or re.search(r"<body[\s>]", text, re.IGNORECASE)
    root = markup.fragment(text[body.start() :] if body else text)
    for picture in list(markup.below(root, "figure", "media")):
        picture.clear(keep_tail=True)
    pieces = clean(markup.paragraphs([root])).split("\n\n")
    lines = (" ".join(piece.split()) for piece in pieces)
    return "\n\n".join(piece for piece in lines if piece)


def clean(text: str) -> str:
    """Give text in NFC. Raises Unreadable where it holds what no text holds."""
    text = text if text.isascii() else unicodedata.normalize("NFC", text)
    wrong = _UNSTORABLE.search(text)
    if wrong:
        _refuse(wrong[0])
    return text


def _refuse(char: str) -> NoReturn:
    """Say what is wrong with a character."""
    if char == "\x00":
        raise Unreadable(FileReason.NUL_BYTES, "a NUL in a text of the JSON")
    if char >= "\ud800":
        raise Unreadable(FileReason.LONE_SURROGATES, "in a text of the JSON")
    raise Unreadable(FileReason.BINARY, "a control character in a text of the JSON")


def _load(text: str, number: int | None = None) -> object:
    """Load one value; `number` is its line where each line is a value of its own."""
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        place, wrong = f"line {number or error.lineno:,}, column {error.colno:,}", error.msg
    except RecursionError:
        place, wrong = f"line {number:,}" if number else "", "nested too deeply"
    except _NoNumberError as error:
        place, wrong = f"line {number:,}" if number else "", str(error)
    detail = f"no sound JSON: {wrong}" + (f" ({place})" if place else "")
    raise Unreadable(FileReason.MALFORMED, detail)


def _whole(digits: str) -> int:
    """Read a whole number of a length that is one."""
    if len(digits) > _MOST_DIGITS:
        raise _NoNumberError(f"a number of {len(digits):,} digits")
    return int(digits)


def _constant(name: str) -> NoReturn:
    """Refuse NaN and the infinities, which JSON does not have."""
    raise _NoNumberError(f"{name} is no number")


_DECODER = json.JSONDecoder(parse_int=_whole, parse_constant=_constant)
