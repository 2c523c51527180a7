"""Plain text in paragraphs."""

import unicodedata
from collections.abc import Iterable
from itertools import groupby

UNSEEN = dict.fromkeys((*range(9), 0xB, 0xC, *range(0xE, 0x20), *range(0x7F, 0xA0), 0xFFFE))
"""What no text shows, for `str.translate`: all controls but the tab and the ends of lines."""

_MARGIN = range(45, 100)  # line lengths that speak of a margin


def plain_paragraphs(text: str) -> str:
    """Part plain text at its empty lines, or where there are none at its line ends, in NFC."""
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    return "\n\n".join(parted(text.split("\n")))


def parted(lines: Iterable[str]) -> list[str]:
    """Give the paragraphs of lines: parted by empty ones, or where there are none each line."""
    tidy = (" ".join(line.split()) for line in lines)
    blocks = [list(block) for says, block in groupby(tidy, key=bool) if says]
    return blocks[0] if len(blocks) == 1 else [" ".join(block) for block in blocks]


def is_wrapped(block: list[str]) -> bool:
    """Tell one paragraph broken at a margin from lines that stand for themselves."""
    return len(block[-1]) < _MARGIN.stop and all(len(line) in _MARGIN for line in block[:-1])
