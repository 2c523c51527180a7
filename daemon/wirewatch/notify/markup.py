"""How text, Markdown and HTML write things.

What comes from articles is cleaned, disarmed and escaped: it can write no markup, call nobody, and
become no link by itself.
"""

import html
import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from wirewatch.states import MessageFormat

JOINER = "\u2060"
"""A word joiner: it has no width and breaks no line. Set within what a service would act on, it
leaves nothing to act on. (Apprise and some services take a zero-width space out again.)"""

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+!|<>~@])")
_BEGINS = re.compile(r"(?:[-=]|\d+(?=\.))")
_BREAK = re.compile(r"[\t\n\x0b\x0c\r\x1c-\x1e\x85\u2028\u2029]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_CALL = re.compile(
    r"""[@＠](?=\S|\Z)                  # @everyone, @**all**, name@example.org
      | [#＃!](?=[\w*]|\Z)              # #channel, !channel> as Apprise reads it for Slack
      | <(?=\S|\Z)                      # <!channel>, <@123>, <users/all>, <at id="all">
      | (?<!\S)/(?=[A-Za-z])            # /command
      | :(?=//)                         # any://address
      | (?i:\b(?:mailto|tel|sms|magnet|javascript|data)):(?=\S)""",
    re.VERBOSE,
)
_HOST = re.compile(r"(?:(?<![\w/.-])|(?<=//))(?:[\w-]+\.)+(?=[^\W\d_]{2})")


class Rendered(NamedTuple):
    """A message in words."""

    title: str
    body: str


class Said(str):
    """A text in a channel's own markup: what is in it from articles is escaped already."""

    __slots__ = ()


class Own(str):
    """A text of the configuration: escaped, but not disarmed, so that names stay as they are."""

    __slots__ = ()


class Excerpt(NamedTuple):
    """A sentence in pieces, as (text, whether it is a hit)."""

    pieces: tuple[tuple[str, bool], ...]


class Link(NamedTuple):
    """An address of our own, or none; templates cannot make one."""

    address: str = ""

    def __bool__(self) -> bool:
        """Tell whether there is one."""
        return bool(self.address)


class Markup(NamedTuple):
    """How a format writes things."""

    escape: Callable[[str], str]
    mark: tuple[str, str]
    strong: tuple[str, str]
    quote: tuple[str, str]
    link: Callable[[str, str], str]
    newline: str

    def written(self, value: object) -> Said:
        """Write a value: cleaned, disarmed and escaped, unless it is in this markup already."""
        if isinstance(value, Said):
            return value
        if isinstance(value, Excerpt):
            return Said("".join(map(self._piece, value.pieces)))
        if value is None:
            return Said()
        if isinstance(value, Link):
            return Said(self.escape(value.address))
        text = plain(str(value))
        return Said(self.escape(text if isinstance(value, Own) else disarmed(text)))

    def _piece(self, piece: tuple[str, bool]) -> str:
        """Write a piece of a sentence."""
        text, is_hit = piece
        said = self.escape(disarmed(plain(text)))
        return around(self.mark, said) if is_hit else said


def plain(text: str) -> str:
    """Keep control characters, and marks that turn the direction of text, out of a message."""
    return _CONTROL.sub("", _BREAK.sub(" ", text))


def disarmed(text: str) -> str:
    """Make a text call nobody, and become no link: where a service would act, join nothing.

    Mentions, commands, channels, addresses with and without a scheme; what a person reads stays.
    """
    text = _CALL.sub(rf"\g<0>{JOINER}", text)
    return _HOST.sub(_parted, text)


def _parted(host: re.Match[str]) -> str:
    """Part the labels of what may be a host's name."""
    return host[0].replace(".", f".{JOINER}")


def around(marks: tuple[str, str], text: str) -> str:
    """Set marks around a text."""
    return f"{marks[0]}{text}{marks[1]}"


def dotted(said: Iterable[str]) -> Said:
    """Set texts beside each other, with a dot between them, without those that are empty."""
    return Said(" · ".join(text for text in said if text))


def _as_markdown(text: str) -> str:
    """Escape what Markdown would act on, at the beginning of a line too."""
    text = _MARKDOWN.sub(r"\\\1", text)
    begins = _BEGINS.match(text)
    if begins is None:
        return text
    end = begins.end()
    return f"{text[:end]}\\{text[end:]}" if text[0].isdecimal() else f"\\{text}"


MARKUPS = {
    MessageFormat.TEXT: Markup(
        str, ("»", "«"), ("", ""), ("  ", ""), lambda label, url: f"{label} · {url}", "\n"
    ),
    MessageFormat.MARKDOWN: Markup(
        _as_markdown, ("**", "**"), ("**", "**"), ("> ", ""),
        lambda label, url: f"[{label}](<{url}>)", "\n\n",
    ),
    MessageFormat.HTML: Markup(
        html.escape, ("<mark>", "</mark>"), ("<b>", "</b>"), ("<blockquote>", "</blockquote>"),
        lambda label, url: f'<a href="{html.escape(url)}">{label}</a>', "<br>\n",
    ),
}  # fmt: skip
