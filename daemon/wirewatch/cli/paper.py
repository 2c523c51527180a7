"""What is drawn on a terminal: text with hits marked, and bars. In pipes the same, plain.

Colours pass by the streams of `terminal`, which would show them as escapes: so what is drawn is
made harmless here.
"""

import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

_JOINERS = "\u200c\u200d"  # without which Persian and Hindi words fall apart
_LINES = "\n\t"
_WIDEST = 100  # columns in which people like to read
_EIGHTHS = " ▏▎▍▌▋▊▉█"


def printable(text: str, *, lines: bool = False) -> str:
    """Put a space for each character that cannot be seen, so that places in the text stay.

    `lines` keeps line breaks and tabs.
    """
    kept = _JOINERS + _LINES if lines else _JOINERS
    return "".join(char if char.isprintable() or char in kept else " " for char in text)


def paper() -> "Console":
    """Give what to print on: colours on a terminal, unless NO_COLOR is set, plain text in pipes."""
    from rich.console import Console

    if not sys.stdout.isatty():
        return Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
    plain = getattr(sys.stdout, "plain", sys.stdout)
    console = Console(file=plain, highlight=False, markup=False, emoji=False)
    console.width = min(console.width, _WIDEST)
    return console


def marked(text: str, styles: Mapping[str, Iterable[tuple[int, int]]]) -> "Text":
    """Give a text with some stretches of it, start and end, in a style each."""
    from rich.text import Text

    shown = Text(printable(text, lines=True))
    for style, stretches in styles.items():
        for start, end in stretches:
            shown.stylize(style, start, end)
    return shown


def bar(share: float, width: int) -> str:
    """Draw a share of 1 as a bar of at most so many columns."""
    eighths = round(max(0.0, min(1.0, share)) * width * 8)
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()
