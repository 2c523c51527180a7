"""Plain text of mail into paragraphs: lines that were broken for the journey are put together."""

import re

from wirewatch.formats.plain import is_wrapped

_SIGNATURE = "-- "
_QUOTED = re.compile(r">*")


def paragraphs(text: str, *, flowed: bool = False, run_on: bool = False) -> str:
    """Give a text as paragraphs parted by empty lines, up to the sender's signature.

    `flowed` says that a space at a line's end joins it to the next (RFC 3676), `run_on` that this
    space is no part of the text (DelSp).
    """
    lines = text.split("\n")
    if _SIGNATURE in lines:
        lines = lines[: lines.index(_SIGNATURE)]
    joined = _joined(lines, run_on=run_on) if flowed else lines
    heal = len(joined) == len(lines)  # where the sender joins lines, each line is meant
    found: list[str] = []
    block: list[str] = []
    for line in (*joined, ""):
        tidy = " ".join(line.split())
        if tidy:
            block.append(tidy)
        else:
            found += [" ".join(block)] if block and heal and is_wrapped(block) else block
            block = []
    return "\n\n".join(found)


def _joined(lines: list[str], *, run_on: bool) -> list[str]:
    """Join lines that flow into the next one, where both are quoted as deeply."""
    paragraphs: list[str] = []
    pieces: list[str] = []
    depth = 0
    for line in lines:
        marks = _QUOTED.match(line)
        quoted = len(marks[0]) if marks else 0
        if pieces and quoted != depth:
            paragraphs.append("".join(pieces))
            pieces = []
        content = line[quoted:].removeprefix(" ")  # a space that was put in for safety
        if not pieces:
            depth = quoted
            pieces.append(">" * depth + " " * bool(depth))
        flows = content.endswith(" ")
        pieces.append(content[:-1] if flows and run_on else content)
        if not flows:
            paragraphs.append("".join(pieces))
            pieces = []
    return [*paragraphs, "".join(pieces)] if pieces else paragraphs
