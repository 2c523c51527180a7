"""Text that can be shown: what commands a terminal, or turns the order of a line, as its escape.

An article's text, a file's name and a service's answer may hold anything. Where people read them,
and in logs, no character of them may act.
"""

import re
import unicodedata

_ISOLATE, _END = "\u2068", "\u2069"
_TURNING = "\u202a-\u202e\u2066-\u2069"  # embeddings, overrides, isolates
_CONTROLS = "\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029"
_UNSEEN = "\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f"  # notes between lines, halves, tags
_ACTING = f"[{_CONTROLS}{_TURNING}{_UNSEEN}]"
_ACTS = re.compile(_ACTING)
_ACTS_OUTSIDE = re.compile(f"{_ISOLATE}([^\n\u2066-\u2069]*){_END}|{_ACTING}")
_BREAKS = re.compile("[\t\n]")
_FROM_RIGHT = {"R", "AL"}  # of Hebrew, and of Arabic letters


def visible(text: str) -> str:
    r"""Write every character that acts as its escape (`\x1b`, `\u202e`); lines and tabs remain.

    An isolate that ends in its line remains too: it keeps what turns within to itself.
    """
    return _ACTS_OUTSIDE.sub(_outside, text) if _ACTS.search(text) else text


def visible_line(text: str) -> str:
    """Write a text so that it stays on one line: its breaks are escapes as well."""
    return _BREAKS.sub(_escape, visible(text))


def isolated(text: str) -> str:
    """Write a text of somebody else into a line of ours, whose other parts stay in their order."""
    line = visible_line(text)
    if line.isascii() or not any(unicodedata.bidirectional(char) in _FROM_RIGHT for char in line):
        return line
    return f"{_ISOLATE}{_ACTS.sub(_escape, line)}{_END}"


def visible_json(text: str) -> str:
    """Write JSON so that no character in it acts; it says the same."""
    return _ACTS.sub(lambda found: _in_json(found[0]), text)


def _outside(found: re.Match[str]) -> str:
    """Keep an isolate, in which nothing else acts; escape what stands alone."""
    inner = found[1]
    return _escape(found) if inner is None else f"{_ISOLATE}{_ACTS.sub(_escape, inner)}{_END}"


def _escape(found: re.Match[str]) -> str:
    """Write a character as Python's source does."""
    return found[0].encode("unicode_escape").decode()


def _in_json(char: str) -> str:
    """Write a character as JSON does: in UTF-16, four digits a unit."""
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
