"""What a file's name says: still being written, wanted, or not."""

import os
import re
from collections.abc import Callable, Sequence
from functools import cache

_UNFINISHED = re.compile(
    r"(?:^|/)\.|(?:\.part|\.filepart|\.tmp|\.crdownload|~|\.swp)(?:/|\Z)", re.IGNORECASE
)

_ESCAPED = re.compile(rb"\\x([89a-f][0-9a-f])")


def is_in_progress(path: str) -> bool:
    """Tell whether a relative path still waits for its final name, in any of its parts."""
    return _UNFINISHED.search(path) is not None


def printable(path: str) -> str:
    """Write a path as text that any database holds; bytes that are no UTF-8 become escapes."""
    return path if path.isascii() else os.fsencode(path).decode("utf-8", "backslashreplace")


def original(path: str) -> str:
    r"""Undo `printable`: give the path of which the escapes stand for bytes.

    Only bytes that are no ASCII are ever escaped, so a file that is called `a\x2f..` by itself
    leads nowhere else.
    """
    return os.fsdecode(_ESCAPED.sub(lambda code: bytes([int(code[1], 16)]), os.fsencode(path)))


def chooser(include: Sequence[str], exclude: Sequence[str]) -> Callable[[str], bool]:
    """Make the test that a relative path passes when it is included and not excluded.

    In a pattern `*` stands for any part of a name, `**` for any folders, `?` for one character;
    a pattern without a slash is held against the name alone.
    """
    wanted = [_pattern(pattern) for pattern in include]
    unwanted = [_pattern(pattern) for pattern in exclude]

    def chosen(path: str) -> bool:
        return any(map(_matches(path), wanted)) and not any(map(_matches(path), unwanted))

    return chosen


def _matches(path: str) -> Callable[[re.Pattern[str]], re.Match[str] | None]:
    """Hold patterns against one path."""
    return lambda pattern: pattern.fullmatch(path)


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    """Compile a glob pattern."""
    if "/" not in pattern and pattern != "**":
        pattern = f"**/{pattern}"
    parts = {"**/": r"(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    tokens = re.findall(r"\*\*/|\*\*|\*|\?|[^*?]+", pattern)
    return re.compile("".join(parts.get(token) or re.escape(token) for token in tokens), re.DOTALL)
