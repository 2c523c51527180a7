"""Markdown's marks taken out of a text: what is left is what a reader of the page would read.

Every step goes through a text once; a mark without its counterpart is text, and stays.
"""

import html
import re
import unicodedata
from collections.abc import Iterator

_FENCE = re.compile(r" {0,3}(?P<mark>`{3,}|~{3,})(?P<info>[^`]*)")
_HEADING = re.compile(r" {0,3}#{1,6}(?:[ \t]++(?P<text>.*))?")
_CLOSING = re.compile(r"(?<=[ \t])#+$")
_RULER = re.compile(r" {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,}|=+[ \t]*|-+[ \t]*)")
_QUOTE = re.compile(r"(?: {0,3}> ?)+")
_BULLET = re.compile(r"[ \t]*(?:[*+-][ \t]+|(?=[0-9]{1,9}[.)][ \t]))")
_NUMBER = re.compile(r"[ \t]*([0-9]{1,9})[.)][ \t]")
_DEFINITION = re.compile(r" {0,3}\[[^\[\]^][^\[\]]*\]:[ \t]*\S.*")
_FOOTNOTE = re.compile(r" {0,3}\[\^[^\[\]]+\]:[ \t]*")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)

_PUNCTUATION = re.escape("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
_ESCAPE = re.compile(rf"\\([{_PUNCTUATION}])")
_TICKS = re.compile(r"`+")
_TARGET = r"(?:\((?:[^()]|\([^()]*+\))*+\)|\[[^\[\]]*+\])"
_IMAGE = re.compile(rf"!\[[^\[\]]*+\]{_TARGET}")
_LINK = re.compile(rf"\[(?P<text>[^\[\]]*+)\]{_TARGET}")
_NOTE_MARK = re.compile(r"\[\^[^\[\]]*+\]")
_ADDRESS = re.compile(r"<((?:https?://|mailto:)[^<>\s]*+|[^<>\s@]++@[^<>\s]++)>")
_TAG = re.compile(r"</?[A-Za-z][^<>]*+>")
_ENTITY = r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
_RUN = re.compile(r"\*+|_+|~~")
_SHIELDS = 0xF0000  # a private plane, where escaped and code characters wait until all is done
_MOST_SHIELDS = 0xFFFD
_SHIELDED = re.compile("[\U000f0000-\U000ffffd]")
_LATE = re.compile(f"{_ENTITY}|{_SHIELDED.pattern}")


def plain(text: str) -> list[str]:
    """Give the paragraphs of a Markdown text without marks and images, each on one line."""
    blocks = _blocks(_COMMENT.sub("", text).split("\n"))
    return [paragraph for block in blocks if (paragraph := _inline(block))]


def _blocks(lines: list[str]) -> Iterator[str]:
    """Part paragraphs, headings, items of lists and lines of code; rulers are dropped."""
    held: list[str] = []
    fence = ""
    for raw in lines:
        line = raw if fence else _QUOTE.sub("", raw, count=1) if _QUOTE.match(raw) else raw
        mark = _FENCE.fullmatch(line)
        if fence:
            if mark and mark["mark"].startswith(fence) and not mark["info"].strip():
                fence = ""
            else:
                yield _as_code(line)
            continue
        heading = _HEADING.fullmatch(line)
        bullet = _BULLET.match(line)
        if bullet and held and _continues(line, held[0]):
            bullet = None
        ends = not line.strip() or mark or heading or bullet
        if ends or _RULER.fullmatch(line) or _DEFINITION.fullmatch(line):
            yield " ".join(held)
            held = []
        if mark:
            fence = mark["mark"]
        elif heading:
            yield _CLOSING.sub("", (heading["text"] or "").rstrip())
        elif not _RULER.fullmatch(line) and not _DEFINITION.fullmatch(line):
            held.append(_FOOTNOTE.sub("", line[bullet.end() :] if bullet else line))
    yield " ".join(held)


def _continues(line: str, first: str) -> bool:
    """Tell a line that begins with a number, but no list: lists begin with 1."""
    number = _NUMBER.match(line)
    return bool(number and int(number[1]) != 1 and not _NUMBER.match(first))


def _as_code(line: str) -> str:
    """Escape a line of code, in which marks are text."""
    return re.sub(rf"([{_PUNCTUATION}])", r"\\\1", line)


def _inline(text: str) -> str:
    """Take the marks out of a block, on one line."""
    text, shielded = _shield(text)
    text = _LINK.sub(_words_of, _IMAGE.sub("", text))
    # A link around an image, or around brackets, has its own marks left.
    text = _LINK.sub(_words_of, _NOTE_MARK.sub("", text))
    text = _TAG.sub("", _ADDRESS.sub(r"\1", text))
    text = _LATE.sub(lambda found: _restored(found[0], shielded), _without_emphasis(text))
    return " ".join(unicodedata.normalize("NFC", text).split())


def _restored(mark: str, shielded: list[str]) -> str:
    """Give what a private character keeps, or what an entity stands for.

    Both at once, as an entity may stand for a private character.
    """
    return html.unescape(mark) if mark[0] == "&" else shielded[ord(mark) - _SHIELDS]


def _words_of(found: re.Match[str]) -> str:
    """Give what a link shows."""
    return found["text"]


def _shield(text: str) -> tuple[str, list[str]]:
    """Put what must stay as it is under private characters: escapes, code, and such characters."""
    kept: list[str] = []
    pieces: list[str] = []
    done = 0
    for start, end, content in _literals(text):
        if len(kept) >= _MOST_SHIELDS:
            break
        if start >= done:
            pieces += (text[done:start], chr(_SHIELDS + len(kept)))
            kept.append(content)
            done = end
    rest = text[done:]
    return "".join(pieces) + (_SHIELDED.sub("", rest) if len(kept) >= _MOST_SHIELDS else rest), kept


def _literals(text: str) -> list[tuple[int, int, str]]:
    """Find escapes, code and private characters: where they begin and end, and what they say."""
    found = [(one.start(), one.end(), one[1]) for one in _ESCAPE.finditer(text)]
    found += [(one.start(), one.end(), one[0]) for one in _SHIELDED.finditer(text)]
    escaped = {start + 1 for start, _, _ in found}
    ticks = [one for one in _TICKS.finditer(text) if one.start() not in escaped]
    following: dict[int, re.Match[str]] = {}
    spans: dict[int, tuple[int, int, str]] = {}
    for one in reversed(ticks):
        length = len(one[0])
        if length in following:
            close = following[length]
            spans[one.start()] = (one.start(), close.end(), text[one.end() : close.start()])
        following[length] = one
    return sorted([*found, *spans.values()])


def _without_emphasis(text: str) -> str:
    """Take out pairs of asterisks, underscores and tildes that stand around words."""
    runs = list(_RUN.finditer(text))
    gone: set[int] = set()
    open_runs: list[int] = []
    waiting: dict[str, int] = {}
    for number, run in enumerate(runs):
        opens, closes = _flanks(text, run)
        if closes and waiting.get(run[0]):
            while (last := open_runs.pop()) != number:
                waiting[runs[last][0]] -= 1
                if runs[last][0] == run[0]:
                    gone |= {last, number}
                    break
        elif opens:
            open_runs.append(number)
            waiting[run[0]] = waiting.get(run[0], 0) + 1
    places = iter(range(len(runs)))
    return _RUN.sub(lambda run: "" if next(places) in gone else run[0], text)


def _flanks(text: str, run: re.Match[str]) -> tuple[bool, bool]:
    """Tell whether a run of marks can open emphasis, and whether it can close it."""
    before, after = text[run.start() - 1 : run.start()], text[run.end() : run.end() + 1]
    touches_after, touches_before = bool(after.strip()), bool(before.strip())
    left = touches_after and (after.isalnum() or not before.isalnum())
    right = touches_before and (before.isalnum() or not after.isalnum())
    if run[0][0] == "_":
        return left and not before.isalnum(), right and not after.isalnum()
    return left, right
