"""How text, Markdown and HTML write things; what comes from articles is escaped."""

import html
import re
from collections.abc import Callable
from typing import NamedTuple

from wirewatch.states import MessageFormat

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+!|<>~@])")
_BREAK = re.compile(r"[\t\n\x0b\x0c\r\x1c-\x1e\x85\u2028\u2029]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class Rendered(NamedTuple):
    """A message ready to be sent."""

    title: str
    body: str


class Markup(NamedTuple):
    """How a format writes things."""

    escape: Callable[[str], str]
    mark: tuple[str, str]
    strong: tuple[str, str]
    quote: tuple[str, str]
    newline: str


def plain(text: str) -> str:
    """Keep control characters, and marks that turn the direction of text, out of a message."""
    return _CONTROL.sub("", _BREAK.sub(" ", text))


MARKUPS = {
    MessageFormat.TEXT: Markup(plain, ("»", "«"), ("", ""), ("  ", ""), "\n"),
    MessageFormat.MARKDOWN: Markup(
        lambda text: _MARKDOWN.sub(r"\\\1", plain(text)), ("**", "**"), ("**", "**"),
        ("> ", ""), "\n\n",
    ),
    MessageFormat.HTML: Markup(
        lambda text: html.escape(plain(text)), ("<mark>", "</mark>"), ("<b>", "</b>"),
        ("<blockquote>", "</blockquote>"), "<br>\n",
    ),
}  # fmt: skip


def around(marks: tuple[str, str], text: str) -> str:
    """Set marks around a text."""
    return f"{marks[0]}{text}{marks[1]}"
